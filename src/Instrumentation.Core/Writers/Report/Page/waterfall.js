// The waterfall of one request: a tree of rows over a common axis of time.

const kinds = {
  method: ["M", ".NET method"], sql: ["S", "SQL"], native: ["N", "native function"], kernel: ["K", "kernel"],
  wait: ["W", "waiting, off the CPU"], pause: ["P", "process paused"], other: ["O", "other"],
};
const leastRun = 4;
const rowsAtFirst = 60;

// Runs of neighbours with one name become a row of their own, so that a thousand small calls do not bury the rest.
const rowsOf = children => {
  const rows = [];
  for (let i = 0; i < children.length;) {
    let end = i + 1;
    while (end < children.length && children[end].n === children[i].n && children[end].k === children[i].k) {
      end++;
    }
    const run = children.slice(i, end);
    rows.push(...(run.length < leastRun ? run.map(span => ({ span, bars: [span], below: span.c ?? [] })) : [{
      span: {
        n: run[0].n, k: run[0].k, s: run[0].s, d: run.reduce((sum, one) => sum + one.d, 0), f: run.some(one => one.f),
        end: Math.max(...run.map(one => one.s + one.d)),
      },
      bars: run, run: true, below: run,
    }]));
    i = end;
  }
  return rows;
};

// A run's members are single rows; anything else below a row is looked at for runs again.
const childRows = row => row.children ??= (row.run ? row.below.map(span => ({ span, bars: [span], below: span.c ?? [] })) : rowsOf(row.below));

const waterfall = (request, pauses, onSelect) => {
  const root = { span: request, bars: [request], below: request.c ?? [], open: true };
  const end = request.s + Math.max(request.d, 1);
  const stops = pauses.filter(pause => pause.s < end && pause.s + pause.d > request.s);
  const tops = [root];
  if (stops.length > 0) {
    tops.push({
      span: { n: "process paused", k: "pause", s: stops[0].s, d: stops.reduce((sum, stop) => sum + stop.d, 0), x: `${stops.length} in this request` },
      bars: stops, run: true, below: stops.length > 1 ? stops : [],
    });
  }

  let [from, to] = [request.s, end];
  let shown = [];
  let selected = null;
  const tree = make("div", { role: "tree", "aria-label": `Waterfall of ${request.n}`, class: "rows" });
  const ticks = make("div", { class: "ticks" });
  const view = make("div", { class: "fall" }, make("div", { class: "axis", "aria-hidden": "true" }, ticks), tree);
  let marks = [];
  const tickAt = (at, tag, style, text) => {
    const tick = make(tag, { class: style }, text);
    tick.style.left = `${100 * (at + request.s - from) / (to - from)}%`;
    return tick;
  };
  const share = (at, length) => [(at - from) / (to - from), length / (to - from)];

  const describe = row => {
    const { span } = row;
    const what = row.run && row.bars.length > 1 ? `${row.bars.length} times ${span.n}` : span.n;
    return `${what}${span.x ? `, ${span.x}` : ""}, ${kinds[span.k][1]}, ${span.d > 0 ? duration(span.d) : "a moment"}, starts at ${duration(span.s - request.s)}${span.f ? ", failed" : ""}`;
  };

  const draw = row => {
    const { span } = row;
    const lane = make("span", { class: "lane" }, marks.map(at => tickAt(at, "i", "tick")), row.bars.map(bar => place(make("span", { class: bar.f ? "bar bad" : "bar" }), ...share(bar.s, bar.d))));
    lane.append(...stops.map(stop => place(make("span", { class: "stop" }), ...share(stop.s, stop.d))));
    const element = make("div", {
      role: "treeitem", class: `row ${span.k}`, tabindex: -1, "aria-level": row.level, "aria-label": describe(row),
      "aria-expanded": row.below.length > 0 ? String(Boolean(row.open)) : undefined, "aria-selected": "false",
      onclick: event => {
        select(row, true);
        if (event.target.classList.contains("twist")) {
          toggle(row, !row.open);
        }
      },
      ondblclick: () => zoomTo(row),
    },
    make("span", { class: "name" },
      make("span", { class: "twist" }, row.below.length > 0 ? (row.open ? "▾" : "▸") : ""),
      make("span", { class: "chip" }, kinds[span.k][0]),
      make("span", { class: "text" }, row.run && row.bars.length > 1 ? `${span.n} ×${row.bars.length}` : span.n, span.x ? make("span", { class: "detail" }, ` ${span.x}`) : null)),
    make("span", { class: span.f ? "took failed" : "took" }, span.d > 0 ? duration(span.d) : "·"), lane);
    element.style.setProperty("--level", row.level - 1);
    return element;
  };

  const collect = (rows, level, parent) => rows.forEach((row, index) => {
    Object.assign(row, { level, parent, place: index + 1, of: rows.length });
    shown.push(row);
    if (row.open) {
      collect(childRows(row), level + 1, row);
    }
  });

  const render = focus => {
    shown = [];
    marks = ticksOf(from - request.s, to - request.s, 6);
    collect(tops, 1, null);
    for (const row of shown) {
      row.element = draw(row);
      row.element.setAttribute("aria-posinset", row.place);
      row.element.setAttribute("aria-setsize", row.of);
    }
    tree.replaceChildren(...shown.map(row => row.element));
    ticks.replaceChildren(...marks.map(at => tickAt(at, "span", undefined, duration(at))));
    select(shown.includes(selected) ? selected : root, focus);
  };

  const select = (row, focus) => {
    selected?.element?.setAttribute("aria-selected", "false");
    moveStop(selected?.element, row.element, focus);
    row.element.setAttribute("aria-selected", "true");
    selected = row;
    onSelect(row);
  };

  const toggle = (row, open) => {
    row.open = open && row.below.length > 0;
    render(true);
  };

  const openAll = open => {
    const visit = row => {
      row.open = open && row.below.length > 0;
      childRows(row).forEach(visit);
    };
    tops.forEach(visit);
    root.open = true;
    render(false);
  };

  const zoom = (newFrom, newTo) => {
    const length = Math.min(Math.max(newTo - newFrom, 100), end - request.s);
    from = Math.min(Math.max(newFrom, request.s), end - length);
    to = from + length;
    render(true);
  };
  const zoomBy = factor => {
    const middle = selected ? Math.min(Math.max(selected.span.s + selected.span.d / 2, from), to) : (from + to) / 2;
    zoom(middle - (middle - from) * factor, middle + (to - middle) * factor);
  };
  const zoomTo = row => {
    const length = Math.max((row.span.end ?? row.span.s + row.span.d) - row.span.s, 100);
    zoom(row.span.s - length * .05, row.span.s + length * 1.05);
  };
  const zoomOut = () => zoom(request.s, end);

  tree.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const index = shown.indexOf(selected);
    const step = (to - from) / 8;
    const actions = {
      ArrowDown: () => select(shown[Math.min(index + 1, shown.length - 1)], true),
      ArrowUp: () => select(shown[Math.max(index - 1, 0)], true),
      Home: () => select(shown[0], true),
      End: () => select(shown.at(-1), true),
      ArrowRight: () => selected.below.length === 0 ? undefined : selected.open ? select(childRows(selected)[0], true) : toggle(selected, true),
      ArrowLeft: () => selected.open ? toggle(selected, false) : selected.parent && select(selected.parent, true),
      Enter: () => toggle(selected, !selected.open),
      " ": () => toggle(selected, !selected.open),
      z: () => zoomTo(selected), "+": () => zoomBy(.5), "-": () => zoomBy(2), 0: zoomOut, Escape: zoomOut,
      ",": () => zoom(from - step, to - step), ".": () => zoom(from + step, to + step),
    };
    if (Object.hasOwn(actions, event.key)) {
      event.preventDefault();
      actions[event.key]();
    }
  });

  // Level by level, as long as the rows fit on a screen or two; runs stay folded.
  let rows = tops.length;
  for (let level = [root]; level.length > 0;) {
    const next = [];
    for (const row of level) {
      const children = childRows(row);
      if (row === root || (!row.run && rows + children.length <= rowsAtFirst)) {
        row.open = children.length > 0;
        rows += children.length;
        next.push(...children.filter(child => child.below.length > 0));
      }
    }
    level = next;
  }
  render(false);
  return { view, openAll, zoomBy, zoomOut, zoomTo: () => zoomTo(selected) };
};
