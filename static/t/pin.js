// A PIN against whoever finds the tablet on a seat. It never destroys what is not sent yet.
import { h } from "./dom.js";
import { getMeta, setMeta } from "./store.js";

const ROUNDS = 210_000;
const LOCKS_AFTER_MS = 5 * 60_000;
const FREE_TRIES = 3;
const LONGEST_WAIT_MS = 3_600_000;
const SKIPPED_MS = 60_000;
let opened = false;
let touchedAt = Date.now();

async function derived(pin, salt) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, key, 256);
  return Array.from(new Uint8Array(bits)).join(",");
}

export async function setPin(pin) {
  if (!/^\d{4,8}$/.test(pin)) throw new RangeError("4 to 8 digits");
  const salt = crypto.getRandomValues(new Uint8Array(16));
  await setMeta("pin", { salt, hash: await derived(pin, salt), fails: 0, next_try_at: 0 });
  open();
}

export async function isLocked() {
  return !opened && Boolean(await getMeta("pin"));
}

function open() {
  opened = true;
  touchedAt = Date.now();
}

// Somebody has it in their hand: a touch, a key, or the app is in front again.
export function touched(showPage) {
  if (!lockIfLeft(showPage)) touchedAt = Date.now();
}

// Nobody touched it for five minutes, whether it was in front or not.
export function lockIfLeft(showPage) {
  const idle = Date.now() - touchedAt;
  // A clock that was put back meanwhile says nothing: locked, to be sure.
  if (!opened || (idle <= LOCKS_AFTER_MS && idle >= -SKIPPED_MS)) return false;
  opened = false;
  // One would stand before the lock, and hold up the PIN.
  for (const box of document.querySelectorAll("dialog[open]")) box.close();
  showPage();
  return true;
}

// Returns how many milliseconds one has to wait before the next try, 0 where it was right.
export async function tryPin(pin) {
  const known = await getMeta("pin");
  const left = known.next_try_at - Date.now();
  // Where a clock was put back, nobody waits for a year.
  if (left > 0 && left <= LONGEST_WAIT_MS) return left;
  if ((await derived(pin, known.salt)) === known.hash) {
    await setMeta("pin", { ...known, fails: 0, next_try_at: 0 });
    open();
    return 0;
  }
  const fails = known.fails + 1;
  const wait = fails < FREE_TRIES ? 1 : Math.min(2 ** (fails - FREE_TRIES) * 10_000, LONGEST_WAIT_MS);
  await setMeta("pin", { ...known, fails, next_try_at: Date.now() + wait });
  return wait;
}

export function lockPage(main, { words }, opens) {
  const field = h("input", { id: "pin", type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "8" });
  const said = h("p", { class: "wrong", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    const wait = await tryPin(field.value);
    field.value = "";
    if (wait) said.textContent = wait > 1 ? words("pin.wait", { n: Math.ceil(wait / 1000) }) : words("pin.wrong");
    else await opens();
  };
  main.replaceChildren(
    h("h1", {}, words("pin.title")),
    h("form", { class: "t-form", onsubmit: submit },
      h("label", { for: "pin" }, words("pin.label")), field, said,
      h("button", { class: "button main" }, words("pin.open"))),
  );
  field.focus();
}
