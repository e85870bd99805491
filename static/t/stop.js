// A failed safety item: what it means, what is locked by it and why, and the way out.
import { h } from "./dom.js";
import { go } from "./places.js";
import { nameOf, split } from "./run.js";

// The box that stands first wherever something failed that somebody could be hurt by.
export function stopBox(run, names, deed = null) {
  const { words } = run.context;
  if (!names.length) return null;
  const locked = run.shown.filter((one) => names.some((name) => locks(run, name, one)));
  return h(
    "section",
    { class: "safety", role: "alert", "aria-label": words("stop.title") },
    h("h2", {}, h("span", { class: "state fault" }, words("stop.title"))),
    h("p", {}, words("stop.why", { items: names.map((name) => `${run.label(name)} (${run.said(name)})`).join("; ") })),
    h("p", {}, words("stop.do")),
    deed,
    locked.length ? lockedList(run, locked) : null,
    h("p", {}, words("stop.lift")),
    unsafeButton(run.context, run.visit, [run]),
  );
}

function locks(run, name, one) {
  const [item, place] = split(name);
  const depends = run.items.get(one.item).item.depends_on ?? [];
  return one.locked.includes(item) && depends.includes(item) && (one.place === place || run.whereIs(item, one.place) === name);
}

function lockedList(run, locked) {
  const { words } = run.context;
  const labels = [...new Set(locked.map((one) => run.label(nameOf(one.item, one.place))))];
  return h(
    "details",
    { open: labels.length < 6 },
    h("summary", {}, words("stop.locked", { n: locked.length })),
    h("ul", {}, ...labels.map((one) => h("li", {}, one))),
  );
}

// Always in reach: whatever is missing, somebody may leave because it is dangerous.
export function unsafeButton(context, visit, runs) {
  const { words } = context;
  const button = h("button", { type: "button", class: "button danger" }, words("unsafe.button"));
  button.addEventListener("click", () => ask(context, visit, runs));
  return button;
}

function ask(context, visit, runs) {
  const { words } = context;
  const why = h("textarea", { id: "unsafe-words", rows: "4", maxlength: "2000", required: true });
  const trouble = h("p", { class: "wrong", role: "alert" });
  const dialog = h("dialog", { class: "t-item unsafe", "aria-labelledby": "unsafe-title" });
  const form = h(
    "form",
    { class: "labelled", novalidate: true },
    h("h2", { id: "unsafe-title", tabindex: "-1" }, words("unsafe.title")),
    h("p", {}, words("unsafe.what")),
    h("label", { for: "unsafe-words" }, words("unsafe.words")),
    why,
    trouble,
    h(
      "div",
      { class: "others" },
      h("button", { type: "button", class: "button", onclick: () => dialog.close() }, words("unsafe.back")),
      h("button", { type: "submit", class: "button main danger" }, words("unsafe.end")),
    ),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!why.value.trim()) {
      trouble.textContent = words("unsafe.say");
      why.focus();
      return;
    }
    await end(context, visit, runs, "unsafe", why.value.trim());
    dialog.close();
    if (context.isHere()) go(`#/visit/${visit.id}/review`);
  });
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  addEventListener("hashchange", () => dialog.close(), { once: true });
  document.body.append(dialog);
  dialog.showModal();
  why.focus();
}

// What was answered goes first, so that the report knows why.
export async function end(context, visit, runs, kind, words, lines = null) {
  for (const run of runs) await run.commitAll();
  await context.store.addOperation({ visit_id: visit.id, kind: "unable", body: { kind, words, lines }, blobs: [] });
  context.outbox.flush();
}
