// What was typed and never done: which of it nobody else has, and how it leaves a tablet that is
// revoked.
import { addOperation, getPackage, operations, readAll, unsent } from "./store.js";

const MOST_FILES = 200;
const SAFETY_STEPS = 3;

// The visit and the run that a draft belongs to, by its key: `note-17`, or `UUID@VERSION`.
export function homeOf(key, pkg) {
  const visits = pkg?.visits ?? [];
  const uuid = /^(.{36})@/.exec(key)?.[1];
  if (uuid) return { isOfVisit: true, visit: visits.find((one) => one.runs?.some((run) => run.uuid === uuid)) ?? null };
  const id = /^(?:note|part|work|travel|material|unable|hand-over|visit|safety)-(\d+)$/.exec(key)?.[1];
  return { isOfVisit: Boolean(id), id, visit: visits.find((one) => String(one.id) === id) ?? null };
}

// What no operation has taken over yet.
export function undone(key, draft, done) {
  if (/^.{36}@/.test(key)) return undoneAnswers(draft);
  const id = Number(/-(\d+)$/.exec(key)?.[1]);
  if (key.startsWith("visit-") && done.some((op) => op.visit_id === id && op.kind === "finish")) return {};
  if (key.startsWith("safety-") && Object.keys(draft).length === SAFETY_STEPS) return {};
  return Object.keys(draft).some((name) => name !== "at") ? draft : {};
}

function undoneAnswers(draft) {
  const isSubmitted = "submitted|visit" in draft;
  const isOpen = (entry) => entry.state === "typed" || (!isSubmitted && Boolean(entry.recommendation?.trim()));
  return Object.fromEntries(Object.entries(draft).filter(([, entry]) => entry && isOpen(entry)));
}

export const named = (something) => JSON.stringify(something).match(/\b[0-9a-f]{64}\b/g) ?? [];

// An operation for each, without effect: the desk sees it. Asked for again, the same is not made anew.
export async function handOverDrafts() {
  const pkg = await getPackage();
  const [{ draft: drafts, blob: files }, done] = [await readAll("draft", "blob"), await operations()];
  const made = new Set(done.filter((op) => op.kind === "draft").map((op) => JSON.stringify([op.body, op.blobs])));
  for (const one of leaving(drafts, files, done, pkg)) {
    if (!made.has(JSON.stringify([one.body, one.blobs]))) await addOperation({ kind: "draft", ...one });
  }
}

// How much of this person's the server does not have: deeds, forms, and photos of neither. Null: none.
export async function unhanded() {
  const pkg = await getPackage();
  const [{ draft: drafts, blob: files }, done] = [await readAll("draft", "blob"), await operations()];
  const left = leaving(drafts, files, done, pkg);
  const [forms, loose] = [left.filter((one) => one.body.form !== "photos"), left.filter((one) => one.body.form === "photos")];
  const told = { deeds: (await unsent()).length, forms: forms.length, photos: loose.flatMap((one) => one.blobs).length };
  return Object.values(told).some(Boolean) ? told : null;
}

function leaving(drafts, files, done, pkg) {
  const open = Object.entries(drafts).map(([form, draft]) => [form, undone(form, draft, done)]);
  const told = open.filter(([, typed]) => Object.keys(typed).length).map(([form, typed]) => ({
    visit_id: homeOf(form, pkg).visit?.id ?? null,
    body: { form, typed },
    blobs: [...new Set(named(typed))].filter((sha) => sha in files).slice(0, MOST_FILES),
  }));
  const has = new Set([...done, ...told].flatMap((one) => (one.kind === "draft" ? [] : one.blobs)));
  return [...told, ...loose(Object.keys(files).filter((sha) => !has.has(sha)))];
}

// Photos that were taken and belong to nothing yet.
function loose(shas) {
  const parts = [];
  for (let i = 0; i < shas.length; i += MOST_FILES) parts.push(shas.slice(i, i + MOST_FILES));
  return parts.map((blobs) => ({ visit_id: null, body: { form: "photos", typed: {} }, blobs }));
}
