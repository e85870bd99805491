// Before anything is opened: isolated, locked, measured dead. Each is ticked, with its time; when
// all are, that goes to the server as words of the visit. It is asked for, and blocks no way out.
import { h } from "./dom.js";

const STEPS = ["isolated", "locked", "dead"];

export async function safetyBox(stay) {
  const { visit, words, store } = stay;
  const key = `safety-${visit.id}`;
  const ticked = (await store.getDraft(key)) ?? {};
  const isDone = STEPS.every((one) => ticked[one]);
  return h("section", { class: `card t-safety${isDone ? " done" : ""}`, "aria-labelledby": "safety" },
    h("h2", { id: "safety" }, words("safety.title")),
    h("div", { class: "t-form" }, STEPS.map((one) => row(one, ticked[one], key, stay))),
    h("p", { class: `state ${isDone ? "ok" : "warning"}` }, words(isDone ? "safety.done" : "safety.open")));
}

function row(step, at, key, stay) {
  const { words, hour, store, mayWrite } = stay;
  const tick = async (event) => {
    await store.saveDraft(key, step, event.target.checked ? Date.now() : null);
    await tell(key, stay);
    await stay.again();
  };
  return h("label", { class: "choice" },
    h("input", { type: "checkbox", name: `safety-${step}`, checked: Boolean(at), disabled: !mayWrite, onchange: tick }),
    h("span", {}, words(`safety.${step}`)),
    at && h("small", { class: "hint" }, hour(at)));
}

async function tell(key, { visit, words, hour, store, outbox }) {
  const ticked = (await store.getDraft(key)) ?? {};
  if (!STEPS.every((one) => ticked[one])) return;
  const text = STEPS.map((one) => `${words(`safety.${one}`)} ${hour(ticked[one])}`).join("; ");
  await store.addOperation({ visit_id: visit.id, kind: "note", body: { station_id: null, text } });
  outbox.flush({ now: true });
}
