// Everything that is a table: figures, histograms, the report's own tables, probes, and the ledger of lost events.

const table = (title, columns, rows, attributes = {}) => {
  const number = columns.map(column => column.startsWith(">"));
  const names = columns.map(column => column.replace(/^>/, ""));
  const cell = (content, index) => index === 0
    ? make("th", { scope: "row", class: number[0] ? "number" : undefined }, content)
    : make("td", { class: number[index] ? "number" : undefined, "data-title": names[index] }, make("span", {}, content));
  return make("table", { class: "wide", ...attributes },
    title ? make("caption", {}, title) : null,
    make("thead", {}, make("tr", {}, names.map((name, index) => make("th", { scope: "col", class: number[index] ? "number" : undefined }, name)))),
    make("tbody", {}, rows.map(row => make("tr", {}, row.map(cell)))));
};

// Rows of a name, a bar and the number that the bar stands for.
const barTable = (title, what, rows, style = "bars") => {
  const most = Math.max(...rows.map(([, value]) => value), 1);
  return make("table", { class: style },
    title ? make("caption", {}, title) : null,
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, what), make("th", { scope: "col", "aria-label": "bar" }), make("th", { scope: "col", class: "number" }, "value"))),
    make("tbody", {}, rows.map(([name, value, text]) => {
      const bar = make("i");
      bar.style.width = `${100 * value / most}%`;
      return make("tr", {}, make("th", { scope: "row" }, make("span", { class: "mono" }, name)), make("td", { class: "chart", "aria-hidden": "true" }, value > 0 ? bar : ""), make("td", { class: "number" }, text));
    })));
};

const showFigures = (section, data) => section.append(make("dl", { class: "figures" }, data.figures.map(figure =>
  make("div", {}, make("dt", {}, figure.label), make("dd", {}, figure.value), figure.note ? make("dd", { class: "note" }, figure.note) : null))));

const bound = (value, unit) => Math.abs(value) >= 9.2e18 ? (value > 0 ? "∞" : "−∞") : measure(value, unit);

const showHistograms = (section, data) => section.append(make("div", { class: "grid" }, data.histograms.map(histogram => {
  const total = histogram.buckets.reduce((sum, [, , count]) => sum + count, 0);
  return make("div", { class: "card" },
    make("h3", {}, histogram.title),
    make("ul", { class: "summary" }, [["values", grouped(total)], ...histogram.figures.map(([name, value]) => [name, measure(value, histogram.unit)])]
      .map(([name, value]) => make("li", {}, make("span", { class: "quiet" }, `${name} `), make("b", {}, value)))),
    barTable("", "range", histogram.buckets.map(([from, to, count]) => [`${bound(from, histogram.unit)} – ${bound(to, histogram.unit)}`, count, grouped(count)]), "bars short"));
})));

const showTables = (section, data) => section.append(make("div", { class: "grid" }, data.tables.map(one => make("div", { class: "card" }, table(one.title, one.columns, one.rows)))));

const badges = { Armed: "good", Partial: "warn", Blind: "bad-ink", Detached: "quiet" };

const listed = (title, items, most) => items.length === 0 ? null : make("details", {}, make("summary", {}, title),
  make("ul", {}, items, most > items.length ? make("li", {}, `and ${grouped(most - items.length)} more`) : null));

const probeCell = probe => make("div", {},
  make("div", {}, make("b", { class: "mono" }, probe.name), " ", make("span", { class: `badge ${badges[probe.sees]}` }, probe.sees), probe.state === "Detached" ? make("span", { class: "quiet" }, " detached since") : ""),
  listed(`${plural(probe.reached, "place", "places")} observed`, probe.places.map(place => make("li", { class: "mono" }, place)), probe.reached),
  listed(`${plural(probe.unseen, "place", "places")} not, or not fully`, probe.gaps.map(gap => make("li", {},
    make("span", { class: "mono" }, gap.place), gap.blind ? ": " : " (in part): ", gap.why, gap.mend ? make("b", {}, ` ${gap.mend}`) : "")), probe.unseen),
  listed(plural(probe.notes.length, "note", "notes"), probe.notes.map(note => make("li", {}, note)), 0));

const showProbes = (section, data) => {
  if (data.probes.length === 0) {
    section.append(make("p", { class: "card" }, "The report was written without its probes."));
    return;
  }
  const measured = data.probes.some(probe => probe.cost);
  const columns = ["probe", ">hits", ">passed", ">events", ">limited", ">lost", ">faults", ...(measured ? [">cost"] : [])];
  section.append(make("div", { class: "card" }, table("", columns, data.probes.map(probe => [
    probeCell(probe), ...[probe.hits, probe.passed, probe.emitted, probe.suppressed, probe.lost, probe.faults].map(grouped), ...(measured ? [probe.cost || "not measured"] : []),
  ]))));
};

const showLoss = (section, data) => {
  const { loss } = data;
  const card = make("div", { class: "card" });
  section.append(card);
  if (loss === null) {
    card.append(make("p", {}, "Not known: the report was written without the session's ledger."));
    return;
  }
  card.append(make("p", { class: loss.total > 0 ? "bad-ink" : "good" }, make("b", {}, loss.total > 0 ? `${plural(loss.total, "event was", "events were")} lost.` : "No event was lost."),
    loss.late > 0 ? ` ${plural(loss.late, "event", "events")} came late, and stand in the data out of order.` : ""));
  if (loss.probes.length > 0) {
    card.append(table("By probe", ["probe", ">ring full", ">reader too slow", ">unread", ">left out by the kernel", ">late, not lost"], loss.probes.map(([name, ...counts]) => [name, ...counts.map(grouped)])));
  }
  const places = [...loss.threads.map(([id, count]) => [`thread ${id}`, grouped(count)]), ...loss.processors.map(([id, count]) => [`processor ${id}`, grouped(count)]),
    ...(loss.ended > 0 ? [["threads that have ended", grouped(loss.ended)]] : []), ...(loss.damaged > 0 ? [["damaged rings, not in the sum", grouped(loss.damaged)]] : [])];
  if (places.length > 0) {
    card.append(table("By thread or processor", ["place", ">events"], places));
  }
};

const showMissing = (section, data) => section.append(make("div", { class: "card" }, data.gaps.length === 0
  ? make("p", {}, "Nothing that this page knows of: every probe saw all that it was to see, and every event arrived.")
  : make("ul", { class: "missing" }, data.gaps.map(gap => make("li", {}, make("p", {}, make("b", {}, gap.what)), make("p", {}, gap.why), gap.mend ? make("p", { class: "quiet" }, gap.mend) : null)))));
