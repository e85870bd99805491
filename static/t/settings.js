// How the app looks and speaks, and what it knows of itself.
import { fill, h } from "./dom.js";
import { labelled, select } from "./fields.js";
import { share, shares } from "./position.js";
import { keptHere } from "./tidy.js";

const BEARABLE_SKEW_MS = 30_000;

export async function show(main, _params, context) {
  const { words, store, pkg, device, language } = context;
  const speech = select([["sv", "Svenska"], ["en", "English"]], language);
  speech.addEventListener("change", async () => {
    await store.setMeta("language", speech.value);
    location.reload();
  });
  const themes = ["auto", "light", "dark", "sun"];
  const look = select(themes.map((one) => [one === "auto" ? "" : one, words(`settings.${one}`)]), localStorage.getItem("theme") ?? "");
  look.addEventListener("change", () => {
    localStorage.setItem("theme", look.value);
    document.documentElement.dataset.theme = look.value;
  });
  const skew = (await store.getMeta("skew_ms")) ?? 0;
  const isOff = Math.abs(skew) > BEARABLE_SKEW_MS;
  fill(main,
    h("h1", {}, words("settings.title")),
    h("form", { class: "t-form" }, labelled(words("settings.language"), speech), labelled(words("settings.theme"), look)),
    await positionBox(context),
    h("p", { class: `state ${isOff ? "warning" : "ok"}` }, isOff ? words("settings.skew", { n: Math.round(skew / 1000) }) : words("settings.skew_ok")),
    h("p", {}, `${words("settings.device")}: ${device?.name ?? "–"} (${device?.id ?? "–"})`),
    h("h2", {}, words("settings.kept")),
    h("ul", { class: "plain", id: "kept" }, (await keptLines(context)).map((line) => h("li", {}, line))),
    pkg && h("p", {}, words("settings.size", { n: Math.ceil(JSON.stringify(pkg).length / 1024) })),
    pkg?.instruments?.length > 0 && [h("h2", {}, words("settings.instruments")), h("ul", { class: "plain" }, pkg.instruments.map((one) => instrument(one, context)))],
  );
}

async function positionBox({ words, store }) {
  const on = await shares(store);
  const said = h("p", { class: `state ${on ? "ok" : "unknown"}`, role: "status" }, words(on ? "settings.position_on" : "settings.position_off"));
  const button = h("button", { type: "button", class: "button" }, words(on ? "settings.position_stop" : "settings.position_start"));
  const box = h("section", { class: "card" }, h("h2", {}, words("settings.position")), h("p", {}, words("settings.position_why")), h("div", { class: "t-row" }, said, button));
  button.addEventListener("click", async () => {
    button.disabled = true;
    const may = await share(store, !on);
    if (!on && !may) {
      said.textContent = words("settings.position_no");
      button.disabled = false;
      return;
    }
    box.replaceWith(await positionBox({ words, store }));
  });
  return box;
}

async function keptLines({ words, outbox }) {
  const [here, { waiting, rejected }] = [await keptHere(), await outbox.status()];
  return [
    words("settings.unsent", { n: waiting + rejected }),
    words("settings.drafts", { n: here.drafts }),
    words("settings.photos", { n: here.photos, size: mb(here.bytes) }),
    here.quota ? words("settings.room", { used: mb(here.usage), of: mb(here.quota) }) : null,
  ].filter(Boolean);
}

const mb = (bytes) => (bytes / 2 ** 20).toLocaleString(undefined, { maximumFractionDigits: bytes < 2 ** 30 ? 1 : 0 });

const calendarDay = (on, language) =>
  new Date(`${on}T12:00`).toLocaleDateString(language === "en" ? "en-GB" : "sv-SE", { day: "numeric", month: "short", year: "numeric" });

function instrument(one, { words, language }) {
  const until = one.calibrated_until;
  const isOver = until && until < new Date().toISOString().slice(0, 10);
  const text = isOver ? words("settings.expired") : until ? words("settings.calibrated", { day: calendarDay(until, language) }) : words("settings.uncalibrated");
  return h("li", { dir: "auto" }, `${[one.make, one.model, one.serial].filter(Boolean).join(" ")} `, h("span", { class: `state ${isOver ? "warning" : until ? "ok" : "unknown"}` }, text));
}
