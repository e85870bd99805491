// A part of the station that has a serial number of its own, put in or taken in its place.
import { h } from "./dom.js";
import { keepDone, keepTyped, labelled, select, visitAt } from "./fields.js";

const KINDS = ["rcd", "filter", "contactor", "cable", "connector", "modem", "meter", "screen", "power_module", "fan", "payment_terminal", "other"];

export async function show(main, params, context) {
  const { station: id } = params;
  const { pkg, words } = context;
  const station = pkg?.stations[id];
  if (!station) return main.replaceChildren(h("h1", {}, words("station.unknown")));
  const kind = select(KINDS.map((one) => [one, words(`component.kind.${one}`)]));
  const fields = Object.fromEntries(["maker", "type", "serial", "rating"].map((name) => [name, h("input", { maxlength: "100" })]));
  const outlets = (station.connectors ?? []).map((one) => one.number).filter((number) => number > 0);
  const evse = select([["", "–"], ...outlets.map((number) => [String(number), String(number)])]);
  const removes = select([["", words("component.nothing")], ...(station.components ?? []).map((one) => [String(one.id), [words(`component.kind.${one.kind}`), one.maker, one.type, one.serial].filter(Boolean).join(" ")])]);
  const key = `component-${id}`;
  const submit = async (event) => {
    event.preventDefault();
    const typed = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value.trim()]));
    const body = { station_id: station.id, kind: kind.value, ...typed, evse: Number(evse.value) || null, removes_id: Number(removes.value) || null };
    const operation = { visit_id: visitAt(pkg, station.id)?.id ?? null, kind: "component", body };
    const said = { title: station.name, text: words("component.done"), next: [`#/station/${id}`, words("visit.cancel")] };
    await keepDone(main, key, operation, said, context);
  };
  const form = h("form", { class: "t-form", onsubmit: submit },
    labelled(words("component.kind"), kind),
    Object.entries(fields).map(([name, field]) => labelled(words(`component.${name}`), field)),
    labelled(words("component.evse"), evse), labelled(words("component.removes"), removes),
    h("button", { class: "button main" }, words("component.go")));
  main.replaceChildren(h("h1", { dir: "auto" }, `${words("component.title")} · ${station.name}`), form);
  await keepTyped(form, key, { ...context, again: () => show(main, params, context) });
  return null;
}
