"use strict";
// What both kinds of page share: elements, numbers, faces and charts. Text reaches the page as text only.

const NS = "http://www.w3.org/2000/svg";
const COLOURS = ["--c0", "--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7"];

function make(tag, attributes, ...children) {
  const svg = ["svg", "path", "line", "rect", "text", "circle", "g"].includes(tag);
  const element = svg ? document.createElementNS(NS, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  return add(element, ...children);
}

function add(element, ...children) {
  for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
  return element;
}

const colour = index => `var(${COLOURS[index % COLOURS.length]})`;
// What metrics are called, in the order they are looked at.
const METRICS = {
  psnr_db: "PSNR, dB", mean_picture_psnr_db: "PSNR of the mean picture, dB", mse: "MSE", ssim: "SSIM", ms_ssim: "MS-SSIM", ms_ssim_scales: "MS-SSIM scales",
  kl_nats: "KL divergence, nats", active_units: "active latent numbers", held_out: "faces held out", parameters: "parameters", steps: "steps", pictures: "pictures seen",
  minutes: "minutes of training", export_difference_255ths: "export difference, 1/255",
  best_step: "step of these weights", network_channels: "colour channels of the network", precision_bits: "bits of the networks' products",
};
const metricNames = names => [...Object.keys(METRICS).filter(name => names.includes(name)), ...names.filter(name => !(name in METRICS))];
const metricTitle = name => METRICS[name] || spoken(name);
const spoken = name => name.replaceAll("_", " ");

function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (Number.isInteger(value)) return value.toLocaleString("en");
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  if (size !== 0 && size < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(4)));
}

function section(page, id, title, note, ...content) {
  page.append(make("section", { id }, make("h2", null, title), note ? make("p", { class: "note" }, note) : null, ...content));
  return { id, title };
}

function navigation(entries) {
  return make("nav", { "aria-label": "Parts of this report" }, entries.map(entry => make("a", { href: `#${entry.id}` }, entry.title)));
}

function faces(picture, alt, small) {
  return make("img", { class: small ? "faces small" : "faces", src: picture.src, width: picture.width, height: picture.height, alt, loading: "lazy", decoding: "async" });
}

function strip(entry, caption, tight) {
  return make("figure", { class: tight ? "strip tight" : "strip" }, caption ? make("figcaption", null, caption) : null, faces(entry.picture, caption || entry.label));
}

function facts(list) {
  return make("div", { class: "scroll" }, make("table", null, make("tbody", null, list.map(fact => make("tr", null, make("th", null, fact.label), make("td", null, fact.value))))));
}

// Round numbers that a range holds, about `wanted` of them.
function ticks(low, high, wanted) {
  const rough = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(times => times * power).find(size => size >= rough) || power;
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-6; at += step) found.push(Math.abs(at) < step * 1e-6 ? 0 : at);
  return found;
}

// Lines over a common x: series are { name, x, y, colour }; returns a chart whose cursor tells every value.
function chart(title, series, options) {
  const { logarithmic = false, unit = "", legend = false } = options || {};
  const W = 340, H = 168, left = 46, right = 8, top = 10, bottom = 22;
  const usable = y => y !== null && Number.isFinite(y) && (!logarithmic || y > 0);
  const place = y => logarithmic ? Math.log10(y) : y;
  const xs = series.flatMap(line => line.x.filter((_, i) => usable(line.y[i])));
  const ys = series.flatMap(line => line.y.filter(usable).map(place));
  const value = make("span");
  const figure = make("figure", { class: "chart" }, make("h3", null, title, value));
  if (ys.length < 2) { figure.append(make("p", { class: "note" }, "nothing to show")); return figure; }
  let [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  if (x1 === x0) x1 = x0 + 1;
  if (y1 - y0 < 1e-12) { const pad = Math.abs(y1) * 0.1 || 1; y0 -= pad; y1 += pad; }
  const X = x => left + (x - x0) / (x1 - x0) * (W - left - right);
  const Y = y => H - bottom - (place(y) - y0) / (y1 - y0) * (H - top - bottom);
  const svg = make("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${title} over ${unit || "x"}` });
  for (const tick of ticks(y0, y1, 3)) {
    const at = H - bottom - (tick - y0) / (y1 - y0) * (H - top - bottom);
    svg.append(make("path", { class: "grid", d: `M${left} ${at.toFixed(1)}H${W - right}` }), make("text", { x: left - 5, y: at + 4, "text-anchor": "end" }, number(Number((logarithmic ? 10 ** tick : tick).toPrecision(3)))));
  }
  const across = ticks(x0, x1, 4);
  across.forEach((tick, i) => svg.append(make("text", { x: X(tick), y: H - 6, "text-anchor": "middle" }, number(Number(tick.toPrecision(4))) + (i === across.length - 1 && X(tick) < W - 40 ? ` ${unit}` : ""))));
  for (const line of series) {
    let d = "", pen = "M";
    line.x.forEach((x, i) => { if (usable(line.y[i])) { d += `${pen}${X(x).toFixed(1)} ${Y(line.y[i]).toFixed(1)}`; pen = "L"; } });
    svg.append(make("path", { class: "curve", d, stroke: line.colour }));
  }
  const cross = make("line", { class: "cross", y1: top, y2: H - bottom, visibility: "hidden" });
  svg.append(cross);
  const last = () => { value.textContent = series.length === 1 ? number([...series[0].y].reverse().find(usable)) : ""; };
  svg.addEventListener("pointermove", event => {
    const box = svg.getBoundingClientRect(), x = x0 + ((event.clientX - box.left) / box.width * W - left) / (W - left - right) * (x1 - x0);
    if (x < x0 || x > x1) return;
    cross.setAttribute("x1", X(x)); cross.setAttribute("x2", X(x)); cross.setAttribute("visibility", "visible");
    const nearest = line => line.x.reduce((best, at, i) => Math.abs(at - x) < Math.abs(line.x[best] - x) ? i : best, 0);
    value.textContent = `${series.map(line => number(line.y[nearest(line)])).join(" · ")} at ${number(Number(x.toPrecision(3)))} ${unit}`;
  });
  svg.addEventListener("pointerleave", () => { cross.setAttribute("visibility", "hidden"); last(); });
  last();
  figure.append(svg);
  if (legend) figure.append(make("div", { class: "controls" }, series.map(line => make("span", { class: "key" }, make("i", { style: `background:${line.colour}` }), line.name))));
  return figure;
}

// Names of curves in the order people ask for them, and what a chart calls them.
function curveNames(names) {
  const rank = name => name === "total" ? 0 : name.startsWith("weight_") ? 3 : name === "learning_rate" ? 2 : name === "gradient_norm" ? 4 : 1;
  return [...new Set(names)].sort((a, b) => rank(a) - rank(b));
}

const curveTitle = name => name === "total" ? "Loss, weighted sum" : name.startsWith("weight_") ? `Weight of ${spoken(name.slice(7))}` : name === "learning_rate" ? "Learning rate" : name === "gradient_norm" ? "Gradient norm" : name.startsWith("held_out_") ? `${metricTitle(name.slice(9))}, held-out faces` : `${spoken(name)}, before its weight`;

function curves(page, lines, legend) {
  const names = curveNames(lines.flatMap(line => line.curves ? Object.keys(line.curves.values) : []));
  if (names.length === 0) return null;
  const box = make("div", { class: "charts" });
  let byStep = false, logarithmic = false;
  // A weight that is one number in every run is said in a line, not drawn.
  const weights = name => [...new Set(lines.filter(line => line.curves && line.curves.values[name]).flatMap(line => line.curves.values[name]))];
  const fixed = names.filter(name => name.startsWith("weight_") && weights(name).length === 1);
  const draw = () => box.replaceChildren(...names.filter(name => !fixed.includes(name)).map(name => chart(curveTitle(name), lines
    .filter(line => line.curves && line.curves.values[name])
    .map(line => ({ name: line.name, colour: line.colour, x: byStep ? line.curves.step : line.curves.minutes, y: line.curves.values[name] })),
  { logarithmic, unit: byStep ? "steps" : "min", legend })));
  const toggle = (text, change) => make("button", { type: "button", "aria-pressed": "false", onclick: event => { const on = change(); event.currentTarget.setAttribute("aria-pressed", String(on)); draw(); } }, text);
  draw();
  const still = fixed.map(name => `${spoken(name.slice(7))} × ${number(weights(name)[0])}`);
  return section(page, "curves", "Losses and schedules", "Every term is shown before its weight; the weights are shown apart. Point at a curve to read it.",
    make("div", { class: "controls" }, toggle("logarithmic", () => (logarithmic = !logarithmic)), toggle("by step", () => (byStep = !byStep))), box,
    still.length ? make("p", { class: "note" }, `Constant weights: ${still.join(", ")}.`) : null);
}

function presetDetails(report) {
  return report.preset ? make("details", null, make("summary", null, `The preset with all its values`), make("pre", null, report.preset)) : null;
}
