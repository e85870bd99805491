// The ends that nobody hopes for: it cannot be done, it is not safe, somebody else goes on.
import { h } from "./dom.js";
import { choices, keepTyped, labelled } from "./fields.js";

const KINDS = ["no_access", "unsafe", "no_part", "weather", "other"];

function dialog(title, ...children) {
  const box = h("dialog", { class: "t-dialog", "aria-labelledby": "dialog-title" }, h("h2", { id: "dialog-title" }, title), ...children);
  box.addEventListener("close", () => box.remove());
  // Who goes to another page, with the back button say, has left it.
  addEventListener("hashchange", () => box.close(), { once: true });
  document.body.append(box);
  box.showModal();
  return box;
}

export function unableButton(stay, runs) {
  const { words } = stay;
  const open = (kind) => () => ask(stay, runs, kind);
  return [
    h("button", { type: "button", class: "button", onclick: open(null) }, words("visit.unable")),
    h("button", { type: "button", class: "button danger", onclick: open("unsafe") }, words("visit.unsafe")),
  ];
}

function ask(stay, runs, kind) {
  const { words, visit } = stay;
  const text = h("textarea", { rows: "4", maxlength: "2000", required: true });
  const submit = async (event) => {
    event.preventDefault();
    const { end } = await import("./stop.js");
    await end(stay, visit, runs, form.elements.namedItem("kind").value, text.value.trim());
    await stay.store.dropDraft(`unable-${visit.id}`);
    box.close();
    if (stay.isHere()) stay.go("#/");
  };
  const form = h("form", { class: "t-form", onsubmit: submit },
    choices(words("visit.unable_kind"), "kind", KINDS.map((one) => [one, words(`unable.${one}`)]), kind),
    labelled(words("visit.unable_words"), text),
    h("p", { class: "hint" }, words("visit.sure")),
    h("div", { class: "t-row" },
      h("button", { type: "button", class: "button", onclick: () => box.close() }, words("visit.cancel")),
      h("button", { class: "button main" }, words("visit.unable_go"))));
  const box = dialog(words("visit.unable"), form);
  keepTyped(form, `unable-${visit.id}`, { ...stay, again: () => (box.close(), ask(stay, runs, kind)) });
}

const PAUSES = ["break", "other_job", "part", "access", "customer", "weather", "end_of_day", "other"];

export function pauseButton(stay) {
  return h("button", { type: "button", class: "button", disabled: !stay.mayWrite, onclick: () => askPause(stay) }, stay.words("visit.pause"));
}

// Why, with one touch; words only where somebody has some.
function askPause(stay) {
  const { words, visit } = stay;
  const text = h("input", { maxlength: "500" });
  const submit = async (event) => {
    event.preventDefault();
    const body = { kind: form.elements.namedItem("kind").value, why: text.value.trim() };
    await stay.store.addOperation({ visit_id: visit.id, kind: "pause", body });
    await stay.store.dropDraft(`pause-${visit.id}`);
    stay.outbox.flush({ now: true });
    box.close();
    await stay.again();
  };
  const form = h("form", { class: "t-form", onsubmit: submit },
    choices(words("visit.pause_kind"), "kind", PAUSES.map((one) => [one, words(`pause.${one}`)]), null),
    labelled(words("visit.pause_words"), text),
    h("div", { class: "t-row" },
      h("button", { type: "button", class: "button", onclick: () => box.close() }, words("visit.cancel")),
      h("button", { class: "button main" }, words("visit.pause"))));
  const box = dialog(words("visit.pause"), form);
  keepTyped(form, `pause-${visit.id}`, { ...stay, again: () => (box.close(), askPause(stay)) });
}

export function handOverButton(stay) {
  return h("button", { type: "button", class: "button", onclick: () => askWhy(stay) }, stay.words("visit.hand_over"));
}

function askWhy(stay) {
  const { words, visit } = stay;
  const text = h("textarea", { rows: "4", maxlength: "2000", required: true });
  const submit = async (event) => {
    event.preventDefault();
    const { Run } = await import("./run.js");
    for (const run of await Run.all(stay, visit.id)) await run.commitAll();
    await stay.store.addOperation({ visit_id: visit.id, kind: "hand_over", body: { why: text.value.trim() } });
    await stay.store.dropDraft(`hand-over-${visit.id}`);
    stay.outbox.flush({ now: true });
    box.close();
    if (stay.isHere()) stay.go("#/");
  };
  const form = h("form", { class: "t-form", onsubmit: submit },
    labelled(words("visit.hand_over_why"), text),
    h("p", { class: "hint" }, words("visit.sure")),
    h("div", { class: "t-row" },
      h("button", { type: "button", class: "button", onclick: () => box.close() }, words("visit.cancel")),
      h("button", { class: "button main" }, words("visit.hand_over_go"))));
  const box = dialog(words("visit.hand_over"), form);
  keepTyped(form, `hand-over-${visit.id}`, { ...stay, again: () => (box.close(), askWhy(stay)) });
}
