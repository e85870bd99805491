// What was done here, and whether the server has it. Nothing vanishes.
import { h } from "./dom.js";
import { keptHere } from "./tidy.js";

const LOOK = { waiting: "offline", sent: "ok", rejected: "fault" };

export async function show(main, _params, context) {
  const { words, outbox, store } = context;
  const list = h("ul", { class: "plain outbox" });
  const said = h("p", { role: "status", class: "hint" });
  const save = h("button", { class: "button", type: "button", onclick: () => exportFile(context, said) }, words("outbox.export"));
  let [asked, shown] = [0, 0];
  const settle = async () => {
    const mine = ++asked;
    const [all, { drafts }] = [(await store.operations()).reverse(), await keptHere()];
    // What was asked later may be there sooner, and knows more.
    if (mine < shown) return;
    shown = mine;
    list.replaceChildren(...all.map((op) => row(op, context)));
    save.hidden = all.every((op) => op.state === "sent") && !drafts;
    if (!all.length) list.replaceChildren(h("li", {}, words("outbox.none")));
  };
  const stop = outbox.onChange(() => (list.isConnected ? settle() : stop()));
  main.replaceChildren(h("h1", {}, words("outbox.title")), h("div", { class: "t-row" }, save), said, list);
  await settle();
}

function row(op, { words, day, outbox }) {
  const inReview = op.state === "sent" && op.answer?.state === "review";
  const state = words(inReview ? "outbox.review" : `outbox.${op.state}`);
  const why = op.error && op.state !== "sent" ? reason(op.error) : op.answer?.review;
  return h("li", { class: "card", "data-op": op.id, "data-state": op.state },
    h("p", {},
      h("span", { class: `state ${inReview ? "warning" : LOOK[op.state]}` }, state), " ",
      h("b", {}, words(`kind.${op.kind}`)), " ",
      h("span", { dir: "auto" }, detail(op))),
    h("p", { class: "hint" },
      [day(op.made_at, true), op.visit_id && words("outbox.visit", { n: op.visit_id }), size(op), op.tries ? words("outbox.tries", { n: op.tries }) : null].filter(Boolean).join(" · ")),
    why && h("p", { class: op.state === "rejected" ? "wrong" : "hint", dir: "auto" }, why),
    op.state === "rejected" && h("button", { class: "button", type: "button", onclick: () => outbox.retry(op.seq) }, words("outbox.retry")),
  );
}

const size = (op) => `${Math.ceil(JSON.stringify(op.body).length / 1024)} kB${op.blobs.length ? ` + ${op.blobs.length} ▣` : ""}`;

function detail(op) {
  const { item, place, title, text, words, name, caption } = op.body;
  return String(item ? `${item} ${place}` : title ?? text ?? words ?? name ?? caption ?? "").slice(0, 120);
}

function reason(error) {
  const fields = Object.entries(error.errors ?? {}).map(([field, told]) => `${field}: ${[told].flat(3).join(" ")}`);
  return [error.status ? `${error.status}` : null, error.detail, ...fields].filter(Boolean).join(" · ");
}

async function exportFile({ store, words }, said) {
  const file = await store.exportUnsent();
  const link = h("a", { href: URL.createObjectURL(file), download: `laddvakt-${new Date().toISOString().slice(0, 16).replace(":", "")}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  said.textContent = words("outbox.exported");
}
