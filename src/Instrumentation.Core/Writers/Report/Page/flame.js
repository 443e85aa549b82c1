// Flame graphs: the root on top, callees below. Only what is wide enough to see is drawn; zooming draws more.

const frameKinds = ["unknown", "kernel", "native", ".NET"];

// Where a method's full name does not fit, its type and name say more than the beginning of its namespace.
const labelOf = (name, width) => name.length * 7.3 < width ? name : name.replace(/^(?:[^.:]+\.)+(?=[^.:]+::)/, "");

const framesOf = flame => {
  const frames = [];
  const open = [];
  for (let i = 0; i < flame.frames.length; i += 4) {
    const [depth, name, kind, weight] = flame.frames.slice(i, i + 4);
    open.length = depth;
    const parent = open[depth - 1] ?? null;
    const frame = { depth, name: flame.names[name], kind, weight, parent, children: [], at: parent ? parent.at + parent.used : 0, used: 0, index: frames.length };
    if (parent) {
      parent.children.push(frame);
      parent.used += weight;
    }
    open[depth] = frame;
    frames.push(frame);
  }
  return frames;
};

const selfOf = frames => {
  const sums = new Map();
  for (const frame of frames.slice(1)) {
    sums.set(frame.name, (sums.get(frame.name) ?? 0) + frame.weight - frame.used);
  }
  return [...sums].filter(([, weight]) => weight > 0).sort((left, right) => right[1] - left[1]).slice(0, 12);
};

const showFlame = (flame, pane) => {
  const frames = framesOf(flame);
  if (flame.total === 0) {
    pane.append(make("p", {}, "No stack was recorded."));
    return;
  }
  const what = flame.unit === "ns" ? weight => duration(weight) : weight => plural(weight, "sample", "samples");
  const graph = make("div", { class: "flame", role: "tree", "aria-label": `Flame graph: ${flame.title}` });
  const status = make("p", { class: "status", "aria-live": "polite" });
  const search = make("input", { type: "search", placeholder: "Search frames", "aria-label": `Search the frames of ${flame.title}`, spellcheck: "false" });
  const out = make("button", { type: "button", onclick: () => zoom(top.parent ?? frames[0]) }, "Zoom out");
  const all = make("button", { type: "button", onclick: () => zoom(frames[0]) }, "Whole graph");
  let top = frames[0];
  let current = frames[0];
  let pattern = "";
  let drawn = [];

  const tell = frame => {
    const of = top === frames[0] ? "" : `, ${percent(frame.weight, top.weight)} of ${top.name}`;
    status.textContent = `${frame.name}: ${what(frame.weight)}, ${percent(frame.weight, flame.total)} of all${of}, itself ${what(frame.weight - frame.used)}`;
  };

  const found = frame => pattern !== "" && frame.name.toLowerCase().includes(pattern);

  const draw = (frame, from, share, above) => {
    const wide = share * Math.max(graph.clientWidth, 320) > 28;
    const element = place(make("div", {
      role: "treeitem", tabindex: -1, class: `frame k${frame.kind}${above ? " above" : ""}${wide ? "" : " thin"}${found(frame) ? " hit" : ""}`,
      "aria-level": frame.depth + 1, "aria-label": `${frame.name}, ${frameKinds[frame.kind]}, ${what(frame.weight)}, ${percent(frame.weight, flame.total)}`,
      "aria-selected": "false", title: `${frame.name}\n${what(frame.weight)}, ${percent(frame.weight, flame.total)}`,
      onclick: () => { current = frame; zoom(frame, true); }, onfocus: () => tell(frame), onmouseenter: () => tell(frame),
    }, wide ? labelOf(frame.name, share * Math.max(graph.clientWidth, 320)) : ""), from, share);
    frame.element = element;
    drawn.push(frame);
    return element;
  };

  const render = focus => {
    const height = matchMedia("(max-width: 40rem)").matches ? 24 : 20;
    const least = 1.2 / Math.max(graph.clientWidth, 320);
    for (const frame of drawn) {
      frame.element = null;
    }
    drawn = [];
    const elements = [];
    for (let frame = top.parent; frame; frame = frame.parent) {
      elements.unshift(draw(frame, 0, 1, true));
    }
    drawn.reverse();
    let deepest = top.depth;
    const open = [top];
    while (open.length > 0) {
      const frame = open.pop();
      deepest = Math.max(deepest, frame.depth);
      elements.push(draw(frame, (frame.at - top.at) / top.weight, frame.weight / top.weight, false));
      open.push(...frame.children.filter(child => child.weight / top.weight >= least).reverse());
    }
    for (const frame of drawn) {
      frame.element.style.top = `${frame.depth * height}px`;
    }
    graph.style.height = `${(deepest + 1) * height}px`;
    graph.replaceChildren(...elements);
    out.disabled = all.disabled = top === frames[0];
    current = current.element ? current : top;
    current.element.setAttribute("aria-selected", "true");
    moveStop(null, current.element, focus);
    tell(current);
  };

  const zoom = (frame, focus = true) => {
    top = frame;
    current = frame;
    render(focus);
  };

  const go = frame => {
    if (frame?.element) {
      current.element?.setAttribute("aria-selected", "false");
      moveStop(current.element, frame.element, true);
      frame.element.setAttribute("aria-selected", "true");
      current = frame;
    }
  };

  const beside = step => {
    const level = drawn.filter(frame => frame.depth === current.depth).sort((left, right) => left.at - right.at);
    return level[level.indexOf(current) + step];
  };

  graph.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const actions = {
      ArrowDown: () => go(current.children.find(child => child.element)), ArrowUp: () => go(current.parent),
      ArrowRight: () => go(beside(1)), ArrowLeft: () => go(beside(-1)), Home: () => go(frames[0]),
      Enter: () => zoom(current), " ": () => zoom(current), Escape: () => zoom(frames[0]), Backspace: () => zoom(top.parent ?? frames[0]), "/": () => search.focus(),
    };
    if (Object.hasOwn(actions, event.key)) {
      event.preventDefault();
      actions[event.key]();
    }
  });

  const look = () => {
    pattern = search.value.trim().toLowerCase();
    render(false);
    if (pattern !== "") {
      // A frame below another match is part of it already.
      const inside = frame => frame.parent && (found(frame.parent) || inside(frame.parent));
      const hits = frames.filter(found);
      const weight = hits.filter(frame => !inside(frame)).reduce((sum, frame) => sum + frame.weight, 0);
      status.textContent = `“${search.value.trim()}” is in ${plural(hits.length, "frame", "frames")}: ${percent(weight, flame.total)} of all`;
    }
  };
  search.addEventListener("input", look);
  search.addEventListener("keydown", event => {
    const hit = event.key === "Enter" ? drawn.find(found) : null;
    if (hit) {
      go(hit);
    }
  });

  const self = selfOf(frames);
  pane.append(
    make("div", { class: "tools" }, search, out, all),
    make("ul", { class: "legend", "aria-label": "Kinds of code" }, [3, 2, 1, 0].filter(kind => frames.some(frame => frame.kind === kind))
      .map(kind => make("li", {}, make("span", { class: `swatch k${kind}`, "aria-hidden": "true" }), frameKinds[kind]))),
    graph, status,
    make("p", { class: "hint" }, "Click a frame, or ", make("kbd", {}, "Enter"), ", to zoom in; ", make("kbd", {}, "Backspace"), " and ", make("kbd", {}, "Esc"),
      " zoom out; arrow keys move; ", make("kbd", {}, "/"), " searches. ",
      flame.least > 1 ? `Frames below ${what(flame.least)} are left out of this page.` : ""),
    barTable(flame.unit === "ns" ? "Where the time went, callees left out" : "Where the samples fell, callees left out", "frame", self.map(([name, weight]) => [name, weight, `${what(weight)}, ${percent(weight, flame.total)}`])));
  render(false);
  let width = 0;
  new ResizeObserver(() => {
    if (graph.isConnected && graph.clientWidth !== width) {
      width = graph.clientWidth;
      render(graph.contains(document.activeElement));   // whoever is in it stays there
    }
  }).observe(graph);
};

const showFlames = (section, data) => {
  if (data.flames.length === 0) {
    section.append(make("p", { class: "card" }, "No stacks were sampled."));
    return;
  }
  const { list, pane } = tabs("Flame graphs", data.flames.map(flame => flame.title), false, (index, target) => showFlame(data.flames[index], target));
  list.classList.add("tabs");
  section.append(make("div", { class: "card" }, list, pane));
};
