// Reads the data and fills the sections. A section that has nothing to show says so or goes; one that fails does not take the others along.

const data = JSON.parse(byId("data").textContent);
byId("introduction").textContent = data.introduction;
byId("made").textContent = `Written ${data.made.replace("Z", " UTC")}.`;

const sections = [
  ["glance", showFigures, data.figures.length > 0], ["requests", showRequests, true], ["flames", showFlames, true], ["histograms", showHistograms, data.histograms.length > 0],
  ["tables", showTables, data.tables.length > 0], ["probes", showProbes, true], ["loss", showLoss, true], ["missing", showMissing, true],
];
for (const [id, show, used] of sections) {
  const section = byId(id);
  if (!used) {
    section.remove();
    continue;
  }
  const title = section.querySelector("h2");
  if (title) {
    const count = id === "missing" && data.gaps.length > 0 ? ` (${data.gaps.length})` : "";
    byId("sections").append(make("li", {}, make("a", { href: `#${id}` }, title.textContent + count)));
  }
  try {
    show(section, data);
  } catch (failure) {
    section.append(make("p", { class: "card bad-ink", role: "alert" }, `This part of the page failed: ${failure.message}`));
    console.error(failure);
  }
}
document.documentElement.dataset.ready = "true";
