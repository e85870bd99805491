// Something is wrong that nobody asked about: a ticket, with coverage or without.
import { h } from "./dom.js";
import { choices, keepTyped, labelled, photoBox, select, visitAt } from "./fields.js";

export async function show(main, { station: id }, context) {
  const { pkg, words, store, outbox } = context;
  const stations = Object.values(pkg?.stations ?? {});
  const where = select(stations.map((one) => [String(one.id), one.name]), id ?? undefined);
  const outlet = select([["0", words("fault.whole")]]);
  const text = h("textarea", { rows: "3", maxlength: "300", required: true });
  const key = "fault";
  const photos = await photoBox(key, context);
  const outlets = () => {
    const numbers = (pkg?.stations[where.value]?.connectors ?? []).map((one) => one.number).filter((number) => number > 0);
    outlet.replaceChildren(...[["0", words("fault.whole")], ...numbers.map((n) => [String(n), words("live.connector", { n })])].map(([value, name]) => h("option", { value }, name)));
  };
  where.addEventListener("change", outlets);
  outlets();
  const submit = async (event) => {
    event.preventDefault();
    const body = { station_id: Number(where.value), connector: Number(outlet.value), title: text.value.trim(), priority: form.elements.namedItem("priority").value, photos: photos.shas };
    await store.addOperation({ visit_id: visitAt(pkg, body.station_id)?.id ?? null, kind: "new_fault", body, blobs: photos.shas });
    await store.dropDraft(key);
    await photos.forget();
    outbox.flush();
    main.replaceChildren(h("h1", {}, words("fault.title")), h("p", { class: "state ok", role: "status" }, words("fault.done")), h("a", { class: "button main", href: "#/" }, words("place.day")));
  };
  const form = h("form", { class: "t-form", onsubmit: submit },
    labelled(words("visit.station"), where), labelled(words("fault.connector"), outlet), labelled(words("fault.what"), text),
    choices(words("fault.priority"), "priority", ["P1", "P2", "P3", "P4"].map((one) => [one, words(`fault.${one}`)]), "P3"),
    photos.box,
    h("button", { class: "button main", disabled: !stations.length }, words("fault.go")));
  main.replaceChildren(h("h1", {}, words("fault.title")), form);
  await keepTyped(form, key, context, () => show(main, { station: id }, context));
}
