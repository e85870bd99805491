// The day, in the order in which it is driven.
import { h } from "./dom.js";
import { dayOf } from "./words.js";

const ENDED = new Set(["finished", "aborted", "cancelled"]);
const DAY_MS = 24 * 3600 * 1000;
const WRONG_CLOCK_MS = 120_000;

export async function show(main, _params, context) {
  const { pkg, words, store, outbox } = context;
  const title = h("h1", {}, words("day.title"));
  if (!pkg) return main.replaceChildren(title, h("p", {}, words("day.no_package")));
  const ended = await endedHere(store);
  const visits = [...pkg.visits].sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  const isOver = (visit) => ENDED.has(visit.state) || ended.has(visit.id);
  const open = visits.filter((visit) => !isOver(visit));
  const ofToday = open.filter((visit) => dayFromToday(visit) === 0);
  const unsent = await outbox.status();
  main.replaceChildren(
    title,
    aged(pkg, unsent, (await store.getMeta("skew_ms")) ?? 0, context),
    ...section(null, ofToday, context, words("day.none")),
    toLoad(ofToday, words),
    ...section("day.before", open.filter((visit) => dayFromToday(visit) < 0), context),
    ...section("day.later", open.filter((visit) => dayFromToday(visit) > 0), context),
    ...section("day.done", visits.filter(isOver), context),
    h("p", { class: "hint" }, words("day.downloaded", { at: context.day(pkg.at, true), until: context.day(pkg.good_until) })),
  );
  return null;
}

// What ended a visit here may not have reached the server yet.
async function endedHere(store) {
  const ends = (await store.operations()).filter((op) => op.kind === "finish" || (op.kind === "unable" && !op.body.lines));
  return new Set(ends.map((op) => op.visit_id));
}

function aged(pkg, unsent, skew, { words }) {
  const told = [];
  if (Date.now() - Date.parse(pkg.at) > DAY_MS) told.push(h("p", { class: "notice" }, words("day.old")));
  if (unsent.oldest && Date.now() - unsent.oldest > 2 * DAY_MS) told.push(h("p", { class: "notice" }, words("day.unsent_old")));
  if (Math.abs(skew) > WRONG_CLOCK_MS) told.push(h("p", { class: "notice" }, words("settings.skew", { n: Math.round(skew / 1000) })));
  return told.length ? h("section", {}, told) : "";
}

function section(key, visits, context, none = null) {
  if (!visits.length) return none ? [h("p", {}, none)] : [];
  const head = key ? [h("h2", {}, context.words(key))] : [];
  return [...head, ...visits.map((visit) => card(visit, context, key ? "h3" : "h2"))];
}

function card(visit, { pkg, words, hour, day }, heading) {
  const { site } = visit;
  const stations = visit.stations.map((id) => pkg.stations[id]).filter(Boolean);
  const kits = visit.lines.map((line) => line.kit?.name).filter(Boolean);
  const zone = site.time_zone;
  const when = dayFromToday(visit) === 0 ? hour(visit.starts_at, zone) : day(visit.starts_at, true, zone);
  const tags = [
    words("day.minutes", { n: visit.minutes }),
    words(visit.lines.length === 1 ? "day.line" : "day.lines", { n: visit.lines.length }),
    visit.tickets.length ? words(visit.tickets.length === 1 ? "day.ticket" : "day.tickets", { n: visit.tickets.length }) : null,
    ...new Set(kits),
  ];
  return h("article", { class: "card visit", "data-visit": visit.id },
    h(heading, { dir: "auto" }, `${when} · ${site.name}`),
    h("p", { dir: "auto" }, addressOf(site)),
    h("p", { dir: "auto" }, stations.map((one) => [one.name, one.model].filter(Boolean).join(" – ")).join(" · ")),
    h("ul", { class: "tags" }, tags.filter(Boolean).map((tag) => h("li", {}, tag))),
    site.access_notes && h("p", { class: "notice", dir: "auto" }, site.access_notes),
    h("div", { class: "t-row" },
      navigate(site, words),
      h("a", { class: "button main", href: `#/visit/${visit.id}` }, words("day.open"))),
  );
}

// As it is written on a letter.
export function addressOf({ address, postal_code, city }) {
  const town = [postal_code, city].filter(Boolean).join(" ");
  return [address, town].filter(Boolean).join(", ");
}

function navigate(site, words) {
  if (site.latitude === null || site.latitude === undefined) return "";
  return h("a", { class: "button", href: `geo:${site.latitude},${site.longitude}?q=${site.latitude},${site.longitude}` }, words("day.navigate"));
}

// The sum of all kits: what has to be in the van before the first visit.
function toLoad(visits, words) {
  const sums = new Map();
  for (const part of visits.flatMap((visit) => visit.lines).flatMap((line) => line.kit?.parts ?? [])) {
    const before = sums.get(part.number) ?? { ...part, quantity: 0 };
    sums.set(part.number, { ...before, quantity: before.quantity + Number(part.quantity) });
  }
  if (!sums.size) return "";
  return h("section", { class: "card" },
    h("h2", {}, words("day.load")),
    h("ul", { class: "plain" }, [...sums.values()].map((part) => h("li", {}, words("visit.kit_part", { n: part.quantity, part: `${part.number} ${part.name}` })))));
}

// Before today, today or later, where the work is done.
function dayFromToday(visit) {
  const zone = visit.site.time_zone;
  return dayOf(visit.starts_at, zone).localeCompare(dayOf(Date.now(), zone));
}
