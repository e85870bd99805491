// A station on its own: what it is, how it is, and what can be said of it.
import { h } from "./dom.js";
import { stationNow } from "./station_now.js";

export async function show(main, { station: id }, context) {
  const { pkg, words } = context;
  const station = pkg?.stations[id];
  if (!station) return main.replaceChildren(h("h1", {}, words("station.unknown")));
  const visit = pkg.visits.find((one) => one.stations.includes(station.id));
  const facts = [["model", station.model], ["serial", station.serial], ["firmware", station.firmware]];
  main.replaceChildren(
    h("h1", { dir: "auto" }, station.name),
    h("section", { class: "card" }, facts.map(([name, value]) => h("p", { dir: "auto" }, `${words(`station.${name}`)}: ${value || "–"}`))),
    h("div", { class: "t-row" },
      visit && h("a", { class: "button main", href: `#/visit/${visit.id}` }, words("station.visit")),
      h("a", { class: "button", href: `#/fault/${id}` }, words("station.fault")),
      h("a", { class: "button", href: `#/component/${id}` }, words("station.component")),
      h("a", { class: "button", href: `#/swap/${id}` }, words("station.swap"))),
    h("section", { class: "card" }, stationNow(station.id, context)),
  );
  return null;
}
