// What the forms of the shell are made of.
import { h } from "./dom.js";

const ENDED = new Set(["finished", "aborted", "cancelled"]);
let last = 0;

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
  const field = h("input", { inputmode: "decimal", value: String(value), "aria-label": words("visit.quantity") });
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

// What is typed is kept with every keystroke, and there again after whatever happens: said so, and
// gone at a touch. A field is known by its place in the form.
export async function keepTyped(form, key, { store, words, hour }, again) {
  [...form.elements].forEach((field, place) => (field.name ||= `n${place}`));
  form.addEventListener("input", ({ target }) => target.type !== "file" && store.saveDraft(key, target.name, { text: target.value, at: Date.now() }));
  const draft = Object.entries((await store.getDraft(key)) ?? {}).filter(([, kept]) => kept?.at);
  for (const [name, { text }] of draft) restore(form.elements.namedItem(name), text);
  if (!draft.length) return;
  const discard = async () => {
    await store.dropDraft(key);
    await again();
  };
  form.prepend(h("p", { class: "notice t-restored", role: "status" },
    h("span", {}, words("draft.restored", { at: hour(Math.max(...draft.map(([, kept]) => kept.at))) })),
    h("button", { type: "button", class: "button", onclick: discard }, words("draft.discard"))));
}

// What hangs on the choice is told of it: which outlets the station has, say.
function restore(field, text) {
  if (!field || !("value" in field)) return;
  field.value = text;
  field.dispatchEvent?.(new Event("change", { bubbles: true }));
}

// Photos of a form that is not done yet: kept with what is typed.
export async function photoBox(key, { store, words }) {
  const shas = (await store.getDraft(`${key}-photos`))?.shas ?? [];
  const said = h("p", { role: "status", class: "hint" }, shas.length ? words("visit.photos_kept", { n: shas.length }) : "");
  const file = h("input", { type: "file", accept: "image/*", multiple: true });
  file.addEventListener("change", async () => {
    const button = file.form.querySelector(".main");
    button.disabled = true;
    for (const one of file.files) shas.push(await photographed(one, store));
    await store.saveDraft(`${key}-photos`, "shas", shas);
    said.textContent = words("visit.photos_kept", { n: shas.length });
    file.value = "";
    button.disabled = false;
  });
  return { shas, box: [labelled(words("visit.photo"), file), said], forget: () => store.dropDraft(`${key}-photos`) };
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
