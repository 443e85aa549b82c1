// The list of the slowest requests, the waterfall of the chosen one, and what is known of the chosen row.

const partTints = [[/processor/, "method"], [/file/, "sql"], [/lock/, "pause"], [/network/, "native"], [/system call/, "kernel"], [/./, "wait"]];
const tintOf = name => partTints.find(([pattern]) => pattern.test(name))[1];

const showParts = span => {
  const accounted = span.parts.reduce((sum, [, nanoseconds]) => sum + nanoseconds, 0);
  const whole = Math.max(accounted, span.d, 1);
  const bars = span.parts.map(([name, nanoseconds]) => {
    const bar = make("i", { class: tintOf(name) });
    bar.style.width = `${100 * nanoseconds / whole}%`;
    return bar;
  });
  const rows = span.parts.map(([name, nanoseconds]) => make("li", {}, make("span", { class: `chip ${tintOf(name)}` }), `${name} `, make("b", {}, duration(nanoseconds)), ` ${percent(nanoseconds, whole)}`));
  if (whole > accounted) {
    rows.push(make("li", {}, "the rest: running, or awaiting others ", make("b", {}, duration(whole - accounted)), ` ${percent(whole - accounted, whole)}`));
  }
  return [make("div", { class: "parts", "aria-hidden": "true" }, bars), make("ul", { class: "legend", "aria-label": "Where the time went" }, rows)];
};

const showFacts = (target, request, row) => {
  const { span } = row;
  const facts = [["took", span.d > 0 ? duration(span.d) : "a moment"], ["starts at", duration(span.s - request.s)], ["share of the request", percent(span.d, request.d)]];
  if (span.t) {
    facts.push(["thread", String(span.t)]);
  }
  if (row.run && row.bars.length > 1) {
    facts.push(["times", grouped(row.bars.length)], ["mean", duration(span.d / row.bars.length)], ["longest", duration(Math.max(...row.bars.map(bar => bar.d)))]);
  }
  facts.push(...(span.facts ?? []));
  clear(target).append(
    make("h3", {}, make("span", { class: `chip ${span.k}`, "aria-hidden": "true" }, kinds[span.k][0]), ` ${span.n} `, make("span", { class: "quiet" }, kinds[span.k][1]), span.f ? make("span", { class: "failed" }, " failed") : ""),
    span.x ? make("pre", {}, span.x) : "",
    ...(span.parts ? showParts(span) : []),
    make("dl", {}, facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))));
};

const showRequest = (request, pauses, pane) => {
  const facts = make("div", { class: "facts", "aria-live": "polite" });
  const fall = waterfall(request, pauses, row => showFacts(facts, request, row));
  const tool = (text, label, act) => make("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
  const used = new Set();
  const visit = span => {
    used.add(span.k);
    (span.c ?? []).forEach(visit);
  };
  visit(request);
  pane.append(
    make("div", { class: "tools" },
      tool("+", "Zoom in", () => fall.zoomBy(.5)), tool("−", "Zoom out", () => fall.zoomBy(2)),
      tool("Zoom to row", "Zoom to the chosen row", fall.zoomTo), tool("Whole request", "Show the whole request", fall.zoomOut),
      tool("Open all", "Open all rows", () => fall.openAll(true)), tool("Close all", "Close all rows", () => fall.openAll(false))),
    make("ul", { class: "legend", "aria-label": "Kinds" }, Object.entries(kinds).filter(([kind]) => used.has(kind) || (kind === "pause" && pauses.length > 0))
      .map(([kind, [letter, name]]) => make("li", {}, make("span", { class: `chip ${kind}`, "aria-hidden": "true" }, letter), name))),
    fall.view, facts,
    make("p", { class: "hint keys" }, make("kbd", {}, "↑"), " ", make("kbd", {}, "↓"), " rows  ", make("kbd", {}, "→"), " ", make("kbd", {}, "←"), " open, close  ",
      make("kbd", {}, "z"), " zoom to the row  ", make("kbd", {}, "+"), " ", make("kbd", {}, "−"), " zoom  ", make("kbd", {}, ","), " ", make("kbd", {}, "."), " move  ", make("kbd", {}, "0"), " whole request"));
};

const showRequests = (section, data) => {
  if (data.requests.length === 0) {
    section.append(make("p", { class: "card" }, "No request was recorded."));
    return;
  }
  const slowest = Math.max(...data.requests.map(request => request.d), 1);
  const names = data.requests.map(request => {
    const gauge = make("i");
    gauge.style.width = `${100 * request.d / slowest}%`;
    return [
      make("span", { class: "first" }, make("b", {}, request.n), make("span", { class: request.f ? "failed" : undefined }, duration(request.d))),
      make("span", { class: "second" }, request.x ?? ""), make("span", { class: "gauge", "aria-hidden": "true" }, gauge)];
  });
  const { list, pane } = tabs("Slowest requests", names, true, (index, target) => showRequest(data.requests[index], data.pauses, target));
  list.classList.add("picker", "card");
  pane.classList.add("card");
  section.append(
    make("p", { class: "quiet" }, `The ${plural(data.requests.length, "slowest", "slowest")} of ${plural(data.seen, "request", "requests")}.`),
    make("div", { class: "requests" }, list, pane));
};
