// The foot of a checklist: how far, whether what was typed is kept, and the way on.
import { h } from "./dom.js";

export function foot(run, { back, next, nextText = "foot.next" }) {
  const { words } = run.context;
  const bar = h("progress", {});
  const count = h("span", {});
  const saved = h("span", { class: "saved", role: "status" });
  const said = h("p", { class: "wrong said", role: "alert", hidden: true });
  const backward = h("button", { type: "button", class: "button", onclick: back }, words("foot.back"));
  const onward = h("button", { type: "button", class: "button main", id: "next", onclick: next }, words(nextText));
  const settle = () => {
    const { done, total } = run.state.progress;
    bar.max = Math.max(1, total);
    bar.value = done;
    bar.setAttribute("aria-label", words("foot.progress", { done, total }));
    count.textContent = `${done}/${total}`;
    saved.textContent = savedText(run);
    onward.disabled = !run.isStored();
  };
  const say = (text) => {
    said.textContent = text;
    said.hidden = !text;
  };
  settle();
  const middle = h("div", { class: "middle" }, h("div", { class: "measured" }, bar, count), saved);
  return { box: h("footer", { class: "foot checklist-foot" }, said, backward, middle, onward), settle, say };
}

function savedText(run) {
  const { words } = run.context;
  if (run.trouble) return words("foot.trouble");
  if (run.writing > 0) return words("foot.saving");
  if (!run.written) return "";
  return words("foot.saved", { at: run.written.toLocaleTimeString("sv-SE") });
}
