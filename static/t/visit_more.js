// Beside the work: tickets, what was done before, documents, and what the server can ask the charger.
import { h } from "./dom.js";
import { stationNow } from "./station_now.js";

export function ticketList({ visit, pkg, words, day }) {
  const all = [...visit.tickets, ...visit.stations.flatMap((id) => pkg.stations[id]?.tickets ?? [])];
  const each = new Map(all.map((ticket) => [ticket.id, ticket]));
  if (!each.size) return h("p", {}, words("visit.no_tickets"));
  return h("ul", { class: "plain" }, [...each.values()].map((ticket) => h("li", { class: "card" },
    h("b", { dir: "auto" }, `#${ticket.id} ${words(ticket.title)}`),
    h("p", { class: "hint" }, [ticket.priority, words(`ticket.${ticket.state}`), pkg.stations[ticket.station_id]?.name, day(ticket.opened_at, true)].filter(Boolean).join(" · ")))));
}

export function history({ visit, pkg, words, day }) {
  const shown = visit.stations.flatMap((id) => (pkg.stations[id]?.history ?? []).map((one) => ({ ...one, station: pkg.stations[id].name })));
  if (!shown.length) return h("p", {}, words("visit.no_history"));
  return h("ul", { class: "plain" }, shown.map((one) => h("li", { class: "card" },
    h("b", { dir: "auto" }, `${one.station} · ${day(one.done_on ?? one.at)}`),
    h("p", { dir: "auto" }, [one.number, one.technician].filter(Boolean).join(" · ")),
    (one.lines ?? []).map((line) => h("p", { class: "hint", dir: "auto" }, words(line.title ?? line))),
    (one.findings ?? []).map((finding) => h("p", { class: "wrong", dir: "auto" }, words(finding.text ?? finding))))));
}

export function documents({ visit, pkg, words }) {
  const all = new Map(visit.stations.flatMap((id) => pkg.stations[id]?.documents ?? []).map((one) => [one.address, one]));
  if (!all.size) return h("p", {}, words("visit.no_documents"));
  return h("ul", { class: "plain" }, [...all.values()].map((one) => h("li", {}, h("a", { class: "button", href: one.address, rel: "noreferrer", target: "_blank" }, one.title))));
}

export function remote(stay) {
  if (!stay.visit.stations.length) return h("p", {}, stay.words("visit.no_station"));
  return stay.visit.stations.map((id) => h("section", { class: "card" }, h("h2", { dir: "auto" }, stay.pkg.stations[id]?.name ?? `#${id}`), stationNow(id, stay)));
}
