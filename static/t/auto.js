// What the charger itself can say: shown with its age and taken over, or answered by hand where
// there is no coverage.
import { radios } from "./answers.js";
import { h } from "./dom.js";
import { numberField } from "./number.js";
import { shownNumber, split } from "./run.js";
import { statusWord } from "./status.js";

const BUSY = ["Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Occupied"];


export function autoField(run, name, item, rest) {
  const live = h("p", { class: "live stale-able", role: "status" }, run.context.words("auto.asking"));
  const take = h("button", { type: "button", class: "button", hidden: true, disabled: rest.disabled }, run.context.words("auto.take"));
  const hand = byHand(run, name, item, rest);
  const show = (station, fresh) => {
    const found = reading(run, item, split(name)[1], station);
    live.textContent = told(run, found, fresh);
    live.classList.toggle("stale", !fresh);
    take.hidden = found === null;
    take.onclick = () => {
      rest.onChange({ ...found.answer, note: run.entry(name).note, confirmed: false });
      hand.settle();
    };
  };
  show(run.station, false);
  // Without contact what the package said stays, with its age.
  run.context.live(run.run.station_id).then((station) => station && show({ ...run.station, ...station }, station.connected !== false));
  return { box: h("div", { class: "automatic" }, live, take, hand.box), focus: hand.focus, settle: hand.settle };
}

function byHand(run, name, item, rest) {
  if (item.auto === "signal") return numberField(run, name, item, rest);
  if (item.auto === "firmware") return typed(run, name, rest);
  const { words } = run.context;
  const options = [true, false, "na"].map((value) => ({
    value,
    text: words(value === "na" ? "item.na" : value ? "item.yes" : "item.no"),
    look: value === "na" ? "offline" : value ? "ok" : "fault",
  }));
  const box = radios({
    name: "answer",
    legend: run.label(name),
    options,
    chosen: run.entry(name).value,
    disabled: rest.disabled,
    shape: "answers three",
    onChoose: (value) => rest.onChange({ value, number: null }),
  });
  const settle = () => {
    for (const one of box.querySelectorAll("input")) one.checked = one.value === String(run.entry(name).value);
  };
  return { box, settle, focus: box.querySelector("input") };
}

function typed(run, name, { disabled, onChange }) {
  const input = h("input", {
    id: "field",
    type: "text",
    class: "wide",
    autocomplete: "off",
    disabled,
    "aria-labelledby": "question",
    value: run.entry(name).value ?? "",
    oninput: () => onChange({ value: input.value || null }),
  });
  return { box: input, focus: input, settle: () => (input.value = run.entry(name).value ?? "") };
}

// What the station's state says of this question: {text, since, answer}, or null.
function reading(run, item, place, station) {
  if (!station) return null;
  if (item.auto === "firmware") return station.firmware ? { text: station.firmware, at: station.as_of, answer: { value: station.firmware, number: null } } : null;
  if (item.auto === "signal") return ofSignal(run, item, station);
  const connectors = (station.connectors ?? []).filter((one) => !place.includes(":") || String(one.number) === place.split(":")[1]);
  // A connector that never said how it is tells nothing.
  if (!connectors.length || !connectors.every((one) => one.status)) return null;
  const yes = connectors.every((one) => isSo(item.auto, one.status));
  return {
    text: connectors.map((one) => `${run.context.words("place.evse", { n: one.number })} ${statusOf(run, one.status)}`).join(", "),
    at: connectors.map((one) => one.since).sort().at(-1),
    answer: { value: yes, number: null },
  };
}

function ofSignal(run, item, station) {
  if (typeof station.signal !== "number") return null;
  return {
    text: `${shownNumber(run, station.signal)} ${item.unit ?? ""}`.trim(),
    at: station.signal_at ?? station.as_of,
    answer: { value: String(station.signal), number: station.signal },
  };
}

function statusOf(run, status) {
  return statusWord(status, run.context.words);
}

function isSo(kind, status) {
  if (kind === "inoperative") return status === "Unavailable";
  if (kind === "available") return status === "Available";
  return !BUSY.includes(status);
}

function told(run, found, fresh) {
  const { words } = run.context;
  if (!found) return words("auto.unknown");
  const at = found.at ? clock(run, found.at) : words("auto.once");
  return words(fresh ? "auto.live" : "auto.stale", { what: found.text, at });
}

function clock(run, at) {
  const language = run.language === "en" ? "en-GB" : "sv-SE";
  return new Date(at).toLocaleString(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
