// One question: why, the answer, what it means, and the next.
import { fourAnswers, radios, LOOKS, verdictMark } from "./answers.js";
import { autoField } from "./auto.js";
import { h } from "./dom.js";
import { foot } from "./foot.js";
import { instrumentField, judgement, lastText, limitLine, monthOf, numberField } from "./number.js";
import { partField } from "./part.js";
import { photoField } from "./photo.js";
import { itemAddress, lacks, placeName, reviewAddress, room, runAddress } from "./places.js";
import { nameOf, split } from "./run.js";
import { signatureField } from "./sign.js";
import { stopBox, unsafeButton } from "./stop.js";
import { trend } from "./trend.js";

const MEASURED = ["number", "auto"];
const COPIED = ["verdict", "choice", "text"];
const ASKED = ["confirm", "note", "photo"];

export function showItem(main, run, name) {
  const page = new ItemPage(main, run, name);
  page.build();
  return page;
}

class ItemPage {
  constructor(main, run, name) {
    Object.assign(this, { main, run, name, words: run.context.words });
    this.item = run.items.get(split(name)[0]).item;
    this.place = split(name)[1];
    this.last = run.station.last?.[name] ?? [];
    this.change = this.change.bind(this);
  }

  get state() {
    return this.run.byName.get(this.name);
  }

  build() {
    const { run, name, words, item } = this;
    const locked = this.state.locked.length > 0 || run.isSubmitted();
    this.rest = { disabled: locked, onChange: this.change };
    this.field = this.makeField();
    this.photo = item.type === "photo" ? null : photoField(run, name, this.rest);
    this.verdict = h("p", { id: "verdict", class: "judged", "aria-live": "polite" });
    this.stop = h("div", {});
    this.confirm = h("div", {});
    this.asks = h("div", { class: "asks" });
    this.foot = foot(run, { back: () => this.back(), next: () => this.next() });
    const form = h(
      "form",
      { class: "item", novalidate: true, id: "item" },
      this.head(),
      this.restored(),
      this.locked(),
      this.authorised(),
      h("h1", { id: "question", class: "question", tabindex: "-1" }, run.label(name)),
      h("p", { id: "limit", class: "hint" }, MEASURED.includes(item.type) ? limitLine(run, item, this.last[0]) : this.lastLine()),
      item.help ? h("details", { class: "why" }, h("summary", {}, words("item.why")), h("p", {}, run.words(item.help))) : null,
      this.field.box,
      this.verdict,
      this.confirm,
      this.stop,
      this.copied(),
      item.type === "number" ? instrumentField(run, name, item, this.rest) : null,
      this.asks,
      this.noteField(),
      this.photo?.box,
      this.ticket(),
      MEASURED.includes(item.type) ? trend(run, item, this.last) : null,
    );
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("keydown", (event) => this.key(event));
    room(this.main, form, this.foot.box);
    run.watch(() => this.foot.settle());
    this.settle();
    (locked ? form.querySelector("h1") : this.first())?.focus();
  }

  // Enter goes on wherever it has no work of its own.
  key(event) {
    if (event.key !== "Enter" || event.target.closest("textarea, button, a, summary, select, [type=search], [type=file]")) return;
    event.preventDefault();
    this.next();
  }

  // A field of text is where the keys should go; a choice is read first.
  first() {
    const typed = ["number", "text"].includes(this.item.type);
    return typed ? this.field.focus : this.main.querySelector("h1");
  }

  makeField() {
    const { run, name, item, words, rest } = this;
    const fields = {
      verdict: () => this.choosing(fourAnswers(words, this.choice(rest))),
      choice: () => this.choosing(radios({ ...this.choice(rest), options: this.options(), shape: "answers choices" })),
      number: () => numberField(run, name, item, rest),
      text: () => this.textField(rest),
      photo: () => photoField(run, name, rest),
      signature: () => signatureField(run, name, rest),
      part: () => partField(run, name, rest),
      auto: () => autoField(run, name, item, rest),
    };
    return fields[item.type]();
  }

  choice({ disabled }) {
    return {
      name: "answer",
      legend: this.run.label(this.name),
      chosen: this.run.entry(this.name).value,
      disabled,
      onChoose: (value) => this.change({ value }),
    };
  }

  options() {
    const own = (this.item.choices ?? []).map((one) => ({ value: one.key, text: this.run.words(one.label), look: LOOKS[one.verdict] ?? "" }));
    return [...own, { value: "na", text: this.words("item.na"), look: "offline" }];
  }

  choosing(box) {
    const settle = () => {
      for (const one of box.querySelectorAll("input")) one.checked = one.value === String(this.run.entry(this.name).value);
    };
    return { box, settle, focus: box.querySelector("input") };
  }

  textField({ disabled }) {
    const input = h("textarea", { id: "field", rows: "4", dir: "auto", disabled, "aria-labelledby": "question", maxlength: "10000" });
    input.value = this.run.entry(this.name).value ?? "";
    input.addEventListener("input", () => this.change({ value: input.value }));
    return { box: input, focus: input, set: () => (input.value = this.run.entry(this.name).value ?? "") };
  }

  head() {
    const { run, words } = this;
    const at = run.shown.findIndex((one) => nameOf(one.item, one.place) === this.name) + 1;
    return h(
      "div",
      { class: "bar" },
      h("a", { class: "button", href: runAddress(run) }, words("item.list")),
      unsafeButton(run.context, run.visit, [run]),
      h("p", {}, h("b", {}, run.station.name), " · ", placeName(run, this.place), h("br", {}), words("item.of", { n: at, total: run.shown.length })),
    );
  }

  lastLine() {
    const [last] = this.last;
    return last ? this.words("number.last", { value: lastText(this.run, this.item, last), when: monthOf(this.run, last.at) }) : "";
  }

  // Typed and never done: said, so that nobody wonders where it came from.
  restored() {
    if (!this.run.isTyped(this.name)) return null;
    const { words, run, name } = this;
    const at = new Date(run.entry(name).at);
    const discard = h("button", { type: "button", class: "button" }, words("item.discard"));
    discard.addEventListener("click", async () => {
      await run.discard(name);
      this.build();
    });
    return h("p", { class: "restored", role: "status" }, words("item.restored", { at: clock(at, run) }), " ", discard);
  }

  locked() {
    const { words, run } = this;
    if (run.isSubmitted()) return h("p", { class: "notice" }, words("item.submitted"));
    if (!this.state.locked.length) return null;
    const by = this.state.locked.map((key) => {
      const where = run.whereIs(key, this.place);
      return h("li", {}, where ? h("a", { href: itemAddress(run, where) }, run.label(where)) : key);
    });
    return h("section", { class: "notice locked" }, h("p", {}, words(this.isStopped() ? "item.locked_stop" : "item.locked_order")), h("ul", {}, ...by));
  }

  isStopped() {
    return this.state.locked.some((key) => (this.item.depends_on ?? []).includes(key));
  }

  authorised() {
    if (!this.state.missing.includes("authorisation") && !this.lacksRight()) return null;
    const said = this.run.canStandFor(this.name) ? "item.stand_for" : "item.authorisation";
    return h("p", { class: "notice warned" }, this.words(said, { what: this.words(`authorisation.${this.item.authorisation}`) }));
  }

  lacksRight() {
    return this.run.mayAnswer(this.name) === false;
  }

  copied() {
    const [last] = this.last;
    if (!COPIED.includes(this.item.type) || typeof last?.value !== "string") return null;
    const text = this.words("item.same", { value: lastText(this.run, this.item, last) });
    const same = () => {
      this.change({ value: last.value });
      this.field.set?.();
    };
    return h("p", {}, h("button", { type: "button", class: "button", disabled: this.rest.disabled, onclick: same }, text));
  }

  noteField() {
    const { run, name, words } = this;
    const note = h("textarea", { id: "note", rows: "2", dir: "auto", maxlength: "10000", disabled: run.isSubmitted() });
    note.value = run.entry(name).note ?? "";
    note.addEventListener("input", () => this.change({ note: note.value }));
    this.note = note;
    return h("div", { class: "labelled" }, h("label", { for: "note" }, words("item.note")), note);
  }

  ticket() {
    const { run, name, words } = this;
    const box = h("input", { type: "checkbox", checked: Boolean(run.entry(name).ticket), disabled: run.isSubmitted(), onchange: () => this.change({ ticket: box.checked }) });
    this.ticketBox = h("label", { class: "tick" }, box, h("span", {}, words("item.ticket")));
    return this.ticketBox;
  }

  // ---- as it changes

  change(values) {
    const written = this.run.change(this.name, values);
    this.settle();
    return written;
  }

  settle() {
    const { run, name, words, item } = this;
    const { verdict, missing } = this.state;
    this.field.settle?.();
    this.verdict.replaceChildren(...this.judged(verdict));
    this.settleConfirm();
    this.settleStop();
    const asked = missing.filter((one) => ["photo", "note"].includes(one));
    this.asks.replaceChildren(...asked.map((one) => h("p", { class: "wrong" }, words(`ask.${one}`))));
    this.note.toggleAttribute("aria-required", (item.note_if ?? []).includes(verdict));
    const isBad = ["remark", "fail", "warn"].includes(verdict);
    this.ticketBox.hidden = !isBad || run.state.stops.includes(name);
    this.foot.settle();
  }

  judged(verdict) {
    const text = this.item.type === "number" || this.item.auto === "signal" ? judgement(this.run, this.name, this.item) : "";
    const judgedByItself = ["number", "choice", "auto"].includes(this.item.type);
    const mark = judgedByItself && verdict ? verdictMark(this.words, verdict) : null;
    return [mark, text ? h("span", {}, ` ${text}`) : null].filter(Boolean);
  }

  // Asked again where nobody would believe it; drawn once, or the tick would lose the finger.
  settleConfirm() {
    const { run, name, words } = this;
    const again = this.state.ask_again;
    if ((this.again ?? null) === again) {
      const tick = this.confirm.querySelector("input");
      if (tick) tick.checked = run.entry(name).confirmed === true;
      return;
    }
    this.again = again;
    const tick = h("input", { type: "checkbox", checked: run.entry(name).confirmed === true, onchange: () => this.change({ confirmed: tick.checked }) });
    const box = h("div", { class: "notice warned", role: "alert" }, h("p", {}, words(`again.${again}`)), h("label", { class: "tick" }, tick, h("span", {}, words("again.yes"))));
    this.confirm.replaceChildren(...(again ? [box] : []));
  }

  settleStop() {
    const stops = this.run.state.stops.includes(this.name);
    if (stops === (this.stopped ?? false)) return;
    this.stopped = stops;
    this.stop.replaceChildren(...(stops ? [stopBox(this.run, [this.name], this.stopNow())] : []));
  }

  // Without waiting for the remark and the photo.
  stopNow() {
    const { run, name, words } = this;
    const button = h("button", { type: "button", class: "button main danger" }, words("stop.now"));
    button.disabled = Boolean(run.entry(name).stopped);
    const said = h("p", { class: "hint", role: "status" }, run.entry(name).stopped ? words("stop.made") : "");
    button.addEventListener("click", async () => {
      button.disabled = true;
      await run.commit(name);
      said.textContent = words("stop.made");
    });
    return h("div", { class: "others" }, button, said);
  }

  // ---- onwards

  back() {
    const before = this.run.neighbour(this.name, -1);
    location.hash = before ? itemAddress(this.run, before) : runAddress(this.run);
  }

  // Typed keystrokes and photos first; then the operation; then the next question.
  async next() {
    await this.run.queue;
    if (!this.run.isStored()) return;
    if (await this.waits()) return;
    if (this.run.canStandFor(this.name)) await this.run.change(this.name, {});
    await this.run.commit(this.name);
    const following = this.run.nextMissing(this.name) ?? this.run.neighbour(this.name, +1);
    location.hash = following ? itemAddress(this.run, following) : reviewAddress(this.run);
  }

  // Asked once for what an answer like this should have; pressed again, it is done without.
  async waits() {
    const asked = this.state.missing.filter((one) => ASKED.includes(one));
    if (!this.state.verdict || !asked.length || this.warned) return false;
    this.warned = true;
    if (this.stopped) await this.run.commit(this.name);
    this.foot.say(this.words("item.still", { what: lacks(this.run, this.name) }));
    this.where(asked[0])?.focus();
    return true;
  }

  where(asked) {
    if (asked === "note") return this.note;
    return asked === "confirm" ? this.confirm.querySelector("input") : (this.photo ?? this.field).focus;
  }
}

function clock(at, run) {
  return at.toLocaleTimeString(run.language === "en" ? "en-GB" : "sv-SE", { hour: "2-digit", minute: "2-digit" });
}
