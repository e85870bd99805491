// One visit: where, why, how far; coming and going; and the way to its checklists and its end.
import { h } from "./dom.js";
import { addressOf } from "./day.js";
import { booked, hoursForm, noteForm, partForm } from "./visit_forms.js";
import { history, documents, remote, ticketList } from "./visit_more.js";
import { handOverButton, pauseButton, unableButton } from "./visit_ends.js";
import { lastPosition, lookAround } from "./position.js";
import { safetyBox } from "./safety.js";
import { visitFoot } from "./visit_foot.js";
import { visitLock } from "./writer.js";

const TABS = ["work", "parts", "hours", "photos", "tickets", "history", "documents", "remote"];
const VIEWS = { work, parts, hours, photos, tickets: ticketList, history, documents, remote };

export async function show(main, { visit: id, tab = "work" }, context) {
  const { pkg, words } = context;
  const visit = pkg?.visits.find((one) => String(one.id) === id);
  if (!visit) return main.replaceChildren(h("h1", {}, words("visit.gone")), h("a", { class: "button", href: "#/" }, words("place.day")));
  const at = TABS.includes(tab) ? tab : "work";
  const isMine = await visitLock(visit.id);
  lookAround(context.store);
  const stay = { ...context, visit, mayWrite: isMine, done: await deeds(context, visit), place: await context.store.getMeta(`place-${visit.id}`), again: () => context.isHere() && show(main, { visit: id, tab }, context) };
  main.replaceChildren(
    h("h1", { dir: "auto" }, `${visit.site.name}`),
    isMine ? "" : h("p", { class: "notice", role: "alert" }, words("visit.other_tab")),
    h("nav", { class: "t-tabs", "aria-label": words("visit.steps") },
      TABS.map((name) => h("a", { class: "button", href: `#/visit/${id}/${name}`, "aria-current": name === at ? "page" : null }, words(`visit.${name}`)))),
    h("div", { class: "visit-tab" }, await Promise.all([VIEWS[at](stay)].flat())),
  );
  return null;
}

// What was done on this visit here, whether the server has it or not.
async function deeds({ store }, visit) {
  const mine = (await store.operations()).filter((op) => op.visit_id === visit.id);
  const last = (...kinds) => mine.filter((op) => kinds.includes(op.kind)).at(-1) ?? null;
  const come = last("check_in", "check_out", "pause", "resume", "travel");
  // Asked for after the deeds: the day that this page was opened with may be older than what they say of it.
  const told = (await store.getPackage())?.visits.find((one) => one.id === visit.id) ?? visit;
  return { all: mine, come, state: stateOf(told, come), checkedIn: mine.find((op) => op.kind === "check_in")?.at ?? visit.checked_in_at };
}

// The own last deed, until the day tells of it and of all that the desk did since.
function stateOf(visit, come) {
  const after = { check_in: "on_site", resume: "on_site", pause: "paused", travel: "travelling", check_out: "checked_out" };
  return come && !come.is_in ? after[come.kind] : visit.state;
}

async function work(stay) {
  const { visit, pkg, words, day, mayWrite } = stay;
  const { Run } = await import("./run.js");
  const runs = await Run.all(stay, visit.id);
  return [
    h("p", { dir: "auto" }, [`${day(visit.starts_at, true, visit.site.time_zone)} · ${words("day.minutes", { n: visit.minutes })}`, visit.number].join(" · ")),
    h("p", { dir: "auto" }, addressOf(visit.site)),
    visit.site.access_notes && h("p", { class: "notice", dir: "auto" }, visit.site.access_notes),
    visit.notes && h("p", { class: "notice", dir: "auto" }, visit.notes),
    await safetyBox(stay),
    h("section", { class: "card" }, coming(stay)),
    h("section", { class: "card" }, placeCheck(stay)),
    h("h2", {}, words("visit.checklists")),
    runs.map((run) => runCard(run, stay)),
    h("h2", {}, words("visit.why")),
    h("ul", { class: "plain" }, visit.lines.map((line) => lineRow(line, pkg, stay))),
    h("div", { class: "t-row", style: null },
      h("a", { class: "button main", href: `#/visit/${visit.id}/review` }, words("visit.review")),
      mayWrite && handOverButton(stay),
      mayWrite && unableButton(stay, runs)),
    visitFoot(stay, runs),
  ];
}

function coming(stay) {
  const { words, done, hour, mayWrite } = stay;
  const act = (kind, body = {}) => async () => {
    await stay.store.addOperation({ visit_id: stay.visit.id, kind, body });
    stay.outbox.flush({ now: true });
    await stay.again();
  };
  // Where the tablet is goes along only where its browser may say it, and nobody waits for it.
  const body = (kind) => ({ check_in: { scan: stay.place?.code ?? null, position: lastPosition() }, check_out: { position: lastPosition() } })[kind] ?? {};
  const button = (kind, name, main = false) => h("button", { type: "button", class: main ? "button main" : "button", disabled: !mayWrite, onclick: () => act(kind, body(kind))() }, words(`visit.${name}`));
  const isHere = done.state === "on_site";
  const buttons = {
    on_site: [pauseButton(stay), button("check_out", "check_out")],
    paused: [button("resume", "resume", true), button("check_out", "check_out")],
    checked_out: [button("check_in", "resume")],
    travelling: [button("check_in", "check_in", true)],
  };
  return [
    h("p", { class: isHere ? "state service" : "state unknown" }, isHere ? words("visit.checked_in", { at: hour(done.checkedIn) }) : words("visit.not_in")),
    h("div", { class: "t-row" }, buttons[done.state] ?? [button("travel", "travel"), button("check_in", "check_in", true)]),
  ];
}

// That this is the right station is seen by its label: by the camera, or typed.
function placeCheck(stay) {
  const { visit, pkg, words } = stay;
  const seen = stay.place?.name;
  const said = h("p", { role: "status" }, seen ? words("visit.code_right", { name: seen }) : "");
  const field = h("input", { id: "code", autocomplete: "off", autocapitalize: "characters", maxlength: "80" });
  const check = async (event) => {
    event.preventDefault();
    const code = codeIn(field.value);
    const station = visit.stations.map((id) => pkg.stations[id]).find((one) => one?.code && codeIn(one.code) === code);
    said.className = station ? "state ok" : "wrong";
    said.textContent = station ? words("visit.code_right", { name: station.name }) : words("visit.code_wrong", { code: field.value });
    if (!station) return;
    await stay.store.setMeta(`place-${visit.id}`, { code: station.code, name: station.name });
    await stay.again();
  };
  return [
    h("h3", {}, words(seen ? "visit.confirmed" : "visit.confirm")),
    said,
    h("div", { class: "t-row" }, h("a", { class: "button", href: `#/scan/${visit.id}` }, words("visit.scan"))),
    h("form", { class: "t-form", onsubmit: check }, h("label", { for: "code" }, words("visit.typed")), field, h("button", { class: "button" }, words("visit.confirm"))),
  ];
}

// Of an address, a code with or without its dash, in any case: the code.
export function codeIn(text) {
  const last = String(text).trim().split("/").filter(Boolean).at(-1) ?? "";
  return last.toUpperCase().replace(/[^A-Z0-9]/g, "");
}

function runCard(run, { visit, words, pkg }) {
  const { done, total } = run.state.progress;
  const station = pkg.stations[run.run.station_id];
  return h("article", { class: "card" },
    h("h3", { dir: "auto" }, `${station?.name ?? ""} · ${words(run.version.title)}`),
    h("p", {}, h("progress", { value: done, max: Math.max(1, total), "aria-label": words("visit.progress", { done, total }) }), ` ${words("visit.progress", { done, total })}`),
    h("div", { class: "t-row" },
      h("a", { class: "button main", href: `#/visit/${visit.id}/run/${run.run.uuid}` }, words("day.open")),
      h("a", { class: "button", href: `#/station/${run.run.station_id}` }, words("visit.station"))));
}

function kindOf(line) {
  if (line.ticket_id) return "line.ticket";
  return line.due_on ? "line.occurrence" : "line.text";
}

function lineRow(line, pkg, { words, day }) {
  const station = pkg.stations[line.station_id];
  return h("li", { class: "card" },
    h("b", { dir: "auto" }, [station?.name, words(line.title)].filter(Boolean).join(" · ")),
    line.why && h("p", { dir: "auto" }, words(line.why)),
    h("p", { class: "hint" }, [words(kindOf(line)), line.due_on && words("visit.due", { day: day(line.due_on) }), line.minutes && words("day.minutes", { n: line.minutes })].filter(Boolean).join(" · ")),
    line.kit && h("p", { class: "hint", dir: "auto" }, `${words("visit.kit")}: ${line.kit.name} (${line.kit.parts.map((part) => words("visit.kit_part", { n: part.quantity, part: part.name })).join(", ")})`));
}

function parts(stay) {
  return [partForm(stay), booked(stay, ["part"])];
}

function hours(stay) {
  return [hoursForm(stay), booked(stay, ["time", "material"])];
}

function photos(stay) {
  return [noteForm(stay), booked(stay, ["photo", "note"])];
}
