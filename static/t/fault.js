// Something is wrong that nobody asked about: a ticket, with coverage or without.
import { h } from "./dom.js";
import { choices, keepDone, keepPhotos, keepTyped, labelled, select, visitAt } from "./fields.js";

export async function show(main, params, context) {
  const { station: id } = params;
  const { pkg, words } = context;
  const stations = Object.values(pkg?.stations ?? {});
  const where = select(stations.map((one) => [String(one.id), one.name]), id ?? undefined);
  const outlet = select([["0", words("fault.whole")]]);
  const text = h("textarea", { rows: "3", maxlength: "300", required: true });
  const file = h("input", { type: "file", accept: "image/*", capture: "environment", multiple: true });
  const said = h("p", { role: "status" });
  const key = "fault";
  const photos = await keepPhotos(file, said, key, context);
  const outlets = () => {
    const numbers = (pkg?.stations[where.value]?.connectors ?? []).map((one) => one.number).filter((number) => number > 0);
    outlet.replaceChildren(...[["0", words("fault.whole")], ...numbers.map((n) => [String(n), words("live.connector", { n })])].map(([value, name]) => h("option", { value }, name)));
  };
  where.addEventListener("change", outlets);
  outlets();
  const submit = async (event) => {
    event.preventDefault();
    const body = { station_id: Number(where.value), connector: Number(outlet.value), title: text.value.trim(), priority: form.elements.namedItem("priority").value, photos };
    const operation = { visit_id: visitAt(pkg, body.station_id)?.id ?? null, kind: "new_fault", body, blobs: photos };
    const said = { title: words("fault.title"), text: words("fault.done"), next: ["#/", words("place.day")] };
    await keepDone(main, key, operation, said, context);
  };
  const form = h("form", { class: "t-form", onsubmit: submit },
    labelled(words("visit.station"), where), labelled(words("fault.connector"), outlet), labelled(words("fault.what"), text),
    choices(words("fault.priority"), "priority", ["P1", "P2", "P3", "P4"].map((one) => [one, words(`fault.${one}`)]), "P3"),
    labelled(words("visit.photo"), file), said,
    h("button", { class: "button main", disabled: !stations.length }, words("fault.go")));
  main.replaceChildren(h("h1", {}, words("fault.title")), form);
  const draft = await keepTyped(form, key, { ...context, again: () => show(main, params, context) });
  // Which outlets there are follows from the station, and that may have come from the draft.
  outlets();
  if (draft[outlet.name]) outlet.value = draft[outlet.name];
}
