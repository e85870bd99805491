// Sends what waits: in its order for each visit, one at a time, each until it is answered. What the
// server takes is sent; what it cannot use is kept and shown; everything else is tried again.
import { call, CallError } from "./api.js";
import { getBlob, getMeta, onChange as watch, operations, setMeta, settle } from "./store.js";

const BLOB_PATIENCE_MS = 60_000;
const FIRST_WAIT_MS = 3_000;
const LONGEST_WAIT_MS = 30_000;
// What the server said it has, as long as this page lives.
const there = new Set();

// Returns false where somebody else sends already, or it is not time yet.
export async function flush({ now = false } = {}) {
  if (!(await getMeta("device"))) return false;
  return navigator.locks.request("laddvakt-outbox", { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    if (!now && !(await isTime())) return false;
    const { isTried, failure } = await sendAll();
    // That there is nothing to send says nothing about the server.
    if (isTried) await noteContact(failure);
    return !failure;
  });
}

// A clock that was put back makes nothing wait for a year.
const isTooEarly = (at) => at > Date.now() && at - Date.now() < 2 * LONGEST_WAIT_MS;

// Whether the server may be asked again, after what it did not answer.
export const isTime = async () => !isTooEarly((await getMeta("contact"))?.next_try_at);

async function sendAll() {
  const held = new Map();
  let seen = 0;
  for (;;) {
    const waiting = (await operations({ state: "waiting" })).filter((op) => op.seq > seen);
    const op = waiting.find((one) => !held.has(one.visit_id));
    // What is held up waits longer each time, as everything else does.
    if (!op) return { isTried: seen > 0, failure: [...held.values()][0] ?? null };
    seen = op.seq;
    const failure = await send(op);
    if (failure?.holdsVisit) held.set(op.visit_id, failure);
    else if (failure) return { isTried: true, failure };
  }
}

// Returns null where it is settled, or what hinders it.
async function send(op) {
  try {
    await sendBlobs(op.blobs, { mayBeThere: op.tries > 0 });
    const answer = await post(op);
    await settle(op.seq, { state: "sent", sent_at: Date.now(), answer, error: null });
    return null;
  } catch (wrong) {
    if (!(wrong instanceof CallError)) throw wrong;
    return hindered(op, wrong);
  }
}

async function post(op) {
  const { id, seq, visit_id, person_id, kind, at, zone, body, blobs } = op;
  const told = { id, seq, visit_id, person_id, kind, at, zone, body, blobs };
  try {
    return await call("POST", "/operations", told);
  } catch (wrong) {
    if (wrong.status !== 409 || !wrong.problem.missing) throw wrong;
    await sendBlobs(wrong.problem.missing, { again: true });
    if (!(await Promise.all(wrong.problem.missing.map(getBlob))).every(Boolean)) throw gone(wrong);
    return call("POST", "/operations", told);
  }
}

// Neither here nor there has the photo: asking again would hold up the visit for ever.
const gone = ({ message, problem }) => new CallError(410, { ...problem, detail: message, errors: { blobs: problem.missing } });

// Asked for by its hash where an earlier try may have brought it over: never sent twice for nothing.
async function sendBlobs(shas, { mayBeThere = false, again = false } = {}) {
  for (const sha of shas) {
    const blob = await getBlob(sha);
    // It is gone from this tablet, so only the server can say whether it has it.
    if (!blob || (there.has(sha) && !again)) continue;
    if (!mayBeThere || !(await call("HEAD", `/blobs/${sha}`))) await put(sha, blob);
    there.add(sha);
  }
}

// Of what hangs on a refused file, the server has heard nothing yet.
async function put(sha, { bytes, mime }) {
  try {
    await call("PUT", `/blobs/${sha}`, null, { bytes, mime, patience: BLOB_PATIENCE_MS });
  } catch (wrong) {
    throw Object.assign(wrong, { isOfFile: true });
  }
}

const AGAIN = new Set([0, 401, 403, 408, 409, 425, 429]);

async function hindered(op, wrong) {
  const error = { status: wrong.status, detail: wrong.message, errors: wrong.problem.errors ?? null, is_kept: wrong.status === 422 && !wrong.isOfFile };
  const tries = op.tries + 1;
  if (!AGAIN.has(wrong.status) && wrong.status < 500) {
    await settle(op.seq, { state: "rejected", error, tries, rejected_at: Date.now() });
    return null;
  }
  await settle(op.seq, { error, tries });
  return { ...error, isRevoked: wrong.isRevoked, holdsVisit: wrong.status === 409 };
}

// Every call tells whether the server is there: no other sign is believed.
export async function noteContact(failure) {
  const before = (await getMeta("contact")) ?? {};
  const at = Date.now();
  const fails = failure ? (before.fails ?? 0) + 1 : 0;
  const wait = failure ? Math.min(FIRST_WAIT_MS * 2 ** (fails - 1), LONGEST_WAIT_MS) * (0.8 + Math.random() * 0.4) : 0;
  const wasAnswered = !failure || failure.status > 0;
  await setMeta("contact", {
    ...before,
    fails,
    next_try_at: at + wait,
    last_try_at: at,
    last_ok_at: failure ? before.last_ok_at ?? null : at,
    last_answer_at: wasAnswered ? at : before.last_answer_at ?? null,
    failure: failure ? { status: failure.status, detail: failure.detail ?? failure.message ?? "" } : null,
  });
}

export async function status() {
  const all = await operations();
  const waiting = all.filter((op) => op.state === "waiting");
  const contact = (await getMeta("contact")) ?? {};
  return {
    waiting: waiting.length,
    rejected: all.filter((op) => op.state === "rejected").length,
    oldest: waiting[0]?.made_at ?? null,
    last_ok_at: contact.last_ok_at ?? null,
    last_try_at: contact.last_try_at ?? null,
    failure: contact.failure ?? null,
  };
}

// A rejected one is sent as it was made: what has changed is the server.
export async function retry(seq) {
  await settle(seq, { state: "waiting", error: null });
  return flush({ now: true });
}

export const onChange = watch;
