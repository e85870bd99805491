// The end of a visit: what is missing, what was found, what is done, who signed; then off.
import { verdictMark } from "./answers.js";
import { ended, endedPage } from "./ended.js";
import { h } from "./dom.js";
import { Closing } from "./closing.js";
import { itemAddress, lacks, placeName, readOnly, room, runTitle } from "./places.js";
import { findVisit, nameOf, Run, split } from "./run.js";
import { signaturePad } from "./sign.js";
import { end, stopBox, unsafeButton } from "./stop.js";

const KINDS = ["no_access", "no_part", "weather", "unsafe", "other"];

export async function show(main, params, context) {
  if (await readOnly(main, context, params.visit)) return;
  const visit = findVisit(context.pkg, params.visit);
  const { words } = context;
  if (!visit) {
    room(main, h("h1", { tabindex: "-1" }, words("review.gone")));
    return;
  }
  const done = await ended(context, visit);
  if (done) {
    await endedPage(main, context, visit, done);
    return;
  }
  const page = new ReviewPage(main, context, visit, await Run.all(context, visit.id), await Closing.open(context, visit));
  page.build();
}

class ReviewPage {
  constructor(main, context, visit, runs, closing) {
    Object.assign(this, { main, context, visit, runs, closing, words: context.words });
  }

  build() {
    const { words, visit } = this;
    this.trouble = h("div", { role: "alert" });
    room(
      this.main,
      h("div", { class: "bar" }, h("a", { class: "button", href: `#/visit/${visit.id}` }, words("run.visit")), unsafeButton(this.context, visit, this.runs)),
      h("h1", { tabindex: "-1" }, words("review.title")),
      h("p", { class: "hint" }, [visit.site?.name, visit.number].filter(Boolean).join(" · ")),
      ...this.runs.map((run) => stopBox(run, run.state.stops)).filter(Boolean),
      ...this.runs.map((run) => this.listOf(run)),
      this.findings(),
      this.used(),
      this.times(),
      this.lines(),
      this.signature(),
      this.finishing(),
      this.unable(),
    );
    this.main.querySelector("h1").focus();
  }

  part(title, ...children) {
    return h("section", { class: "card" }, h("h2", {}, this.words(title)), ...children);
  }

  // ---- the lists

  listOf(run) {
    const { words } = this;
    const { done, total } = run.state.progress;
    const title = [runTitle(run), run.station.name].filter(Boolean).join(" · ");
    const box = h("section", { class: "card run" }, h("h2", { id: `list-${run.run.uuid}`, tabindex: "-1" }, title), h("p", {}, words("foot.progress", { done, total })), this.missing(run), this.submitting(run));
    return box;
  }

  missing(run) {
    const { words } = this;
    if (!run.state.missing.length) return h("p", {}, h("span", { class: "state ok" }, words("review.complete")));
    const links = run.state.missing.map((name) =>
      h("li", {}, h("a", { href: itemAddress(run, name) }, run.label(name), " · ", placeName(run, split(name)[1])), h("small", {}, lacks(run, name))),
    );
    return h("div", {}, h("p", { class: "wrong" }, words("review.missing", { n: links.length })), h("ul", { class: "links missing" }, ...links));
  }

  submitting(run) {
    const { words } = this;
    if (run.isSubmitted()) return h("p", {}, h("span", { class: "state ok" }, words("review.submitted")));
    const button = h("button", { type: "button", class: "button", disabled: !run.state.submittable }, words("review.submit"));
    button.addEventListener("click", async () => {
      button.disabled = true;
      await run.submit();
      this.build();
    });
    const why = run.isUnsafe() ? h("p", { class: "hint" }, words("review.unsafe_only")) : null;
    return h("div", {}, button, why);
  }

  // ---- what was found

  findings() {
    const found = this.runs.flatMap((run) => run.shown.filter((one) => ["fail", "remark"].includes(one.verdict)).map((one) => ({ run, one })));
    if (!found.length) return this.part("review.findings", h("p", { class: "hint" }, this.words("review.nothing")));
    return this.part("review.findings", h("ul", { class: "links" }, ...found.map(({ run, one }, at) => this.finding(run, one, at))));
  }

  finding(run, one, at) {
    const { words } = this;
    const name = nameOf(one.item, one.place);
    const id = `recommend-${at}`;
    const text = h("textarea", { id, rows: "2", dir: "auto", maxlength: "2000", disabled: run.isSubmitted(), oninput: () => run.advise(name, text.value) });
    text.value = run.entry(name).recommendation ?? "";
    const safety = run.state.stops.includes(name);
    const follow = safety ? "review.makes_p1" : one.verdict === "fail" ? "review.makes_ticket" : "review.makes_line";
    return h(
      "li",
      { class: "found" },
      h("p", {}, verdictMark(words, one.verdict), " ", h("a", { href: itemAddress(run, name) }, run.label(name), " · ", placeName(run, one.place)), run.items.get(one.item).item.type === "verdict" ? null : ` ${run.said(name)}`),
      run.entry(name).note ? h("p", { class: "note", dir: "auto" }, run.entry(name).note) : null,
      h("p", { class: "hint" }, words(follow)),
      h("div", { class: "labelled" }, h("label", { for: id }, words("review.recommendation")), text),
    );
  }

  // ---- parts and times

  used() {
    const { words } = this;
    const list = this.closing.parts(this.runs);
    if (!list.length) return this.part("review.parts", h("p", { class: "hint" }, words("review.no_parts")));
    return this.part("review.parts", h("ul", {}, ...list.map((one) => h("li", { dir: "auto" }, one))));
  }

  times() {
    const fields = ["work", "travel"].map((kind) => this.minutes(kind));
    const told = this.closing.toldTimes();
    return this.part("review.times", told.length ? h("ul", {}, ...told.map((one) => h("li", {}, one))) : null, h("div", { class: "times" }, ...fields));
  }

  minutes(kind) {
    const { words, closing } = this;
    const input = h("input", {
      id: `minutes-${kind}`,
      type: "text",
      inputmode: "numeric",
      autocomplete: "off",
      value: closing.minutes(kind),
      oninput: () => closing.keep("time", { [kind]: input.value }),
    });
    return h("div", { class: "labelled" }, h("label", { for: `minutes-${kind}` }, words(`review.minutes_${kind}`)), input);
  }

  // ---- what is done

  lines() {
    const lines = this.visit.lines ?? [];
    return this.part("review.lines", h("ul", { class: "rows" }, ...lines.map((one) => this.line(one))));
  }

  line(line) {
    const { words, closing } = this;
    const id = `line-${line.id}`;
    const now = closing.line(line);
    const tick = h("input", { type: "checkbox", id, checked: now.done, onchange: () => change({ done: tick.checked }) });
    const why = h("input", { type: "text", id: `${id}-why`, dir: "auto", maxlength: "500", value: now.why ?? "", oninput: () => closing.keepLine(line, { why: why.value }) });
    const early = h("input", { type: "checkbox", id: `${id}-early`, checked: now.though_early, onchange: () => closing.keepLine(line, { though_early: early.checked }) });
    const whyBox = h("div", { class: "labelled" }, h("label", { for: why.id }, words("review.why_not")), why);
    const earlyBox = h("label", { class: "tick" }, early, h("span", {}, words("review.early", { day: line.early_until ?? "" })));
    const settle = () => {
      whyBox.hidden = tick.checked;
      earlyBox.hidden = !tick.checked || !closing.isEarly(line);
    };
    const change = (values) => {
      closing.keepLine(line, values);
      settle();
    };
    settle();
    const station = this.context.pkg.stations?.[line.station_id]?.name;
    const title = [this.text(line.title), station].filter(Boolean).join(" · ");
    return h("li", { class: "line" }, h("label", { class: "tick" }, tick, h("span", { dir: "auto" }, title)), whyBox, earlyBox);
  }

  text(both) {
    if (!both || typeof both === "string") return both ?? "";
    const language = this.context.language ?? this.context.person?.language ?? "sv";
    return both[language] || both.sv || both.en || "";
  }

  // ---- the customer

  signature() {
    const { words, closing } = this;
    const now = closing.sign;
    const field = (key, label) => {
      const input = h("input", { id: `sign-${key}`, type: "text", autocomplete: "off", dir: "auto", maxlength: "120", value: now[key] ?? "", oninput: () => closing.keep("sign", { [key]: input.value }) });
      return h("div", { class: "labelled" }, h("label", { for: `sign-${key}` }, words(label)), input);
    };
    const glass = signaturePad({
      words,
      store: this.context.store,
      hold: (step) => closing.hold(step),
      value: now,
      disabled: false,
      onChange: (values) => closing.keep("sign", values),
    });
    const refused = h("input", { type: "checkbox", id: "sign-no", checked: Boolean(now.no), onchange: () => change() });
    const why = field("refused", "sign.refused_why");
    const signing = h("div", {}, h("div", { class: "times" }, field("name", "sign.name"), field("role", "sign.role")), glass.box);
    const settle = () => {
      why.hidden = !refused.checked;
      signing.hidden = refused.checked;
    };
    const change = () => {
      closing.keep("sign", { no: refused.checked });
      settle();
    };
    settle();
    return this.part("review.customer", signing, h("label", { class: "tick" }, refused, h("span", {}, words("sign.refused"))), why);
  }

  // ---- the end

  finishing() {
    const { words } = this;
    this.button = h("button", { type: "button", class: "button main", id: "finish", onclick: () => this.finish() }, words("review.finish"));
    return h("section", { class: "card" }, this.trouble, h("div", { class: "others" }, this.button));
  }

  async finish() {
    await Promise.all([this.closing.queue, ...this.runs.map((run) => run.queue)]);
    const wrong = this.closing.lacks(this.runs);
    this.trouble.replaceChildren(...(wrong.length ? [this.summary(wrong)] : []));
    if (wrong.length) {
      this.trouble.querySelector("a")?.focus();
      return;
    }
    this.button.disabled = true;
    await this.closing.finish(this.runs);
    await show(this.main, { visit: this.visit.id }, this.context);
  }

  // Links that go to the field: an address would be a page of its own here.
  summary(wrong) {
    const link = ({ text, at, address }) => {
      const made = h("a", { href: address ?? location.hash }, text);
      if (!address) made.addEventListener("click", (event) => (event.preventDefault(), document.getElementById(at)?.focus()));
      return h("li", {}, made);
    };
    return h("div", { class: "notice wrong-list" }, h("p", { class: "wrong" }, this.words("review.not_yet")), h("ul", { class: "links" }, ...wrong.map(link)));
  }

  unable() {
    const { words } = this;
    const kind = h("select", { id: "unable-kind" }, ...KINDS.map((one) => h("option", { value: one }, words(`unable.${one}`))));
    const why = h("textarea", { id: "unable-words", rows: "3", dir: "auto", maxlength: "2000" });
    const trouble = h("p", { class: "wrong", role: "alert" });
    const button = h("button", { type: "button", class: "button danger" }, words("unable.end"));
    button.addEventListener("click", async () => {
      if (!why.value.trim()) {
        trouble.textContent = words("unsafe.say");
        why.focus();
        return;
      }
      button.disabled = true;
      await end(this.context, this.visit, this.runs, kind.value, why.value.trim());
      await show(this.main, { visit: this.visit.id }, this.context);
    });
    return h(
      "details",
      { class: "card" },
      h("summary", {}, words("unable.title")),
      h("div", { class: "labelled" }, h("label", { for: kind.id }, words("unable.kind")), kind),
      h("div", { class: "labelled" }, h("label", { for: why.id }, words("unable.words")), why),
      trouble,
      button,
    );
  }
}
