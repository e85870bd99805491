// A checklist: its sections with their items, each a row that is answered where it stands on a
// wide tablet, and a page of its own where there is more to say.
import { fourAnswers, verdictMark } from "./answers.js";
import { h } from "./dom.js";
import { foot } from "./foot.js";
import { showItem } from "./item.js";
import { itemAddress, lacks, placeName, readOnly, reviewAddress, room, runTitle } from "./places.js";
import { nameOf, Run } from "./run.js";
import { stopBox, unsafeButton } from "./stop.js";

const QUICK = ["ok", "na"];

export async function show(main, params, context) {
  if (await readOnly(main, context, params.visit)) return;
  const run = await Run.open(context, params.visit, params.run);
  if (!run) {
    room(main, h("h1", { tabindex: "-1" }, context.words("run.gone")), h("p", {}, context.words("run.gone_why")));
    return;
  }
  const name = params.item;
  if (name && run.byName.get(name)?.shown) showItem(main, run, name);
  else new RunPage(main, run).build();
}

class RunPage {
  constructor(main, run) {
    Object.assign(this, { main, run, words: run.context.words, rows: new Map() });
  }

  build() {
    const { run, words } = this;
    this.foot = foot(run, { back: () => this.leave(), next: () => this.next(), nextText: this.nextText() });
    this.stop = h("div", {}, stopBox(run, run.state.stops));
    room(
      this.main,
      h("div", { class: "bar" }, h("a", { class: "button", href: `#/visit/${run.visit.id}` }, words("run.visit")), unsafeButton(run.context, run.visit, [run])),
      h("h1", { tabindex: "-1" }, runTitle(run)),
      h("p", { class: "hint" }, [run.station.name, run.station.model].filter(Boolean).join(" · ")),
      run.isSubmitted() ? h("p", { class: "notice" }, words("item.submitted")) : this.restored(),
      this.stop,
      ...this.sections(),
      this.foot.box,
    );
    run.watch(() => this.foot.settle());
    this.main.querySelector("h1").focus();
  }

  nextText() {
    return this.first() ? "foot.missing" : "foot.review";
  }

  restored() {
    const typed = this.run.typed();
    if (!typed.length) return null;
    const links = typed.map((name) => h("li", {}, h("a", { href: itemAddress(this.run, name) }, this.run.label(name), " · ", placeName(this.run, name.split("|")[1]))));
    return h("section", { class: "restored", role: "status" }, h("p", {}, this.words("run.typed", { n: typed.length })), h("ul", {}, ...links));
  }

  sections() {
    const groups = new Map();
    for (const one of this.run.shown) {
      const key = nameOf(one.section, one.place);
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    return [...groups.values()].map((items) => this.section(items));
  }

  section(items) {
    const { run } = this;
    const [{ section: key, place }] = items;
    const found = run.version.document.sections.find((one) => one.key === key);
    const title = [run.words(found.title), ...(place === "station" || place === "visit" ? [] : [placeName(run, place.replace(/^rcd:(?!c)/, "evse:"))])].join(" · ");
    return h("section", { class: "asked" }, h("h2", {}, title), h("ul", { class: "rows" }, ...items.map((one) => this.row(one))));
  }

  row(one) {
    const name = nameOf(one.item, one.place);
    const row = h("li", { class: "row", id: `row-${name}` });
    this.rows.set(name, row);
    this.fill(row, one, name);
    return row;
  }

  fill(row, one, name) {
    const { run } = this;
    const { item } = run.items.get(one.item);
    const quick = item.type === "verdict" && !one.locked.length;
    row.classList.toggle("locked", one.locked.length > 0);
    const what = h("a", { class: "what", href: itemAddress(run, name) }, h("span", { dir: "auto" }, run.label(name)), this.aside(one, name, item));
    row.replaceChildren(what, ...(quick ? [this.answers(one, name)] : []), this.value(one, name, item, quick));
  }

  // Where the answers stand in the row, their mark is for narrow glass only.
  value(one, name, item, quick) {
    const { run, words } = this;
    const said = item.type === "verdict" ? "" : short(run.said(name));
    const marked = one.verdict || one.required ? mark(words, one.verdict, item) : null;
    return h("span", { class: quick ? "value narrow" : "value" }, said ? h("span", { dir: "auto" }, said) : null, marked);
  }

  aside(one, name, item) {
    const { words, run } = this;
    const bits = [];
    if (one.locked.length) bits.push(words("run.locked", { by: one.locked.map((key) => run.label(`${key}|`) || key).join(", ") }));
    else if (one.missing.length && one.verdict) bits.push(lacks(run, name));
    if (run.isTyped(name)) bits.push(words("run.not_done"));
    if (item.safety) bits.push(words("run.safety"));
    if (run.entry(name).note) bits.push(short(run.entry(name).note));
    return bits.length ? h("small", { dir: "auto" }, bits.join(" · ")) : null;
  }

  // Good and not applicable are done with one touch; what is wrong has more to tell.
  answers(one, name) {
    return fourAnswers(this.words, {
      name: `answer-${name}`,
      legend: this.run.label(name),
      chosen: one.verdict,
      disabled: this.run.isSubmitted(),
      shape: "answers quick",
      onChoose: (value) => this.choose(name, value),
    });
  }

  async choose(name, value) {
    const { run } = this;
    const before = new Map(run.byName);
    await run.change(name, { value });
    const asks = run.byName.get(name).missing.some((what) => what !== "authorisation");
    if (!QUICK.includes(value) || asks) {
      location.hash = itemAddress(run, name);
      return;
    }
    await run.commit(name);
    this.settle(before, name);
  }

  // Only the rows that look different now, and never the one under the finger; where others come
  // or go, the whole list is drawn anew.
  settle(before, touched) {
    const { run } = this;
    const shown = run.shown.map((one) => nameOf(one.item, one.place));
    if (shown.length !== this.rows.size || shown.some((name) => !this.rows.has(name))) {
      this.build();
      document.getElementById(`row-${touched}`)?.querySelector(":checked")?.focus();
      return;
    }
    for (const one of run.shown) {
      const name = nameOf(one.item, one.place);
      if (name !== touched && JSON.stringify(one) !== JSON.stringify(before.get(name))) this.fill(this.rows.get(name), one, name);
    }
    this.stop.replaceChildren(...[stopBox(run, run.state.stops)].filter(Boolean));
    this.foot.settle();
  }

  first() {
    return this.run.shown.map((one) => nameOf(one.item, one.place)).find((name) => this.run.isOpen(name)) ?? null;
  }

  next() {
    const name = this.first();
    location.hash = name ? itemAddress(this.run, name) : reviewAddress(this.run);
  }

  leave() {
    location.hash = `#/visit/${this.run.visit.id}`;
  }
}

function short(text) {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

// A text is neither good nor bad: it is there.
function mark(words, verdict, item) {
  const judges = ["verdict", "number", "choice", "auto"].includes(item.type);
  return judges || verdict !== "ok" ? verdictMark(words, verdict) : h("span", { class: "state ok" }, words("item.done"));
}
