// What the forms of the shell are made of.
import { h } from "./dom.js";

const ENDED = new Set(["finished", "aborted", "cancelled"]);
let last = 0;

// A week, as the server takes it: who types more has slipped.
export const MOST_MINUTES = 10_080;

export function labelled(text, field) {
  field.id ||= `f${++last}`;
  return [h("label", { for: field.id }, text), field];
}

export function choices(legend, name, options, chosen) {
  return h("fieldset", {},
    h("legend", {}, legend),
    options.map(([value, text]) => h("label", { class: "choice" }, h("input", { type: "radio", name, value, required: true, checked: value === chosen }), h("span", {}, text))));
}

export function select(options, chosen) {
  const field = h("select", {}, options.map(([value, text]) => h("option", { value }, text)));
  field.value = chosen ?? options[0]?.[0] ?? "";
  return field;
}

// A number with a button on either side: never hidden by a long name, and easy in gloves.
export function counter(words, value = 1) {
  const field = h("input", { inputmode: "decimal", required: true, pattern: "[0-9]+([.,][0-9]+)?", value: String(value), "aria-label": words("visit.quantity") });
  const step = (by) => {
    field.value = String(Math.max(1, (Number(field.value.replace(",", ".")) || 1) + by));
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const box = h("div", { class: "t-count" },
    h("button", { type: "button", class: "button", "aria-label": words("visit.fewer"), onclick: () => step(-1) }, "−"),
    field,
    h("button", { type: "button", class: "button", "aria-label": words("visit.more"), onclick: () => step(1) }, "+"));
  return { box, value: () => field.value.trim().replace(",", ".") };
}

// What is typed is kept with every keystroke, and there again after whatever happens. That it is
// an older text is said, with the way to throw it away.
export async function keepTyped(form, key, { words, store, hour, again }) {
  const draft = (await store.getDraft(key)) ?? {};
  // By their order in the form: the same after every start.
  [...form.elements].forEach((field, at) => (field.name ||= `n${at}`));
  for (const [name, value] of Object.entries(draft)) {
    const field = form.elements.namedItem(name);
    if (field && "value" in field && field.type !== "file") field.value = value;
  }
  form.addEventListener("input", async (event) => {
    if (event.target.type === "file") return;
    await store.saveDraft(key, event.target.name, event.target.value);
    await store.saveDraft(key, "at", Date.now());
  });
  if (draft.at) form.prepend(restored(key, draft, { words, store, hour, again }));
  return draft;
}

function restored(key, draft, { words, store, hour, again }) {
  const discard = async () => {
    await store.dropDraft(key);
    await again();
  };
  return h("p", { class: "t-row restored", role: "status" },
    h("span", {}, words("draft.restored", { at: hour(draft.at) })),
    h("button", { type: "button", class: "button", onclick: discard }, words("draft.discard")));
}

// Done: nothing of what was typed waits any more, and that it is kept is said. Who is on another
// page by now is left there.
export async function keepDone(main, key, operation, said, { store, outbox, isHere }) {
  await store.addOperation(operation);
  await store.dropDraft(key);
  outbox.flush({ now: true });
  if (!isHere()) return;
  main.replaceChildren(
    h("h1", {}, said.title),
    h("p", { class: "state ok", role: "status" }, said.text),
    h("a", { class: "button main", href: said.next[0] }, said.next[1]));
}

// Photos of a form: kept with its draft, so that a lock or a restart loses none.
export async function keepPhotos(file, said, key, { words, store }) {
  const photos = [...((await store.getDraft(key))?.photos ?? [])];
  const told = () => (said.textContent = photos.length ? words("visit.photos_kept", { n: photos.length }) : "");
  const take = async () => {
    for (const one of file.files) {
      photos.push(await photographed(one, store));
      await store.saveDraft(key, "photos", [...photos]);
    }
    await store.saveDraft(key, "at", Date.now());
    file.value = "";
    told();
  };
  file.addEventListener("change", () => store.during(take()));
  told();
  return photos;
}

// The visit that something at this station belongs to: one that goes on, the soonest first.
export function visitAt(pkg, stationId) {
  const open = pkg.visits.filter((one) => one.stations.includes(stationId) && !ENDED.has(one.state));
  return open.sort((a, b) => a.starts_at.localeCompare(b.starts_at))[0] ?? null;
}

export async function photographed(file, store) {
  const { shrunk } = await import("./photo.js");
  const shrunken = await shrunk(file);
  return store.putBlob(shrunken, "image/jpeg");
}
