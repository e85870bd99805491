// Parts that were used: which, how many, and the serial number of the new one.
import { h } from "./dom.js";
import { parseNumber } from "./rules.js";

const UNITS = ["piece", "pair", "set", "metre", "litre", "kilogram"];

export function partField(run, name, { disabled, onChange }) {
  const { words } = run.context;
  const known = run.context.pkg.parts ?? [];
  const rows = h("ul", { class: "parts" });
  const now = () => run.entry(name).value ?? [];
  const put = (value) => onChange({ value });
  const change = (at, values) => put(now().map((one, each) => (each === at ? { ...one, ...values } : one)));

  const row = (one, at) => {
    const part = known.find((each) => each.id === one.part_id);
    const quantity = h("input", {
      type: "text",
      inputmode: "decimal",
      value: String(one.quantity),
      disabled,
      "aria-label": words("part.quantity"),
      oninput: () => change(at, { quantity: plain(quantity.value) }),
    });
    const serial = h("input", {
      type: "text",
      value: one.serial ?? "",
      disabled,
      maxlength: "80",
      autocomplete: "off",
      "aria-label": words("part.serial"),
      placeholder: words("part.serial"),
      oninput: () => change(at, { serial: serial.value || null }),
    });
    const away = h("button", { type: "button", class: "button", disabled, onclick: () => remove(at) }, words("part.remove"));
    const title = h("b", {}, part ? `${part.number} ${part.name}` : words("part.unknown"));
    return h("li", {}, title, quantity, h("span", {}, unitName(words, part)), serial, away);
  };
  const remove = (at) => {
    put(now().filter((_, each) => each !== at));
    draw();
    picker.focus();
  };
  const draw = () => rows.replaceChildren(...now().map(row));
  const offered = h("datalist", { id: "known-parts" }, ...known.map((one) => h("option", { value: `${one.number} ${one.name}` })));
  const picker = h("input", {
    id: "field",
    type: "search",
    list: "known-parts",
    disabled,
    autocomplete: "off",
    placeholder: words("part.find"),
    "aria-labelledby": "question",
    oninput: () => chosen(),
  });
  const chosen = () => {
    const part = known.find((one) => `${one.number} ${one.name}` === picker.value);
    if (!part) return;
    picker.value = "";
    put([...now(), { part_id: part.id, quantity: "1", serial: null }]);
    draw();
    rows.querySelector("li:last-child input")?.focus();
  };
  const none = h("button", { type: "button", class: "button", disabled, onclick: () => (put([]), draw()) }, words("part.none"));
  draw();
  return { box: h("div", { class: "using" }, rows, picker, offered, h("div", { class: "others" }, none)), focus: picker };
}

// The register's units have words of their own; anything else says itself.
export function unitName(words, part) {
  const unit = part?.unit ?? "";
  return UNITS.includes(unit) ? words(`unit.${unit}`) : unit;
}

// A quantity travels as text with a point, as the server's decimals do.
function plain(text) {
  const number = parseNumber(text);
  return number === null ? text : String(number);
}
