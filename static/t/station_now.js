// A charger as it is now, and what it can be asked: with coverage only, and never without its age.
import { h } from "./dom.js";
import { ask, became, live } from "./live.js";
import { keepTyped, labelled } from "./fields.js";
import { statusWord } from "./status.js";

const ASK_AGAIN_MS = 2_000;
const ASKED_AT_MOST = 60;
const AGE_MS = 10_000;
const STALE_MS = 120_000;
const WAITING = new Set(["queued", "sent"]);
// Refusals that have words of their own here.
const WHY = new Set(["charging", "no-test-tag"]);

export function stationNow(id, stay) {
  const box = h("div", {});
  const refresh = async () => {
    const now = await live(id);
    box.replaceChildren(...(now ? told(id, now, stay, refresh) : lastKnown(id, stay, refresh)));
  };
  box.append(again(stay, refresh));
  refresh();
  return box;
}

const again = ({ words }, refresh) => h("button", { type: "button", class: "button", onclick: refresh }, words("live.ask"));

// Without contact: what the day's package said, and when that was.
function lastKnown(id, stay, refresh) {
  const { words, pkg } = stay;
  const outlets = (pkg?.stations[id]?.connectors ?? []).filter((one) => one.number > 0 && one.status);
  return [
    h("p", { class: "state offline" }, words("live.none")),
    outlets.length ? aged(pkg.at, stay) : "",
    connectors(outlets, words),
    again(stay, refresh),
  ];
}

// When it was so, how long ago that is, and from when on it says nothing of now.
function aged(at, { words, day }) {
  if (!at) return h("p", { class: "hint t-age stale", role: "status" }, words("live.never"));
  const line = h("p", { class: "hint t-age", role: "status" });
  const settle = () => {
    const age = Math.max(0, Date.now() - Date.parse(at));
    const minutes = Math.floor(age / 60_000);
    const isOld = age > STALE_MS;
    line.classList.toggle("stale", isOld);
    line.textContent = [words("live.as_of", { at: day(at, true) }), minutes ? words("live.ago", { n: minutes }) : null, isOld ? words("live.stale") : null].filter(Boolean).join(" · ");
    if (line.isConnected) setTimeout(settle, AGE_MS);
  };
  settle();
  setTimeout(settle, AGE_MS);
  return line;
}

function connectors(outlets, words) {
  const text = (one) => `${words("live.connector", { n: one.number })}: ${statusWord(one.status, words)}${one.error_code && one.error_code !== "NoError" ? ` (${one.error_code})` : ""}`;
  return h("ul", { class: "plain t-outlets" }, outlets.map((one) => h("li", {}, text(one))));
}

function told(id, now, stay, refresh) {
  const { words, day } = stay;
  const outlets = (now.connectors ?? []).filter((one) => one.number > 0);
  return [
    aged(now.as_of, stay),
    now.connected === false ? h("p", { class: "state offline" }, words("live.disconnected")) : "",
    connectors(outlets, words),
    list(words("live.faults"), now.faults, (one) => `${day(one.at ?? one.raised_at, true)} ${words(one.title ?? one.fault)}`),
    list(words("live.messages"), now.messages, (one) => `${day(one.at, true)} ${one.action ?? one.kind ?? ""} ${one.words ?? one.text ?? ""}`),
    h("div", { class: "t-row" }, again(stay, refresh)),
    asking(id, outlets, stay, refresh),
  ];
}

function list(title, rows, text) {
  if (!rows?.length) return "";
  return h("details", {}, h("summary", {}, title), h("ul", { class: "plain" }, rows.map((one) => h("li", { dir: "auto" }, text(one)))));
}

function asking(id, outlets, stay, refresh) {
  const { words, pkg, store } = stay;
  const reason = h("input", { maxlength: "300", required: true });
  const said = h("p", { role: "status" });
  let newest = 0;
  const send = (kind, fields, force = false) => async () => {
    if (!reason.reportValidity()) return;
    const mine = ++newest;
    said.textContent = words("live.sent");
    try {
      const asked = await ask(id, kind, fields, reason.value.trim(), force);
      await store.dropDraft(`remote-${id}`);
      await follow(asked, said, words, () => mine === newest);
    } catch (wrong) {
      if (mine !== newest) return;
      const why = String(wrong.problem?.type ?? "").split("#")[1];
      said.textContent = WHY.has(why) ? words(`live.${why}`) : words("live.refused", { why: wrong.message });
      // A car's charge is ended by somebody who was told of it.
      if (why === "charging") said.append(" ", h("button", { type: "button", class: "button", onclick: send(kind, fields, true) }, words("live.force")));
    }
  };
  const button = (text, kind, fields) => h("button", { type: "button", class: "button", onclick: send(kind, fields) }, text);
  const form = h("form", { class: "t-form", onsubmit: (event) => event.preventDefault() },
    h("h2", {}, words("live.go", { name: pkg?.stations[id]?.name ?? id })),
    labelled(words("live.reason"), reason),
    h("div", { class: "t-row" },
      button(words("live.reset"), "reset", { type: "soft" }),
      button(words("live.inoperative"), "change_availability", { connector: 0, type: "inoperative" }),
      button(words("live.operative"), "change_availability", { connector: 0, type: "operative" }),
      outlets.flatMap((one) => [
        button(words("live.unlock", { n: one.number }), "unlock", { connector: one.number }),
        button(words("live.test", { n: one.number }), "remote_start", { connector: one.number })])),
    said);
  keepTyped(form, `remote-${id}`, { ...stay, again: refresh });
  return form;
}

function resultOf(action, words) {
  const effect = action.state === "answered" ? `${words("live.effect")}: ${words(`effect.${action.effect}`)}` : null;
  const status = action.answer?.status ?? null;
  return [words(`remote.${action.state}`), status, effect].filter(Boolean).join(" · ");
}

// Until its effect is judged, or it is clear that nobody will know, or something else was asked.
async function follow(action, said, words, isNewest) {
  let now = action;
  for (let i = 0; i < ASKED_AT_MOST && said.isConnected && isNewest(); i += 1) {
    said.textContent = resultOf(now, words);
    if (!WAITING.has(now.state) && now.effect !== "pending") return;
    await new Promise((settle) => setTimeout(settle, ASK_AGAIN_MS));
    if (isNewest()) now = await became(action.id);
  }
}
