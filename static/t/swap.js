// The station is another device now: its identity moves, its history stays.
import { h } from "./dom.js";
import { keepDone, keepPhotos, keepTyped, labelled, visitAt } from "./fields.js";

export async function show(main, params, context) {
  const { station: id } = params;
  const { pkg, words } = context;
  const station = pkg?.stations[id];
  if (!station) return main.replaceChildren(h("h1", {}, words("station.unknown")));
  const before = h("input", { maxlength: "100", value: station.serial ?? "" });
  const after = h("input", { maxlength: "100", required: true });
  const note = h("textarea", { rows: "3", maxlength: "2000" });
  const file = h("input", { type: "file", accept: "image/*", capture: "environment", multiple: true });
  const said = h("p", { role: "status" });
  const key = `swap-${id}`;
  const photos = await keepPhotos(file, said, key, context);
  const submit = async (event) => {
    event.preventDefault();
    const body = { station_id: station.id, old_serial: before.value.trim(), new_serial: after.value.trim(), photos, note: note.value.trim() };
    const operation = { visit_id: visitAt(pkg, station.id)?.id ?? null, kind: "swap", body, blobs: photos };
    const said = { title: station.name, text: words("swap.done"), next: [`#/station/${id}`, words("visit.cancel")] };
    await keepDone(main, key, operation, said, context);
  };
  const form = h("form", { class: "t-form", onsubmit: submit },
    labelled(words("swap.old"), before), labelled(words("swap.new"), after), labelled(words("swap.note"), note), labelled(words("visit.photo"), file), said,
    h("button", { class: "button main" }, words("swap.go")));
  main.replaceChildren(h("h1", { dir: "auto" }, `${words("swap.title")} · ${station.name}`), h("p", {}, words("swap.how")), form);
  await keepTyped(form, key, { ...context, again: () => show(main, params, context) });
  return null;
}
