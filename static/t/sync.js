// Back and forth with the server: first what waits here goes out, then the day comes in.
import { call, CallError } from "./api.js";
import { handOverDrafts } from "./drafts.js";
import { flush, isTime, noteContact } from "./outbox.js";
import { tidy } from "./tidy.js";
import { getMeta, getPackage, heardOf, log, operations, savePackage, setMeta, unsent, wipe } from "./store.js";

const FRESH_MS = 60_000;

export async function refresh({ force = false } = {}) {
  const device = await getMeta("device");
  if (!device) return;
  if (await getMeta("revoked")) return leave(device);
  await flush({ now: force });
  if (!force && !(await isTime())) return;
  const { failure } = (await getMeta("contact")) ?? {};
  await download(force || Boolean(failure));
}

async function download(force) {
  const last = (await getMeta("downloaded_at")) ?? 0;
  // Since a clock that was put back, it may seem to be to come.
  const age = Date.now() - last;
  if (!force && age >= 0 && age < FRESH_MS) return;
  try {
    const [before, sent] = [await getPackage(), await operations({ state: "sent" })];
    const pkg = await call("GET", `/package${before?.rev ? `?since=${before.rev}` : ""}`);
    if (pkg) {
      await noteSkew(pkg.at);
      await savePackage(pkg.partial ? merged(before, pkg) : pkg);
    }
    await heardOf(sent);
    await setMeta("downloaded_at", Date.now());
    await noteContact(null);
    await tidy(await getPackage());
  } catch (wrong) {
    if (!(wrong instanceof CallError)) throw wrong;
    await noteContact(wrong);
    if (wrong.isRevoked) await leave(await getMeta("device"));
  }
}

// What did not change is not sent again.
function merged(before, news) {
  const fresh = new Map(news.visits.map((visit) => [visit.id, visit]));
  const gone = new Set(news.gone ?? []);
  const kept = (before?.visits ?? []).filter((visit) => !fresh.has(visit.id) && !gone.has(visit.id));
  return {
    ...before,
    ...news,
    visits: [...kept, ...fresh.values()],
    stations: { ...before?.stations, ...news.stations },
    versions: { ...before?.versions, ...news.versions },
  };
}

async function noteSkew(serverTime) {
  const skew = Date.now() - Date.parse(serverTime);
  if (Number.isFinite(skew)) await setMeta("skew_ms", skew);
}

// Revoked: what is not handed over yet goes out first, drafts too; then nothing of ours stays on the
// tablet. One tab sees to it.
function leave(device) {
  return navigator.locks.request("laddvakt-leave", { ifAvailable: true }, (lock) => lock && handOver(device));
}

async function handOver(device) {
  await setMeta("revoked", true);
  await handOverDrafts();
  await flush({ now: true });
  if ((await unsent()).length) return log("revoked, and not everything is handed over yet");
  const token = device.token;
  await wipe();
  sessionStorage.clear();
  localStorage.setItem("revoked", "yes");
  for (const name of (await caches?.keys()) ?? []) await caches.delete(name);
  await call("POST", "/wiped", null, { token }).catch(() => {});
  for (const one of (await navigator.serviceWorker?.getRegistrations()) ?? []) await one.unregister();
  location.hash = "#/enrol";
  return location.reload();
}
