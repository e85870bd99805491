// The four big answers, and what else is answered by choosing: words, shape and colour, as radio
// inputs, so that keys and screen readers have them for nothing.
import { h } from "./dom.js";

export const FOUR = ["ok", "remark", "fail", "na"];

// The word, the shape and the colour of a verdict.
export const LOOKS = { ok: "ok", remark: "warning", warn: "warning", fail: "fault", na: "offline" };

export function verdictMark(words, verdict) {
  if (!verdict) return h("span", { class: "state unknown" }, words("item.unanswered"));
  return h("span", { class: `state ${LOOKS[verdict]}` }, words(`item.${verdict}`));
}

// options: [{value, text, look}]; says which was chosen.
export function radios({ name, legend, options, chosen, disabled, onChoose, shape = "answers" }) {
  const inputs = options.map(({ value, text, look }) =>
    h(
      "label",
      { class: look ? `answer ${look}` : "answer" },
      h("input", {
        type: "radio",
        name,
        value: String(value),
        checked: value === chosen,
        onchange: () => onChoose(value),
      }),
      h("span", {}, text),
    ),
  );
  return h("fieldset", { class: shape, disabled }, h("legend", { class: "unseen" }, legend), ...inputs);
}

export function fourAnswers(words, rest) {
  const options = FOUR.map((value) => ({ value, text: words(`item.${value}`), look: LOOKS[value] }));
  return radios({ ...rest, options });
}
