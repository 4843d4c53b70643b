// The report of one model or run. Each part shows itself when the data holds it, and is left out otherwise.

const report = JSON.parse(document.getElementById("data").textContent);
const page = document.getElementById("page");

function header() {
  const fact = label => report.facts.find(entry => entry.label === label)?.value;
  const metric = (name, digits) => name in report.metrics ? report.metrics[name].toFixed(digits) : null;
  const active = report.metrics.active_units;
  const tiles = [
    [metric("psnr_db", 2) && `${metric("psnr_db", 2)} dB`, "PSNR of faces it never saw"],
    [metric("ms_ssim", 3), "MS-SSIM"],
    [metric("kl_nats", 1) && `${metric("kl_nats", 1)} nats`, "KL divergence"],
    [active !== undefined ? `${active} of ${report.klNats.length || active}` : null, "latent numbers active"],
    [fact("Parameters") || (report.metrics.parameters && number(report.metrics.parameters)), "parameters"],
    [fact("Training time"), "of training"],
  ].filter(tile => tile[0]);
  add(page,
    make("h1", null, report.title), report.description ? make("p", { class: "lead" }, report.description) : null,
    report.photographs ? make("p", { class: "warning" }, "This page shows photographs of people and pictures made from them. Treat it as you treat the photographs; generated faces are not real persons.") : null,
    make("div", { class: "tiles" }, tiles.map(([value, label]) => make("div", { class: "tile" }, make("b", null, value), make("span", null, label)))));
}

function overTime() {
  const frames = report.frames, moving = report.preview;
  if (frames.length === 0) return null;
  const image = faces(frames[frames.length - 1].picture, "faces at one moment of the run");
  const label = make("span", { class: "count" });
  const slider = make("input", { type: "range", min: 0, max: frames.length - 1, value: frames.length - 1, "aria-label": "moment of the run" });
  let plays = false;
  const play = moving ? make("button", { type: "button", onclick: () => set(!plays) }) : null;
  // The animation is one picture; any moment of it is another.
  const set = on => {
    plays = on;
    const frame = frames[Number(slider.value)];
    image.src = on ? moving.src : frame.picture.src;
    label.textContent = on ? `${frames[0].caption} to ${frames[frames.length - 1].caption}` : frame.caption;
    if (play) play.textContent = on ? "❚❚ Hold" : "▶ Watch it learn";
  };
  slider.addEventListener("input", () => set(false));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  still.addEventListener("change", () => { if (still.matches) set(false); });
  set(Boolean(moving) && !still.matches);
  return section(page, "time", "Faces over time", report.frameNote, make("div", { class: "controls" }, play, slider, label), make("div", { class: "sheet" }, report.frameOriginals ? faces(report.frameOriginals, "the originals of the row below") : null, image));
}

function reconstructions() {
  const rows = report.reconstructions;
  if (rows.length === 0) return null;
  return section(page, "reconstructions", "Reconstructions", "Faces that no step saw, each above what the model gives back of it.",
    rows.map((row, i) => strip(row, i < 2 ? row.label : null, i % 2 === 0)));
}

function samples() {
  if (report.samples.length === 0) return null;
  return section(page, "samples", "New faces", "Drawn from the density fitted to the latents of the training faces. Lower temperatures stay closer to the mean face; the same noise is used in every row.",
    report.samples.map(row => strip(row, row.label)));
}

function neighbours() {
  const data = report.neighbours;
  if (!data) return null;
  const share = data.distance / data.heldOutDistance;
  const verdict = share < 0.8
    ? "New faces lie closer to training faces than unseen faces do: look at the pairs before you give this model to anyone."
    : "They lie no closer to training faces than unseen faces do, which is what a model does that has not learnt its faces by heart.";
  return section(page, "neighbours", "Learnt by heart?", `Of ${data.faces} new faces those that come closest to a training face, above that training face (of ${data.among.toLocaleString("en")}, mirrored or not). On the mean a new face is ${data.distance.toFixed(3)} from its nearest, the reconstruction of a face that no step saw ${data.heldOutDistance.toFixed(3)} (root of the mean squared difference at 32 pixels, colours in 0..1). ${verdict}`,
    data.rows.map((row, i) => strip(row, row.label, i === 0)));
}

function traversals() {
  if (report.traversals.length === 0) return null;
  const box = make("div", { class: "traversals" });
  let chosen = 0, wanted = "";
  const draw = () => box.replaceChildren(...report.traversals[chosen].rows.filter(row => spoken(row.label).toLowerCase().includes(wanted)).map(row =>
    make("figure", null, make("figcaption", { class: "label" }, spoken(row.label)), faces(row.picture, `${row.label} from −3 to +3`))));
  const buttons = report.traversals.map((base, i) => make("button", { type: "button", "aria-pressed": String(i === 0), onclick: event => {
    chosen = i;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
    draw();
  } }, base.name));
  draw();
  return section(page, "traversals", "Attributes, −3 to +3", "From left to right: −3, −2, −1, 0, +1, +2 and +3 standard deviations along the direction that gives a face the attribute and keeps the others.",
    make("div", { class: "controls" }, buttons, make("input", { type: "search", placeholder: "find an attribute", "aria-label": "find an attribute", oninput: event => { wanted = event.target.value.toLowerCase(); draw(); } })), box);
}

function morphs() {
  if (report.morphs.length === 0) return null;
  return section(page, "morphs", "From face to face", "At either end an original; between them the straight line between their latents.", report.morphs.map(row => strip(row, null)));
}

function map() {
  const data = report.map;
  if (!data) return null;
  const count = data.masks.length, masks = data.masks.map(mask => BigInt(`0x${mask}`));
  const canvas = make("canvas", { width: 1400, height: 900, role: "img", "aria-label": "map of latents" }), peek = make("div", { class: "peek" });
  const names = report.attributes.map(entry => entry.name), state = { kind: data.tsne.length ? "tsne" : "pca", attribute: Math.max(0, names.indexOf("Wearing_Hat")), turn: null };
  const has = i => names.length > 0 && (masks[i] >> BigInt(state.attribute) & 1n) === 1n;
  let places = [];
  const draw = () => {
    const points = data[state.kind], pad = 30, xs = [], ys = [];
    for (let i = 0; i < count; i++) { xs.push(points[2 * i]); ys.push(points[2 * i + 1]); }
    const low = [Math.min(...xs), Math.min(...ys)], high = [Math.max(...xs), Math.max(...ys)];
    const scale = Math.min((canvas.width - 2 * pad) / (high[0] - low[0] || 1), (canvas.height - 2 * pad) / (high[1] - low[1] || 1));
    places = xs.map((x, i) => [canvas.width / 2 + (x - (low[0] + high[0]) / 2) * scale, canvas.height / 2 + (ys[i] - (low[1] + high[1]) / 2) * scale]);
    const style = getComputedStyle(document.documentElement), brush = canvas.getContext("2d");
    brush.clearRect(0, 0, canvas.width, canvas.height);
    for (const yes of [false, true]) {
      brush.fillStyle = style.getPropertyValue(yes ? "--c1" : "--c0");
      brush.globalAlpha = yes || names.length === 0 ? 0.9 : 0.45;
      for (let i = 0; i < count; i++) {
        if (has(i) !== yes) continue;
        brush.beginPath(); brush.arc(places[i][0], places[i][1], 6.5, 0, 2 * Math.PI); brush.fill();
      }
    }
    brush.globalAlpha = 1;
  };
  canvas.addEventListener("pointermove", event => {
    const box = canvas.getBoundingClientRect(), x = (event.clientX - box.left) / box.width * canvas.width, y = (event.clientY - box.top) / box.height * canvas.height;
    let best = -1, distance = 30 * 30;
    places.forEach(([px, py], i) => { const square = (px - x) ** 2 + (py - y) ** 2; if (square < distance) { best = i; distance = square; } });
    if (best < 0) { peek.style.display = "none"; return; }
    const zoom = 3, side = data.thumb, column = best % data.thumbs.columns, row = Math.floor(best / data.thumbs.columns);
    const face = make("i", { style: `width:${side * zoom}px;height:${side * zoom}px;background-image:url(${data.thumbs.src});background-size:${data.thumbs.width * zoom}px ${data.thumbs.height * zoom}px;background-position:-${column * side * zoom}px -${row * side * zoom}px` });
    const said = names.filter((_, bit) => (masks[best] >> BigInt(bit) & 1n) === 1n).map(spoken).join(", ");
    peek.replaceChildren(face, said);
    peek.style.display = "block";
    const left = event.clientX - box.left, top = event.clientY - box.top;
    peek.style.left = `${left > box.width / 2 ? left - peek.offsetWidth - 14 : left + 14}px`;
    peek.style.top = `${Math.min(top, Math.max(0, box.height - peek.offsetHeight))}px`;
  });
  canvas.addEventListener("pointerleave", () => { peek.style.display = "none"; });
  const kinds = [["tsne", "t-SNE"], ["pca", "PCA"]].filter(([kind]) => data[kind].length);
  const buttons = kinds.map(([kind, text]) => make("button", { type: "button", "aria-pressed": String(kind === state.kind), onclick: event => {
    state.kind = kind;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
    draw();
  } }, text));
  const chooser = names.length ? make("select", { "aria-label": "colour by attribute", onchange: event => { state.attribute = Number(event.target.value); draw(); } },
    names.map((name, i) => make("option", { value: i, selected: i === state.attribute }, spoken(name)))) : null;
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return section(page, "map", "Map of latents",
    `${count} held-out faces by their latents. PCA keeps distances as far as two directions can (they hold ${(data.explained * 100).toFixed(0)}\u00a0% of the variance); t-SNE keeps neighbours and nothing else. Point at a dot to see the face.`,
    make("div", { class: "controls" }, buttons, chooser, names.length ? [make("span", { class: "key" }, make("i", { style: "background:var(--c1)" }), "has it"), make("span", { class: "key" }, make("i", { style: "background:var(--c0)" }), "has it not")] : null),
    make("div", { class: "map" }, canvas, peek));
}

function units() {
  if (report.klNats.length === 0) return null;
  const sorted = report.klNats.map((kl, i) => ({ kl, spread: report.spread[i], i })).sort((a, b) => b.kl - a.kl);
  const W = 1000, H = 170, left = 42, bottom = 18, most = Math.max(sorted[0].kl, 1e-9), width = (W - left) / sorted.length;
  const svg = make("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": "KL divergence of each latent number" });
  for (const tick of ticks(0, most, 3)) {
    const y = H - bottom - tick / most * (H - bottom - 8);
    svg.append(make("path", { class: "grid", d: `M${left} ${y.toFixed(1)}H${W}` }), make("text", { x: left - 5, y: y + 4, "text-anchor": "end" }, number(tick)));
  }
  const value = make("span", { class: "note" });
  for (const [at, unit] of sorted.entries()) {
    const height = Math.max(0.5, unit.kl / most * (H - bottom - 8));
    svg.append(make("rect", { x: left + at * width, y: H - bottom - height, width: Math.max(0.6, width * 0.82), height, fill: unit.spread > 0.01 ? colour(0) : colour(7),
      onpointerenter: () => { value.textContent = `Number ${unit.i}: ${number(unit.kl)} nats, variance of its mean ${number(unit.spread)}`; } }));
  }
  const active = sorted.filter(unit => unit.spread > 0.01).length;
  return section(page, "units", "What each latent number carries", `KL divergence in nats, largest first; their sum is ${number(sorted.reduce((sum, unit) => sum + unit.kl, 0))}. ${active} of ${sorted.length} are active: their mean varies by more than 0.01 over the faces (Burda et al., 2015).`, svg, value);
}

function metrics() {
  const names = metricNames(Object.keys(report.metrics));
  if (names.length === 0) return null;
  return section(page, "metrics", "Metrics", "Measured with the exported files, on faces that no step saw.", make("div", { class: "scroll" }, make("table", null,
    make("tbody", null, names.map(name => make("tr", null, make("th", null, metricTitle(name)), make("td", { class: "n" }, number(report.metrics[name])), make("td", { class: "note" }, report.metricNotes[name] || "")))))));
}

function dataSummary() {
  const list = report.facts.filter(fact => fact.group === "data");
  const shares = [...report.attributes].sort((a, b) => b.part - a.part);
  return section(page, "data", "Data", null, facts(list), report.dataNotes.map(note => make("p", { class: "note" }, note)),
    shares.length ? [make("h3", null, "How many faces have each attribute"), make("div", { class: "bars" }, shares.map(share =>
      make("div", { class: "bar", style: `--part:${(share.part * 100).toFixed(1)}%` }, make("span", null, spoken(share.name)), make("b", null, `${(share.part * 100).toFixed(1)}\u00a0%`))))] : null);
}

function layers() {
  if (report.layers.length === 0) return null;
  const parts = [...new Set(report.layers.map(layer => layer.part))];
  const total = list => list.reduce((sum, layer) => sum + layer.count, 0);
  const kinds = report.layers.some(layer => layer.kind);
  return section(page, "model", "Parameters", `${number(total(report.layers))} in all, running statistics included.`, make("div", { class: "two" }, parts.map(part => {
    const rows = report.layers.filter(layer => layer.part === part);
    return make("details", { open: rows.length <= 60 }, make("summary", null, `${part}: ${number(total(rows))}`), make("div", { class: "scroll" }, make("table", null,
      make("thead", null, make("tr", null, make("th", null, "layer"), kinds ? make("th", null, "kind") : null, make("th", null, kinds ? "output" : "shape"), make("th", { class: "n" }, "parameters"))),
      make("tbody", null, rows.map(layer => make("tr", null, make("th", null, layer.name), kinds ? make("td", null, layer.kind) : null, make("td", null, layer.output.replaceAll(" ", "\u00a0")), make("td", { class: "n" }, layer.count.toLocaleString("en"))))))));
  })));
}

function run() {
  const list = group => report.facts.filter(fact => fact.group === group);
  return section(page, "run", "Run, machine and cost", null, make("div", { class: "two" }, make("div", null, make("h3", null, "Run"), facts(list("run")), make("h3", null, "Time and cost"), facts(list("cost"))),
    list("machine").length ? make("div", null, make("h3", null, "Machine"), facts(list("machine"))) : null),
  report.command ? [make("h3", null, "Command"), make("pre", null, report.command)] : null, presetDetails(report));
}

header();
const line = [{ name: report.title, colour: colour(0), curves: report.curves }];
const parts = [overTime(), reconstructions(), samples(), neighbours(), traversals(), morphs(), map(), curves(page, line, false), units(), metrics(), dataSummary(), layers(), run()].filter(part => part);
page.querySelector("section").before(navigation(parts));
page.append(make("footer", null, `Made by FaceMix on ${new Date(report.created).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" })}. Generated faces are not real persons.`));
