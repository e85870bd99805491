// Where something is asked, in words.
import { h } from "./dom.js";
import { split } from "./run.js";
import { visitLock } from "./writer.js";

// A page of the checklist in the shell's main: all its style hangs on this one class.
export function room(main, ...children) {
  main.replaceChildren(h("div", { class: "t-item" }, ...children));
}

// Of two tabs the second one reads: what it would write could lose what the first one did.
export async function readOnly(main, context, visitId) {
  if (await visitLock(Number(visitId))) return false;
  room(main, h("h1", { tabindex: "-1" }, context.words("run.elsewhere")), h("p", { role: "alert" }, context.words("visit.other_tab")));
  return true;
}

export function placeName(run, place) {
  const { words } = run.context;
  const [kind, which] = place.split(":");
  if (kind === "visit") return words("place.visit");
  if (kind === "station") return words("place.station");
  if (kind === "evse") return words("place.evse", { n: which });
  const own = which.startsWith("c") ? component(run, which.slice(1)) : null;
  return own ?? words("place.rcd", { n: which });
}

function component(run, id) {
  const found = (run.station.components ?? []).find((one) => String(one.id) === id);
  if (!found) return null;
  return [found.maker, found.type, found.serial].filter(Boolean).join(" ") || null;
}

export function runTitle(run) {
  const template = run.version.title ?? run.version.template;
  return typeof template === "string" ? template : run.words(template);
}

export function itemAddress(run, name) {
  return `#/visit/${run.visit.id}/run/${run.run.uuid}/${encodeURIComponent(name)}`;
}

export function runAddress(run) {
  return `#/visit/${run.visit.id}/run/${run.run.uuid}`;
}

export function reviewAddress(run) {
  return `#/visit/${run.visit.id}/review`;
}

// What an item lacks, as a sentence for people.
export function lacks(run, name) {
  const { words } = run.context;
  const one = run.byName.get(name);
  const [item] = split(name);
  return one.missing
    .map((what) => words(`missing.${what}`, { what: run.items.get(item).item.authorisation ?? "" }))
    .join(", ");
}

// Also where one stands there already: the page has changed under the address.
export function go(address) {
  if (location.hash === address) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = address;
}
