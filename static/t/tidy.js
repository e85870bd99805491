// What may go from the tablet: what the server says that it has, of visits that are over. What is
// not sent, and what was typed and never done, stays.
import { call } from "./api.js";
import { homeOf, named, undone } from "./drafts.js";
import { drop, operations, readAll } from "./store.js";

// A photo that was taken just now has yet to be put into its form.
const YOUNG_MS = 3600_000;
const ASKED_AT_ONCE = 50;

// With contact, and a package that has just come.
export async function tidy(pkg, at = Date.now()) {
  await drop("draft", await stored(pkg));
  const loose = (await looseFiles(at)).slice(0, ASKED_AT_ONCE);
  const there = await Promise.all(loose.map((sha) => call("HEAD", `/blobs/${sha}`)));
  // What was taken into a form meanwhile is not loose any more.
  const still = new Set(await looseFiles(at));
  await drop("blob", loose.filter((sha, i) => there[i] && still.has(sha)));
}

// Drafts whose every answer is in an operation that the server has, and whose visit is gone from here.
async function stored(pkg) {
  const [{ draft: drafts }, done] = [await readAll("draft"), await operations()];
  const open = new Set(done.filter((op) => op.state !== "sent").map((op) => JSON.stringify(op.visit_id)));
  const isOpen = (key) => open.has(visitOf(key, done));
  return Object.keys(drafts).filter((key) => {
    const home = homeOf(key, pkg);
    return home.isOfVisit && !home.visit && !isOpen(key) && !Object.keys(undone(key, drafts[key], done)).length;
  });
}

// By the key, or for a run by what was answered in it.
function visitOf(key, done) {
  const uuid = /^(.{36})@/.exec(key)?.[1];
  const own = uuid ? done.find((op) => op.body.run === uuid)?.visit_id : Number(/-(\d+)$/.exec(key)?.[1]);
  return JSON.stringify(own ?? null);
}

async function looseFiles(at) {
  const [{ blob: files, draft: drafts }, done] = [await readAll("blob", "draft"), await operations()];
  const has = new Set([...named(drafts), ...done.flatMap((op) => op.blobs)]);
  return Object.values(files).filter((one) => !has.has(one.sha) && at - one.at > YOUNG_MS).map((one) => one.sha);
}

// What is kept here, for the page that shows it.
export async function keptHere() {
  const [{ blob: files, draft: drafts }, done] = [await readAll("blob", "draft"), await operations()];
  const open = Object.entries(drafts).filter(([key, draft]) => Object.keys(undone(key, draft, done)).length);
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  return {
    drafts: open.length,
    photos: Object.keys(files).length,
    bytes: Object.values(files).reduce((sum, one) => sum + one.size, 0),
    usage: usage ?? 0,
    quota: quota ?? 0,
  };
}
