// The last values as a small picture with the limit in it, and the same as a table.
import { h } from "./dom.js";
import { lastText, limitText } from "./number.js";
import { shownNumber } from "./run.js";

const [WIDTH, HEIGHT, SIDE] = [320, 96, 10];

// last: newest first, [{at, number, value, verdict}].
export function trend(run, item, last) {
  if (!last.length) return null;
  const { words } = run.context;
  const numbered = last.filter((one) => typeof one.number === "number").reverse();
  return h(
    "details",
    { class: "trend", open: false },
    h("summary", {}, words("trend.title", { n: last.length })),
    numbered.length > 1 ? picture(run, item, numbered) : null,
    table(run, item, last),
  );
}

function table(run, item, last) {
  const { words } = run.context;
  const rows = last.map((one) =>
    h("tr", {}, h("td", {}, dayOf(run, one.at)), h("td", { class: "number" }, lastText(run, item, one)), h("td", {}, one.verdict ? words(`item.${one.verdict}`) : "")),
  );
  const head = ["trend.day", "trend.value", "trend.verdict"].map((key, at) =>
    h("th", { scope: "col", class: at === 1 ? "number" : null }, words(key, { unit: item.unit ?? "" })),
  );
  return h("table", {}, h("caption", {}, limitText(run, item)), h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows));
}

function dayOf(run, at) {
  const language = run.language === "en" ? "en-GB" : "sv-SE";
  return new Date(at).toLocaleDateString(language, { day: "numeric", month: "short", year: "numeric" });
}

function picture(run, item, points) {
  const limits = [item.min, item.max].filter((one) => typeof one === "number");
  const all = [...points.map((one) => one.number), ...limits];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const up = (value) => HEIGHT - SIDE - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * SIDE);
  const times = points.map((one) => Date.parse(one.at));
  const range = times.at(-1) - times[0] || 1;
  const along = (at) => SIDE + ((at - times[0]) / range) * (WIDTH - 2 * SIDE);
  const dots = points.map((one, at) => [along(times[at]), up(one.number)]);
  const label = run.context.words("trend.picture", {
    values: points.map((one) => shownNumber(run, one.number)).join(", "),
    limit: limitText(run, item),
  });
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "picture" },
    ...limits.map((one) => svg("line", { class: "limit", x1: 0, x2: WIDTH, y1: up(one), y2: up(one) })),
    ...limits.map((one) => svg("text", { x: WIDTH - 4, y: up(one) + (up(one) < HEIGHT / 2 ? 14 : -6), "text-anchor": "end" }, shownNumber(run, one))),
    svg("polyline", { class: "line", points: dots.map((one) => one.map((x) => x.toFixed(1)).join(",")).join(" ") }),
    ...dots.map(([cx, cy]) => svg("circle", { cx, cy, r: 4 })),
  );
}

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}
