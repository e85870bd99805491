// After the end: what will happen now, and whether the server knows it yet.
import { h } from "./dom.js";
import { room } from "./places.js";

const ENDS = ["finish", "unable"];
const OVER = ["finished", "aborted"];

// The operation that ended the visit here, or what the server says; null while it goes on.
export async function ended(context, visit) {
  const operations = await context.store.operations({ visit_id: visit.id });
  const last = operations.filter((one) => one.visit_id === visit.id && ENDS.includes(one.kind) && isWhole(one)).at(-1);
  if (last) return last;
  return OVER.includes(visit.state) ? { kind: visit.state === "aborted" ? "unable" : "finish", body: {} } : null;
}

// Some lines of it, or all.
function isWhole(one) {
  return one.kind === "finish" || !one.body.lines;
}

export async function endedPage(main, context, visit, end) {
  const { words } = context;
  const unsent = h("p", { role: "status", class: "unsent" });
  const operations = (await context.store.operations({ visit_id: visit.id })).filter((one) => one.visit_id === visit.id);
  room(
    main,
    h("div", { class: "bar" }, h("a", { class: "button", href: "#/" }, words("ended.day")), h("a", { class: "button", href: "#/outbox" }, words("ended.outbox"))),
    h("h1", { tabindex: "-1" }, words(`ended.${end.kind}`)),
    h("p", { class: "hint" }, [visit.site?.name, visit.number].filter(Boolean).join(" · ")),
    unsent,
    h("section", { class: "card" }, h("h2", {}, words("ended.now")), h("ul", {}, ...next(words, end, operations).map((one) => h("li", {}, one)))),
  );
  const settle = async () => {
    const { waiting, rejected } = await context.outbox.status();
    const text = waiting ? words("ended.waiting", { n: waiting }) : words("ended.sent");
    unsent.replaceChildren(h("span", { class: `state ${waiting ? "offline" : "ok"}` }, text), ...(rejected ? [h("span", { class: "state fault" }, words("ended.rejected", { n: rejected }))] : []));
  };
  context.outbox.onChange(() => unsent.isConnected && settle());
  await settle();
  main.querySelector("h1").focus();
}

function next(words, end, operations) {
  const lines = end.body.lines ?? [];
  const done = lines.filter((one) => one.done).length;
  const stops = operations.filter((one) => one.kind === "stop").length;
  return [
    end.kind === "unable" ? words("ended.back_to_desk") : null,
    done ? words("ended.lines", { n: done }) : null,
    lines.length > done ? words("ended.undone", { n: lines.length - done }) : null,
    stops ? words("ended.stops", { n: stops }) : null,
    words("ended.findings"),
    end.kind === "finish" ? words("ended.report") : null,
    words("ended.window"),
  ].filter(Boolean);
}
