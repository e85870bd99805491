// What is typed at the end of a visit, kept as a draft like every answer, and what becomes of it.
import { MOST_MINUTES } from "./fields.js";
import { unitName } from "./part.js";
import { runTitle } from "./places.js";
import { parseNumber } from "./rules.js";
import { dayOf } from "./words.js";

export class Closing {
  static async open(context, visit) {
    const key = `visit-${visit.id}`;
    const draft = (await context.store.getDraft(key)) ?? {};
    const operations = (await context.store.operations({ visit_id: visit.id })).filter((one) => one.visit_id === visit.id);
    return new Closing(context, visit, key, draft, operations);
  }

  constructor(context, visit, key, draft, operations) {
    Object.assign(this, { context, visit, key, operations, words: context.words });
    this.fields = new Map(Object.entries(draft).map(([name, one]) => [name.split("|")[0], one]));
    this.queue = Promise.resolve();
    this.writing = 0;
  }

  get sign() {
    return this.fields.get("sign") ?? {};
  }

  hold(step) {
    this.writing += step;
  }

  keep(name, values) {
    const now = { ...this.fields.get(name), ...values, at: new Date().toISOString() };
    this.fields.set(name, now);
    this.queue = this.queue.then(() => this.context.store.saveDraft(this.key, `${name}|visit`, now));
    return this.queue;
  }

  // ---- lines

  // Nothing is ticked by itself: that a thing is done is somebody's word.
  line(line) {
    return { done: false, why: "", though_early: false, ...this.fields.get(`line-${line.id}`) };
  }

  keepLine(line, values) {
    return this.keep(`line-${line.id}`, values);
  }

  isEarly(line) {
    return Boolean(line.early_until) && dayOf(Date.now(), this.visit.site.time_zone) < line.early_until;
  }

  // ---- times and parts

  minutes(kind) {
    return this.fields.get("time")?.[kind] ?? (kind === "work" ? this.worked() : "");
  }

  // Since check-in, until somebody says otherwise.
  worked() {
    const told = this.operations.some((one) => one.kind === "time" && one.body.kind === "work");
    const since = this.operations.find((one) => one.kind === "check_in")?.at ?? this.visit.checked_in_at;
    if (told || !since) return "";
    return String(Math.max(1, Math.round((Date.now() - Date.parse(since)) / 60000)));
  }

  toldTimes() {
    return this.operations
      .filter((one) => one.kind === "time")
      .map((one) => this.words(`review.told_${one.body.kind}`, { n: one.body.minutes }));
  }

  parts(runs) {
    const own = this.operations.filter((one) => one.kind === "part").map((one) => this.part(one.body));
    const answered = runs.flatMap((run) =>
      [...run.entries].flatMap(([name, entry]) => (run.items.get(name.split("|")[0])?.item.type === "part" ? (entry.value ?? []) : [])),
    );
    return [...own, ...answered.map((one) => this.part(one))];
  }

  part(one) {
    const known = (this.context.pkg.parts ?? []).find((part) => part.id === one.part_id);
    const name = known ? `${known.number} ${known.name}` : one.text;
    const serial = one.serial ?? one.serial_new;
    return [`${one.quantity} ${unitName(this.words, known)}`.trim(), name, serial].filter(Boolean).join(" · ");
  }

  // ---- what stands in the way

  lacks(runs) {
    return [...this.lacksOfRuns(runs), ...this.lacksOfLines(), ...this.lacksOfTimes(), ...this.lacksOfSign()];
  }

  // A list may stay open where its line is said not to be done.
  lacksOfRuns(runs) {
    const done = new Set((this.visit.lines ?? []).filter((one) => this.line(one).done).map((one) => one.station_id));
    return runs
      .filter((run) => !run.isSubmitted() && (run.isUnsafe() || (done.has(run.run.station_id) && !run.state.submittable)))
      .map((run) => ({
        text: this.words(run.isUnsafe() ? "review.lacks_safety" : "review.lacks_list", { list: runTitle(run), station: run.station.name }),
        at: `list-${run.run.uuid}`,
      }));
  }

  lacksOfLines() {
    return (this.visit.lines ?? [])
      .filter((one) => !this.line(one).done && !this.line(one).why?.trim())
      .map((one) => ({ text: this.words("review.lacks_line", { line: this.title(one) }), at: `line-${one.id}` }));
  }

  lacksOfTimes() {
    return ["work", "travel"]
      .filter((kind) => this.minutes(kind) !== "")
      .map((kind) => ({ kind, minutes: whole(this.minutes(kind)) }))
      .filter(({ minutes }) => !(minutes >= 0 && minutes <= MOST_MINUTES))
      .map(({ kind, minutes }) => ({ text: this.words(minutes > MOST_MINUTES ? "review.too_long" : "review.lacks_minutes"), at: `minutes-${kind}` }));
  }

  lacksOfSign() {
    const { no, refused, name, png } = this.sign;
    if (no) return refused?.trim() ? [] : [{ text: this.words("review.lacks_refusal"), at: "sign-refused" }];
    if (!name?.trim()) return [{ text: this.words("review.lacks_name"), at: "sign-name" }];
    return png && this.writing === 0 ? [] : [{ text: this.words("review.lacks_glass"), at: "sign-glass" }];
  }

  title(line) {
    const language = this.context.language ?? this.context.person?.language ?? "sv";
    const title = typeof line.title === "string" ? line.title : (line.title?.[language] ?? line.title?.sv);
    return title ?? "";
  }

  // ---- the end

  async finish(runs) {
    for (const run of runs) if (!run.isSubmitted() && run.state.submittable) await run.submit();
    for (const run of runs) await run.commitAll();
    for (const kind of ["work", "travel"]) await this.tell(kind);
    await this.signed();
    const lines = (this.visit.lines ?? []).map((one) => this.said(one));
    await this.add("finish", { lines });
    this.context.outbox.flush();
  }

  async tell(kind) {
    const minutes = whole(this.minutes(kind));
    if (minutes > 0) await this.add("time", { kind, minutes });
  }

  signed() {
    const { no, refused, name, role, png, strokes } = this.sign;
    if (no) return this.add("sign", { refused: refused.trim() });
    return this.add("sign", { name: name.trim(), role: role?.trim() ?? "", png, strokes }, [png]);
  }

  said(line) {
    const { done, why, though_early } = this.line(line);
    return { line_id: line.id, done, why: done ? null : why.trim(), though_early: done && Boolean(though_early) && this.isEarly(line) };
  }

  add(kind, body, blobs = []) {
    return this.context.store.addOperation({ visit_id: this.visit.id, kind, body, blobs });
  }
}

function whole(text) {
  const number = parseNumber(String(text));
  return Number.isInteger(number) ? number : NaN;
}
