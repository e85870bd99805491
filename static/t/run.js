// One run of a checklist as it stands on this tablet: the document it is pinned to, what the
// server knew, what was typed here, and what follows from both. A value counts from the first
// keystroke; it becomes an operation when it is done.
import { evaluate } from "./rules.js";

export const nameOf = (item, place) => `${item}|${place}`;

// Only what the server understands; how far it came is the tablet's own affair.
const KEPT = ["value", "number", "over", "note", "photos", "confirmed", "instrument_id", "at"];
const EMPTY = { value: null, number: null, over: false, note: "", photos: [], confirmed: false };

export function findVisit(pkg, id) {
  return (pkg?.visits ?? []).find((visit) => String(visit.id) === String(id)) ?? null;
}

export function draftKey(run) {
  return `${run.uuid}@${run.version_id}`;
}

export class Run {
  static async open(context, visitId, uuid) {
    const visit = findVisit(context.pkg, visitId);
    const run = (visit?.runs ?? []).find((one) => one.uuid === uuid);
    const version = run && context.pkg.versions[run.version_id];
    if (!version) return null;
    return new Run(context, visit, run, version, (await context.store.getDraft(draftKey(run))) ?? {});
  }

  static async all(context, visitId) {
    const visit = findVisit(context.pkg, visitId);
    const runs = await Promise.all((visit?.runs ?? []).map((one) => Run.open(context, visitId, one.uuid)));
    return runs.filter(Boolean);
  }

  constructor(context, visit, run, version, drafts) {
    Object.assign(this, { context, visit, run, version, store: context.store });
    this.station = context.pkg.stations?.[run.station_id] ?? { id: run.station_id, name: "", last: {} };
    this.language = context.language ?? context.person?.language ?? "sv";
    this.items = new Map();
    for (const section of version.document.sections) {
      for (const item of section.items) this.items.set(item.key, { item, section });
    }
    this.entries = newest(run.answers ?? {}, drafts);
    this.writing = 0;
    this.written = null;
    this.trouble = null;
    this.queue = Promise.resolve();
    this.watchers = new Set();
    this.judge();
  }

  // ---- what is asked

  judge() {
    // Who has the tablet now: a colleague may have begun the list.
    const facts = { ...this.run.facts, holder: this.holds() };
    this.state = evaluate(this.version.document, facts, this.run.places ?? [], this.answers());
    this.shown = this.state.items.filter((one) => one.shown);
    this.byName = new Map(this.state.items.map((one) => [nameOf(one.item, one.place), one]));
    return this.state;
  }

  // What whoever has the tablet is allowed.
  holds() {
    return this.context.pkg.person?.authorisations ?? this.run.facts?.authorisations ?? [];
  }

  answers() {
    return Object.fromEntries([...this.entries].map(([name, entry]) => [name, this.judged(entry)]));
  }

  // What was answered here is by its own authorisation, once it is done; what a colleague answered
  // by theirs.
  judged(entry) {
    const known = typeof entry.authorised === "boolean" ? { authorised: entry.authorised } : {};
    return { ...strip(entry), ...known };
  }

  entry(name) {
    return this.entries.get(name) ?? { ...EMPTY };
  }

  has(name) {
    return this.entries.has(name);
  }

  isTyped(name) {
    return this.entries.get(name)?.state === "typed";
  }

  typed() {
    return [...this.entries].filter(([, one]) => one.state === "typed").map(([name]) => name);
  }

  // The package's texts come in both languages; what lacks one is shown in the other.
  words(text) {
    if (!text) return "";
    return text[this.language] || text.sv || text.en || "";
  }

  label(name) {
    return this.words(this.items.get(name.split("|")[0])?.item.label);
  }

  // Where an item stands that locks this one: at the same place, or else wherever it is asked.
  whereIs(key, place) {
    const near = [place, "station", "visit"].map((one) => nameOf(key, one)).find((one) => this.byName.has(one));
    return near ?? this.shown.map((one) => nameOf(one.item, one.place)).find((one) => one.startsWith(`${key}|`));
  }

  isUnsafe() {
    return this.state.stops.length > 0;
  }

  // The next that is missing after this one, round to the beginning.
  nextMissing(name) {
    const names = this.shown.map((one) => nameOf(one.item, one.place));
    const after = names.slice(names.indexOf(name) + 1).concat(names);
    return after.find((one) => one !== name && this.isOpen(one)) ?? null;
  }

  isOpen(name) {
    const one = this.byName.get(name);
    return one.missing.length > 0 && one.locked.length === 0;
  }

  neighbour(name, step) {
    const names = this.shown.map((one) => nameOf(one.item, one.place));
    return names[names.indexOf(name) + step] ?? null;
  }

  // ---- what is kept

  // Every keystroke: judged at once, and written in the order of typing. What was done before
  // stays beside it until this is done too.
  change(name, values) {
    const old = this.entry(name);
    const before = old.state === "done" ? old : (old.before ?? null);
    const entry = { ...old, ...values, before, state: "typed", at: new Date().toISOString(), authorised: this.mayAnswer(name) };
    this.entries.set(name, entry);
    this.judge();
    return this.write(name, entry);
  }

  // null where the item asks for nothing.
  mayAnswer(name) {
    const asked = this.items.get(split(name)[0])?.item.authorisation;
    return asked ? this.holds().includes(asked) : null;
  }

  // A colleague without the authorisation answered it: said again by one who has it, it counts.
  canStandFor(name) {
    return this.entries.has(name) && this.entry(name).authorised === false && this.mayAnswer(name) === true;
  }

  // What the customer is advised to do about it: it goes with the list, for it is no answer.
  advise(name, recommendation) {
    const entry = { ...this.entry(name), recommendation };
    this.entries.set(name, entry);
    return this.write(name, entry);
  }

  recommendations() {
    const advised = this.shown.map((one) => nameOf(one.item, one.place)).filter((name) => this.entry(name).recommendation?.trim());
    return Object.fromEntries(advised.map((name) => [name, this.entry(name).recommendation.trim()]));
  }

  // Back to what was done before, here or elsewhere; else to nothing.
  discard(name) {
    const before = this.entry(name).before;
    if (before) this.entries.set(name, before);
    else this.entries.delete(name);
    this.judge();
    return this.write(name, before ?? null);
  }

  write(name, entry) {
    this.hold(+1);
    const done = this.queue.then(() => this.store.saveDraft(draftKey(this.run), name, entry));
    this.queue = done.then(
      () => this.wrote(),
      (error) => this.failed(error),
    );
    return this.queue;
  }

  wrote() {
    this.written = new Date();
    this.trouble = null;
    this.hold(-1);
  }

  // A full disk, say: what is on the screen is then the only copy, and that is said.
  failed(error) {
    this.trouble = error;
    this.hold(-1);
  }

  // A photo on its way to the store counts as writing too.
  hold(step) {
    this.writing += step;
    for (const watch of this.watchers) watch(this);
  }

  watch(fn) {
    this.watchers.add(fn);
  }

  isStored() {
    return this.writing === 0 && this.trouble === null;
  }

  // ---- what is done

  // One operation for the answer as it stands; a failed safety item stops at once.
  async commit(name) {
    await this.queue;
    if (!this.isTyped(name)) return null;
    const entry = this.entry(name);
    const [item, place] = split(name);
    const body = { run: this.run.uuid, item, place, answer: strip(entry) };
    const made = await this.add("answer", body, blobsOf(entry));
    const follow = await this.follow(name, entry);
    const now = { ...this.entry(name), ...follow };
    // What was typed meanwhile is a new answer.
    if (now.at === entry.at) Object.assign(now, { state: "done", before: null, seq: made.seq });
    this.entries.set(name, now);
    await this.write(name, now);
    this.context.outbox.flush({ now: follow.stopped });
    return made;
  }

  async follow(name, entry) {
    const isStop = this.state.stops.includes(name);
    if (isStop && !entry.stopped) await this.stop(name, entry);
    if (entry.ticket && !entry.ticket_made) await this.ticket(name, entry);
    return { stopped: isStop, ticket_made: Boolean(entry.ticket || entry.ticket_made) };
  }

  async stop(name, entry) {
    const [item, place] = split(name);
    const why = [this.label(name), this.said(name), entry.note].filter(Boolean).join(" · ");
    await this.add("stop", { run: this.run.uuid, item, place, why: why.slice(0, 500) });
  }

  async ticket(name, entry) {
    const title = [this.label(name), this.said(name), entry.note].filter(Boolean).join(" · ").slice(0, 200);
    const [item, place] = split(name);
    const connector = /^(evse|rcd):[0-9]+$/.test(place) ? Number(place.split(":")[1]) : null;
    const body = { station_id: this.run.station_id, connector, title, priority: this.byName.get(name)?.verdict === "fail" ? "P2" : "P3", photos: entry.photos ?? [], run: this.run.uuid, item, place };
    await this.add("new_fault", body, entry.photos ?? []);
  }

  add(kind, body, blobs = []) {
    return this.store.addOperation({ visit_id: this.visit.id, kind, body, blobs });
  }

  async commitAll() {
    for (const name of this.typed()) {
      if (this.byName.get(name)?.verdict || this.entry(name).note) await this.commit(name);
    }
  }

  async submit() {
    await this.commitAll();
    await this.add("submit", { run: this.run.uuid, recommendations: this.recommendations() });
    await this.store.saveDraft(draftKey(this.run), "submitted|visit", { at: new Date().toISOString(), state: "done" });
    this.submitted = true;
    this.context.outbox.flush();
  }

  isSubmitted() {
    return Boolean(this.submitted) || this.entries.has("submitted|visit") || this.run.state !== "open";
  }

  // What was answered, in words: "312 ms", "Remark".
  said(name) {
    const { item } = this.items.get(name.split("|")[0]) ?? {};
    const entry = this.entries.get(name);
    if (!item || !entry) return "";
    return saying(this, item, entry);
  }
}

function saying(run, item, entry) {
  const { words } = run.context;
  if (entry.over) return run.words(item.over);
  if (entry.value === "na") return words("item.na");
  if (item.type === "number" || (item.type === "auto" && entry.number !== null && entry.number !== undefined)) {
    return entry.number === null || entry.number === undefined ? "" : `${shownNumber(run, entry.number)} ${item.unit ?? ""}`.trim();
  }
  if (item.type === "choice") return run.words((item.choices ?? []).find((one) => one.key === entry.value)?.label);
  if (item.type === "photo") return entry.photos?.length ? words("item.photos", { n: entry.photos.length }) : "";
  if (item.type === "signature") return entry.value?.name ?? "";
  if (item.type === "part") return Array.isArray(entry.value) ? words("item.parts", { n: entry.value.length }) : "";
  if (typeof entry.value === "boolean") return words(entry.value ? "item.yes" : "item.no");
  if (item.type === "text" || item.type === "auto") return entry.value ?? "";
  return entry.value ? words(`item.${entry.value}`) : "";
}

export function shownNumber(run, number) {
  return number.toLocaleString(run.language === "en" ? "en-GB" : "sv-SE", { maximumFractionDigits: 6 });
}

export function split(name) {
  const at = name.indexOf("|");
  return [name.slice(0, at), name.slice(at + 1)];
}

function strip(entry) {
  return Object.fromEntries(KEPT.filter((key) => entry[key] !== undefined).map((key) => [key, entry[key]]));
}

function blobsOf(entry) {
  const png = entry.value?.png;
  return [...(entry.photos ?? []), ...(png ? [png] : [])];
}

// Of the server's answer and the tablet's, the later one counts, as it does on the server: of two
// that this tablet gave the one with the higher number, whatever its clock said.
function newest(server, drafts) {
  const entries = new Map(Object.entries(server).map(([name, one]) => [name, { ...EMPTY, ...one, state: "done" }]));
  for (const [name, draft] of Object.entries(drafts)) {
    const theirs = entries.get(name);
    if (!theirs || draft.state === "typed" || isLater(draft, theirs)) entries.set(name, { ...EMPTY, ...draft });
  }
  return entries;
}

function isLater(draft, theirs) {
  if (theirs.seq && draft.seq) return draft.seq >= theirs.seq;
  return Date.parse(draft.at) >= Date.parse(theirs.at);
}
