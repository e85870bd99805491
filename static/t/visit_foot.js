// The foot of a visit: how far all its lists are, when the last thing was kept, the next missing.
import { h } from "./dom.js";
import { nameOf } from "./run.js";

export function visitFoot(stay, runs) {
  const { visit, words, done } = stay;
  if (!runs.length) return "";
  const sum = (name) => runs.reduce((all, run) => all + run.state.progress[name], 0);
  const far = { done: sum("done"), total: sum("total") };
  const next = nextMissing(runs);
  const last = done.all.at(-1);
  return h("footer", { class: "foot checklist-foot visit-foot" },
    h("div", { class: "middle" },
      h("div", { class: "measured" },
        h("progress", { max: Math.max(1, far.total), value: far.done, "aria-label": words("visit.progress", far) }),
        h("span", {}, `${far.done}/${far.total}`)),
      last && h("span", { class: "saved", role: "status" }, words("foot.saved", { at: new Date(last.made_at).toLocaleTimeString("sv-SE") }))),
    next
      ? h("a", { class: "button main", href: `#/visit/${visit.id}/run/${next.uuid}/${encodeURIComponent(next.name)}` }, words("visit.next_missing"))
      : h("a", { class: "button main", href: `#/visit/${visit.id}/review` }, words("visit.review")));
}

function nextMissing(runs) {
  for (const run of runs) {
    const found = run.shown.map((one) => nameOf(one.item, one.place)).find((name) => run.isOpen(name));
    if (found) return { uuid: run.run.uuid, name: found };
  }
  return null;
}
