// A measured value: typed with comma or point, judged at each keystroke, asked again where
// nobody would believe it.
import { h } from "./dom.js";
import { parseNumber } from "./rules.js";
import { shownNumber } from "./run.js";
import { dayOf } from "./words.js";

const REMEMBERED = "instrument:";

// "≤ 300 ms", "0,35–1,4 A", "≥ 1 MΩ": as the document says it.
export function limitText(run, item) {
  const unit = item.unit ? ` ${item.unit}` : "";
  return span(run, item.min, item.max, unit);
}

function span(run, low, high, unit) {
  const [min, max] = [low, high].map((one) => (isNumber(one) ? shownNumber(run, one) : null));
  if (min !== null && max !== null) return `${min}–${max}${unit}`;
  if (max !== null) return `≤ ${max}${unit}`;
  return min !== null ? `≥ ${min}${unit}` : "";
}

function isNumber(one) {
  return typeof one === "number";
}

// "≤ 300 ms; last time 24 (Mar 2025)".
export function limitLine(run, item, last) {
  const { words } = run.context;
  const parts = [];
  const limit = limitText(run, item);
  if (limit) parts.push(words("number.limit", { limit }));
  const warned = span(run, item.warn_min, item.warn_max, item.unit ? ` ${item.unit}` : "");
  if (warned) parts.push(words("number.warn", { limit: warned }));
  if (last) parts.push(words("number.last", { value: lastText(run, item, last), when: monthOf(run, last.at) }));
  return parts.join(" · ");
}

export function lastText(run, item, last) {
  if (isNumber(last.number)) return shownNumber(run, last.number);
  if (last.value?.over || last.over) return run.words(item.over);
  const choice = (item.choices ?? []).find((one) => one.key === last.value);
  if (choice) return run.words(choice.label);
  const { words } = run.context;
  return typeof last.value === "string" && item.type !== "text" ? words(`item.${last.value}`) : String(last.value ?? "");
}

export function monthOf(run, at) {
  const language = run.language === "en" ? "en-GB" : "sv-SE";
  return new Date(at).toLocaleDateString(language, { month: "short", year: "numeric" });
}

// What is wrong with it in words: nothing while it is good or empty.
export function judgement(run, name, item) {
  const { words } = run.context;
  const entry = run.entry(name);
  const { verdict } = run.byName.get(name);
  if (entry.value && entry.number === null && !entry.over && entry.value !== "na") return words("number.unread");
  if (verdict === "fail" && entry.over) return words("number.over", { what: run.words(item.over) });
  if (verdict === "fail") return words("number.outside", { limit: limitText(run, item) });
  if (verdict === "warn") return words("number.near");
  return verdict === "ok" ? words("number.within") : "";
}

export function numberField(run, name, item, { disabled, onChange }) {
  const { words } = run.context;
  const entry = run.entry(name);
  const input = h("input", {
    id: "field",
    type: "text",
    inputmode: "decimal",
    enterkeyhint: "next",
    autocomplete: "off",
    disabled,
    "aria-labelledby": "question unit",
    "aria-describedby": "limit verdict",
    value: textOf(run, entry),
    oninput: () => onChange({ ...read(input.value), ...instrumentOf(run, name, item), over: false, confirmed: false }),
  });
  const clear = () => {
    input.value = "";
  };
  const over = item.over && toggle(run.words(item.over), entry.over, disabled, (on) => {
    clear();
    onChange({ value: null, number: null, over: on, confirmed: false, ...instrumentOf(run, name, item) });
  });
  const not = toggle(words("item.na"), entry.value === "na", disabled, (on) => {
    clear();
    onChange({ value: on ? "na" : null, number: null, over: false, confirmed: false });
  });
  const others = [over, not].filter(Boolean);
  const settle = () => {
    const now = run.entry(name);
    if (over) over.set(now.over === true);
    not.set(now.value === "na");
    input.toggleAttribute("aria-invalid", ["fail"].includes(run.byName.get(name).verdict));
  };
  const box = h(
    "div",
    { class: "measured" },
    h("div", { class: "measure" }, input, h("span", { id: "unit" }, item.unit ?? "")),
    h("div", { class: "others" }, ...others.map((one) => one.button)),
  );
  return { box, settle, focus: input };
}

function textOf(run, entry) {
  if (entry.value === "na" || entry.over) return "";
  if (typeof entry.value === "string") return entry.value;
  return isNumber(entry.number) ? shownNumber(run, entry.number) : "";
}

// As typed, so that a reload gives back the very keys; and as read.
function read(text) {
  return { value: text === "" ? null : text, number: parseNumber(text) };
}

function toggle(text, on, disabled, onToggle) {
  const button = h("button", { type: "button", class: "button", disabled, "aria-pressed": String(Boolean(on)) }, text);
  button.addEventListener("click", () => onToggle(button.getAttribute("aria-pressed") !== "true"));
  return { button, set: (value) => button.setAttribute("aria-pressed", String(value)) };
}

// ---- the instrument

function instrumentOf(run, name, item) {
  const own = run.entry(name).instrument_id;
  const id = own ?? remembered(run, item);
  return id === null || id === undefined ? {} : { instrument_id: id };
}

// What measured this unit last, on this tablet.
function remembered(run, item) {
  try {
    const id = Number(localStorage.getItem(REMEMBERED + (item.unit ?? "")));
    return run.context.pkg.instruments?.some((one) => one.id === id) ? id : null;
  } catch {
    return null;
  }
}

function remember(item, id) {
  try {
    localStorage.setItem(REMEMBERED + (item.unit ?? ""), String(id));
  } catch {
    // Without it, it is asked again.
  }
}

export function isExpired(instrument, at = new Date()) {
  return Boolean(instrument?.calibrated_until) && instrument.calibrated_until < dayOf(at);
}

export function instrumentField(run, name, item, { disabled, onChange }) {
  const { words } = run.context;
  const known = run.context.pkg.instruments ?? [];
  if (!known.length) return null;
  const chosen = run.entry(name).instrument_id ?? remembered(run, item);
  const warning = h("p", { class: "hint warned", role: "status" });
  const select = h(
    "select",
    {
      id: "instrument",
      disabled,
      onchange: () => {
        const id = select.value ? Number(select.value) : null;
        if (id) remember(item, id);
        warn(id);
        onChange({ instrument_id: id });
      },
    },
    h("option", { value: "" }, words("number.no_instrument")),
    ...known.map((one) => h("option", { value: String(one.id), selected: one.id === chosen }, calledBy(one))),
  );
  const warn = (id) => {
    const one = known.find((each) => each.id === id);
    warning.textContent = isExpired(one) ? words("number.expired", { day: one.calibrated_until }) : "";
    warning.hidden = !warning.textContent;
  };
  warn(chosen);
  return h("div", { class: "labelled" }, h("label", { for: "instrument" }, words("number.instrument")), select, warning);
}

function calledBy(one) {
  return [one.make, one.model, one.serial].filter(Boolean).join(" ");
}
