// The shell: which page an address shows, what every page is given, and the line that says how
// things stand between this tablet and the server.
import { keepCaret, restoreCaret } from "./caret.js";
import { h } from "./dom.js";
import * as outbox from "./outbox.js";
import { day as dayText, hour, language, t, useLanguage } from "./words.js";
import * as store from "./store.js";
import { refresh } from "./sync.js";
import { isLocked, lockIfLeft, lockPage, touched } from "./pin.js";

const PAGES = [
  [/^enrol(?:\/([^/]+))?$/, () => import("./enrol.js"), ["code"]],
  [/^outbox$/, () => import("./outbox_page.js"), []],
  [/^settings$/, () => import("./settings.js"), []],
  [/^scan(?:\/(\d+))?$/, () => import("./scan.js"), ["visit"]],
  [/^fault(?:\/(\d+))?$/, () => import("./fault.js"), ["station"]],
  [/^station\/(\d+)$/, () => import("./station.js"), ["station"]],
  [/^component\/(\d+)$/, () => import("./component.js"), ["station"]],
  [/^swap\/(\d+)$/, () => import("./swap.js"), ["station"]],
  [/^visit\/(\d+)\/run\/([^/]+)(?:\/(.+))?$/, () => import("./checklist.js"), ["visit", "run", "item"]],
  [/^visit\/(\d+)\/review$/, () => import("./review.js"), ["visit"]],
  [/^visit\/(\d+)(?:\/(\w+))?$/, () => import("./visit.js"), ["visit", "tab"]],
  [/^$/, () => import("./day.js"), []],
];
const TICK_MS = 5_000;
const SOON_MS = 50;
const main = document.getElementById("main");
const bar = document.getElementById("bar");
const places = document.getElementById("places");
let shown = 0;

async function context() {
  const device = await store.getMeta("device");
  const pkg = (await store.getPackage()) ?? null;
  useLanguage((await store.getMeta("language")) ?? device?.person?.language);
  const { live } = await import("./live.js");
  // Who is on another page by now is left there, whatever comes to its end here.
  const at = location.hash;
  const isHere = () => location.hash === at;
  return { store, outbox, words: t, language: language(), pkg, device, person: pkg?.person ?? device?.person ?? null, live, go, isHere, day: dayText, hour };
}

export function go(address) {
  if (location.hash === address) return showPage();
  location.hash = address;
  return null;
}

async function showPage() {
  const mine = ++shown;
  const given = await context();
  const address = location.hash.replace(/^#\/?/, "");
  if (given.device && (await isLocked())) {
    lockPage(main, given, showPage);
    return showBar();
  }
  const [load, params] = found(given.device || address.startsWith("enrol") ? address : "enrol");
  const page = await load();
  if (mine !== shown) return null;
  document.body.dataset.page = address.split("/")[0] || "day";
  await page.show(main, params, given);
  if (mine === shown) settleFocus();
  if (mine === shown) restoreCaret(main);
  document.body.dataset.shown = location.hash;
  return showBar();
}

function found(address) {
  for (const [pattern, load, names] of PAGES) {
    const match = address.match(pattern);
    if (match) return [load, named(names, match)];
  }
  return [() => import("./day.js"), {}];
}

// An item of a checklist keeps its place in its name: `rcd.t1x|rcd:1`.
const named = (names, match) => Object.fromEntries(names.map((name, i) => [name, match[i + 1] && decodeURIComponent(match[i + 1])]));

function settleFocus() {
  scrollTo(0, 0);
  const head = main.querySelector("h1");
  document.title = `${head?.textContent ?? ""} · Laddvakt`;
  if (head && !main.contains(document.activeElement)) {
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
  }
}

async function showBar() {
  const device = await store.getMeta("device");
  if (!device) {
    bar.hidden = places.hidden = true;
    return;
  }
  const now = await outbox.status();
  const { look, text } = contact(now);
  const state = document.getElementById("state");
  state.className = `state ${look}`;
  state.textContent = text;
  document.getElementById("rejected").hidden = !now.rejected;
  document.getElementById("rejected").textContent = t("state.rejected", { n: now.rejected });
  document.getElementById("who").textContent = device.person?.name ?? "";
  for (const link of places.children) link.textContent = t(`place.${link.dataset.place}`);
  document.getElementById("sync").textContent = t("sync.now");
  document.documentElement.lang = language();
  // Not before they say something.
  bar.hidden = places.hidden = false;
  const unsent = now.waiting + now.rejected;
  if (unsent) navigator.setAppBadge?.(unsent).catch(() => {});
  else navigator.clearAppBadge?.().catch(() => {});
}

// Two words that nobody takes for each other: what is sent, and what still waits here.
function contact(now) {
  if (now.waiting) return { look: now.failure ? "offline" : "service", text: t("state.waiting", { n: now.waiting }) };
  if (now.failure?.status === 401) return { look: "warning", text: t("state.signed_out") };
  if (now.failure) return { look: "offline", text: t("state.silent", { at: hour(now.last_ok_at) }) };
  return { look: "ok", text: now.last_ok_at ? t("state.sent", { at: hour(now.last_ok_at) }) : t("state.new") };
}

async function sync(force) {
  const button = document.getElementById("sync");
  button.disabled = force;
  try {
    const before = (await store.getPackage())?.rev;
    await refresh({ force });
    const after = (await store.getPackage())?.rev;
    // A page in which somebody types is left alone: it reads the package when it is opened.
    if (before !== after && ["day", "visit"].includes(document.body.dataset.page) && !isTyping()) await showPage();
  } finally {
    button.disabled = false;
    await showBar();
  }
}

const isTyping = () => Boolean(document.activeElement?.closest?.("form, input, textarea, dialog"));

async function register() {
  if (!("serviceWorker" in navigator)) return warn();
  const registration = await navigator.serviceWorker.register("/t/sw.js", { type: "module" });
  const offer = (worker) => worker && navigator.serviceWorker.controller && offerUpdate(worker);
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => coming.state === "installed" && offer(coming));
  });
  setInterval(() => registration.update().catch(() => {}), 15 * 60_000);
  setInterval(() => navigator.serviceWorker.controller || becomeControlled(), 30_000);
  becomeControlled();
  return navigator.storage?.persist?.().catch(() => false);
}

// A worker that was activated while this page was on its way has claimed all pages but this one, and
// one whose files were cut off is fetched again.
async function becomeControlled() {
  await navigator.serviceWorker.register("/t/sw.js", { type: "module" }).catch(() => null);
  const { active } = await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) active.postMessage("claim");
}

// Taken when the person says so: never in the middle of a form.
function offerUpdate(worker) {
  const notice = document.getElementById("update");
  notice.replaceChildren(
    h("p", {}, t("update.there")),
    h("button", { class: "button", type: "button", onclick: () => worker.postMessage("take over") }, t("update.take")),
  );
  notice.hidden = false;
}

function warn() {
  const notice = document.getElementById("update");
  notice.replaceChildren(h("p", {}, t("insecure")));
  notice.hidden = false;
}

// Where the browser can, it sends what waits when it next has contact, though the app be closed.
async function askForLater() {
  const { waiting } = await outbox.status();
  const registration = waiting ? await navigator.serviceWorker?.ready : null;
  await registration?.sync?.register("outbox").catch(() => {});
}

// Two hundred photos on their way are not two hundred reasons to draw the line anew.
function soon(fn) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      fn();
    }, SOON_MS);
  };
}

let reloading = false;
navigator.serviceWorker?.addEventListener("controllerchange", () => {
  if (document.getElementById("update").hidden || reloading) return;
  reloading = true;
  renew();
});

// Every tab is renewed, also one in which somebody types: what is on its way into the store comes
// first, and the caret is where it was.
async function renew() {
  await store.written();
  keepCaret(main);
  location.reload();
}

addEventListener("hashchange", showPage);
addEventListener("online", () => sync(true));
const isSeen = () => document.visibilityState === "visible";
document.addEventListener("visibilitychange", () => {
  if (!isSeen()) return;
  touched(showPage);
  sync(false);
});
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => touched(showPage), { capture: true, passive: true });
document.getElementById("sync").addEventListener("click", () => sync(true));
outbox.onChange(soon(showBar));
outbox.onChange(soon(askForLater));
setInterval(() => isSeen() && sync(false), TICK_MS);
setInterval(() => isSeen() && lockIfLeft(showPage), TICK_MS);

document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "";
await store.openStore();
await showPage();
document.documentElement.dataset.ready = "yes";
// Without one (a certificate that is not trusted, say) the app works as long as it is open.
await register().catch(warn);
await store.forgetOld();
await sync(true);
