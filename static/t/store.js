// What the tablet keeps: the day's package, drafts, photos, and what is not sent yet. Every write
// is on disk before it is said to be kept. Pages and the service worker share it.
import { deleteDB, openDB } from "../vendor/idb-8.0.4.js";

const NAME = "laddvakt-tablet";
const SENT_STAYS_MS = 7 * 24 * 3600 * 1000;
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(NAME) : null;
const watchers = new Set();
let opened = null;

if (channel) channel.onmessage = () => tell(false);

export function openStore() {
  opened ??= openDB(NAME, 1, {
    upgrade(db) {
      db.createObjectStore("meta");
      db.createObjectStore("package");
      db.createObjectStore("draft");
      db.createObjectStore("blob");
      const outbox = db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
      outbox.createIndex("id", "id", { unique: true });
      outbox.createIndex("state", "state");
      db.createObjectStore("log", { autoIncrement: true });
    },
    // Another page wipes: what is opened next is the empty one.
    blocking: (_current, _blocked, event) => {
      opened = null;
      event.target.close();
    },
    terminated: () => (opened = null),
  });
  return opened;
}

// Whoever shows the state of the store is told of each change, in all pages.
export function onChange(fn) {
  watchers.add(fn);
  return () => watchers.delete(fn);
}

function tell(others = true) {
  for (const fn of watchers) fn();
  if (others) channel?.postMessage("changed");
}

const pending = new Set();

// Counted as being written until it is through: a photo that is made small, say.
export function during(work) {
  pending.add(work);
  const done = () => pending.delete(work);
  work.then(done, done);
  return work;
}

export async function written() {
  while (pending.size) await Promise.allSettled(pending);
}

const write = (...how) => during(put(...how));

async function put(stores, work, durability = "strict") {
  const db = await openStore();
  const tx = db.transaction(stores, "readwrite", { durability });
  const result = await work(tx);
  await tx.done;
  return result;
}

export const getMeta = async (key) => (await openStore()).get("meta", key);

export async function setMeta(key, value) {
  await write("meta", (tx) => tx.store.put(value, key));
  tell();
}


export const getPackage = async () => (await openStore()).get("package", "now");

export async function savePackage(pkg) {
  await write("package", (tx) => tx.store.put(pkg, "now"));
  tell();
}

export const getDraft = async (key) => (await openStore()).get("draft", key);

export function saveDraft(key, name, answer) {
  return write("draft", async (tx) => {
    const draft = (await tx.store.get(key)) ?? {};
    if (answer === null) delete draft[name];
    else draft[name] = answer;
    await tx.store.put(draft, key);
  });
}

// Everything in some of the stores, by its key.
export async function readAll(...stores) {
  const tx = (await openStore()).transaction(stores);
  const all = stores.map(async (name) => {
    const [keys, values] = await Promise.all([tx.objectStore(name).getAllKeys(), tx.objectStore(name).getAll()]);
    return [name, Object.fromEntries(keys.map((key, at) => [key, values[at]]))];
  });
  return Object.fromEntries(await Promise.all(all));
}

export const drop = (store, keys) => keys.length && write(store, (tx) => Promise.all(keys.map((key) => tx.store.delete(key))));

export const dropDraft = (key) => write("draft", (tx) => tx.store.delete(key));

// Kept by what it is: the same picture twice is one. Not as a Blob: some browsers lose those.
export async function putBlob(bytes, mime) {
  const buffer = bytes instanceof ArrayBuffer ? bytes : await new Blob([bytes]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
  const sha = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  await write("blob", (tx) => tx.store.put({ sha, mime, bytes: buffer, size: buffer.byteLength, at: Date.now() }, sha));
  return sha;
}

export const getBlob = async (sha) => (await openStore()).get("blob", sha);

// An operation is frozen here: it has its id, its number and its time, and is never changed again.
export async function addOperation({ visit_id = null, kind, body = {}, blobs = [] }) {
  const device = await getMeta("device");
  const op = {
    id: crypto.randomUUID(),
    visit_id,
    // Whoever has the tablet when it is sent, it stays this one's.
    person_id: device?.person?.id ?? null,
    kind,
    at: localTime(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    body,
    blobs,
    state: "waiting",
    tries: 0,
    error: null,
    made_at: Date.now(),
  };
  op.seq = await write("outbox", (tx) => tx.store.add(op));
  tell();
  return op;
}

export async function operations(filter = {}) {
  const all = await (await openStore()).getAll("outbox");
  return all.filter((op) => Object.entries(filter).every(([name, value]) => op[name] === value));
}

// What the server does not have. It keeps an operation that it cannot use; of any other refusal only
// this tablet has the work.
export async function unsent() {
  return (await operations()).filter((op) => op.state === "waiting" || (op.state === "rejected" && !op.error?.is_kept));
}

// How many wait, and since when: asked with each call.
export async function waiting() {
  const db = await openStore();
  const first = await db.getFromIndex("outbox", "state", "waiting");
  return { count: await db.countFromIndex("outbox", "state", "waiting"), oldest: first?.made_at ?? null };
}

// What became of it. The operation itself stays as it was made. Need not be on disk at once: were
// it forgotten, the operation goes once more, and counts once.
export const settle = (seq, facts) => settleAll([seq], facts);

async function settleAll(seqs, facts) {
  await write("outbox", async (tx) => {
    for (const seq of seqs) {
      const op = await tx.store.get(seq);
      if (op) await tx.store.put({ ...op, ...facts });
    }
  }, "relaxed");
  tell();
}

// What the server had before the day was asked for: that tells of it, and of all that the desk did since.
export async function heardOf(ops) {
  const seqs = ops.filter((op) => !op.is_in).map((op) => op.seq);
  if (seqs.length) await settleAll(seqs, { is_in: true });
}

// Sent work stays a week; its photos go with it. What is not sent never goes by itself.
export async function forgetOld(now = Date.now()) {
  await write(["outbox", "blob"], async (tx) => {
    const all = await tx.objectStore("outbox").getAll();
    const isOld = (op) => op.state === "sent" && now - op.sent_at > SENT_STAYS_MS;
    const needed = new Set(all.filter((op) => !isOld(op)).flatMap((op) => op.blobs));
    for (const op of all.filter(isOld)) {
      await tx.objectStore("outbox").delete(op.seq);
      for (const sha of op.blobs) if (!needed.has(sha)) await tx.objectStore("blob").delete(sha);
    }
  });
}

export async function log(words) {
  await write("log", (tx) => tx.store.add({ at: Date.now(), words }));
}

// Everything that the server does not have, in one file: what a person carries out by hand.
export async function exportUnsent() {
  const open = (await operations()).filter((op) => op.state !== "sent");
  const { draft: drafts } = await readAll("draft");
  const blobs = {};
  for (const sha of new Set([...open.flatMap((op) => op.blobs), ...named(drafts)])) {
    const blob = await getBlob(sha);
    if (blob) blobs[sha] = { mime: blob.mime, base64: base64(blob.bytes) };
  }
  const device = await getMeta("device");
  const told = { format: "laddvakt-unsent", version: 1, exported_at: new Date().toISOString(), device: device?.id ?? null, person: device?.person ?? null };
  return new Blob([JSON.stringify({ ...told, operations: open, drafts, blobs }, null, 1)], { type: "application/json" });
}

// The photos that drafts speak of, wherever they do.
const named = (drafts) => JSON.stringify(drafts).match(/\b[0-9a-f]{64}\b/g) ?? [];

export async function wipe() {
  (await opened)?.close();
  opened = null;
  await deleteDB(NAME);
}

function base64(buffer) {
  const bytes = new Uint8Array(buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

// RFC 3339 with the tablet's own offset: what its clock showed.
export function localTime(at = new Date()) {
  const offset = -at.getTimezoneOffset();
  const two = (number) => String(Math.abs(number)).padStart(2, "0");
  const there = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1);
  return `${there}${offset < 0 ? "-" : "+"}${two(Math.trunc(offset / 60))}:${two(offset % 60)}`;
}
