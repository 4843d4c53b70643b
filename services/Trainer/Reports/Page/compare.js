// Several reports side by side. Every model keeps its colour throughout the page.

const reports = JSON.parse(document.getElementById("data").textContent);
const page = document.getElementById("page");

// For these more is better, or less; of the others nobody can say.
const BETTER = { psnr_db: 1, ssim: 1, ms_ssim: 1, mse: -1 };

const named = (report, i) => make("h3", null, make("i", { style: `background:${colour(i)}` }), report.title);

function header() {
  add(page, make("h1", null, document.title.replace(/ · FaceMix$/, "")), make("p", { class: "lead" }, `${reports.length} side by side.`),
    reports.some(report => report.photographs) ? make("p", { class: "warning" }, "This page shows photographs of people and pictures made from them. Treat it as you treat the photographs.") : null,
    make("div", { class: "model" }, reports.map((report, i) => make("div", { class: "tile" }, named(report, i), make("span", null, report.description)))), make("p"));
}

function metrics() {
  const names = metricNames([...new Set(reports.flatMap(report => Object.keys(report.metrics)))]);
  if (names.length === 0) return null;
  const best = name => {
    const values = reports.map(report => report.metrics[name]).filter(value => value !== undefined);
    return BETTER[name] === undefined || values.length < 2 ? undefined : BETTER[name] > 0 ? Math.max(...values) : Math.min(...values);
  };
  return section(page, "metrics", "Metrics", "The best of each row stands out where more, or less, is better.", make("div", { class: "scroll" }, make("table", null,
    make("thead", null, make("tr", null, make("th", null, ""), reports.map(report => make("th", { class: "n" }, report.title)))),
    make("tbody", null, names.map(name => make("tr", { title: reports[0].metricNotes[name] }, make("th", null, metricTitle(name)), reports.map(report =>
      make("td", { class: report.metrics[name] !== undefined && report.metrics[name] === best(name) ? "n best" : "n" }, number(report.metrics[name])))))))));
}

function rows(id, title, note, pick) {
  const shown = reports.map((report, i) => ({ report, i, strips: pick(report) })).filter(entry => entry.strips.length);
  if (shown.length === 0) return null;
  return section(page, id, title, note, shown.map(entry => make("div", { class: "model", style: "grid-template-columns:1fr" }, make("div", null, named(entry.report, entry.i), entry.strips.map((row, at) => strip(row, row.label ? spoken(row.label) : null, at % 2 === 0 && id === "reconstructions"))))));
}

function traversals() {
  const names = [...new Set(reports.flatMap(report => report.traversals.flatMap(base => base.rows.map(row => row.label))))];
  if (names.length === 0) return null;
  const box = make("div");
  const draw = name => box.replaceChildren(...reports.map((report, i) => {
    const row = report.traversals[0]?.rows.find(entry => entry.label === name);
    return row ? make("div", { class: "model", style: "grid-template-columns:1fr" }, make("div", null, named(report, i), faces(row.picture, name, true))) : null;
  }).filter(entry => entry));
  const first = names.includes("Smiling") ? "Smiling" : names[0];
  const chooser = make("select", { "aria-label": "attribute", onchange: event => draw(event.target.value) }, names.map(name => make("option", { value: name, selected: name === first }, spoken(name))));
  draw(first);
  return section(page, "traversals", "One attribute, −3 to +3", "On each model's mean face.", make("div", { class: "controls" }, chooser), box);
}

function units() {
  if (!reports.some(report => report.klNats.length)) return null;
  const series = reports.map((report, i) => ({ name: report.title, colour: colour(i), x: report.klNats.map((_, at) => at + 1), y: [...report.klNats].sort((a, b) => b - a) })).filter(line => line.x.length);
  return section(page, "units", "KL of each latent number", "In nats, largest first.", chart("KL divergence", series, { unit: "numbers", legend: true }));
}

function about() {
  const labels = [...new Set(reports.flatMap(report => report.facts.filter(fact => fact.group !== "machine").map(fact => fact.label)))];
  return section(page, "runs", "Runs", null, make("div", { class: "scroll" }, make("table", null,
    make("thead", null, make("tr", null, make("th", null, ""), reports.map(report => make("th", null, report.title)))),
    make("tbody", null, labels.map(label => make("tr", null, make("th", null, label), reports.map(report => make("td", { style: "overflow-wrap:anywhere" }, report.facts.find(fact => fact.label === label)?.value || "–"))))))),
  reports.map((report, i) => make("details", null, make("summary", null, `${report.title}: command and preset`), make("pre", null, `${report.command}\n\n${report.preset}`))));
}

header();
const parts = [
  metrics(),
  curves(page, reports.map((report, i) => ({ name: report.title, colour: colour(i), curves: report.curves })), true),
  rows("reconstructions", "Reconstructions", "Faces that no step saw, each above what the model gives back of it.", report => report.reconstructions.slice(0, 2)),
  rows("samples", "New faces", "At temperature 1, from each model's fitted density.", report => report.samples.filter(row => row.label.endsWith("1.0"))),
  traversals(),
  rows("morphs", "From face to face", null, report => report.morphs),
  units(),
  about(),
].filter(part => part);
page.querySelector("section").before(navigation(parts));
page.append(make("footer", null, "Made by FaceMix. Generated faces are not real persons."));
