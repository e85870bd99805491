// What the forms of the shell are made of.
import { h } from "./dom.js";

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
  const step = (by) => (field.value = String(Math.max(1, (Number(field.value.replace(",", ".")) || 1) + by)));
  const box = h("div", { class: "t-count" },
    h("button", { type: "button", class: "button", "aria-label": words("visit.fewer"), onclick: () => step(-1) }, "−"),
    field,
    h("button", { type: "button", class: "button", "aria-label": words("visit.more"), onclick: () => step(1) }, "+"));
  return { box, value: () => field.value.trim().replace(",", ".") };
}

// What is typed is kept with every keystroke, and there again after whatever happens.
export async function keepTyped(form, key, store) {
  const draft = (await store.getDraft(key)) ?? {};
  for (const field of form.elements) {
    if (!field.name && !field.id) continue;
    field.name ||= field.id;
  }
  for (const [name, value] of Object.entries(draft)) {
    const field = form.elements.namedItem(name);
    if (field && "value" in field) field.value = value;
  }
  form.addEventListener("input", (event) => store.saveDraft(key, event.target.name, event.target.value));
}

export async function photographed(file, store) {
  const { shrunk } = await import("./photo.js");
  const shrunken = await shrunk(file);
  return store.putBlob(shrunken, "image/jpeg");
}
