// What a checklist asks, where, and what of it is missing: worked out from data alone.
// service/checklists/{conditions,answers,rules}.py say the same in Python, function by function;
// tests/checklists/vectors.json holds both to it.

const WORDS = ["ok", "remark", "fail", "na"];
const NOT_APPLICABLE = "na";
const JUDGED = ["verdict", "number", "choice", "auto"];
const NUMBER = /^([-+]?)([0-9]+|[0-9]{1,3}(?: [0-9]{3})+)?(?:[.,]([0-9]*))?$/;
const BLANKS = /[\u0020\u00a0\u2009\u202f]/g;
const WIDER = ["station", "visit"];
const TWIN = { evse: "rcd", rcd: "evse" };

// ---- conditions

function isNumber(one) {
  return typeof one === "number" && Number.isFinite(one);
}

function isObject(one) {
  return typeof one === "object" && one !== null && !Array.isArray(one);
}

// What hides in every object, "constructor" say, is no answer.
function own(object, key) {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

// As JSON sees it: true is not 1, and a text is not a number.
function isSame(one, other) {
  const comparable = typeof one === "boolean" || typeof one === "string" || isNumber(one);
  return comparable && one === other;
}

function isIn(one, several) {
  return Array.isArray(several) && several.some((other) => isSame(one, other));
}

// No condition always holds; what asks of something unanswered never does.
function holds(condition, look, facts) {
  if (condition === null || condition === undefined) return true;
  if ("all" in condition) return condition.all.every((one) => holds(one, look, facts));
  if ("any" in condition) return condition.any.some((one) => holds(one, look, facts));
  if ("not" in condition) return !holds(condition.not, look, facts);
  if ("fact" in condition) return ofFact(condition, own(facts, condition.fact));
  return ofItem(condition, look);
}

function ofFact(condition, fact) {
  if ("has" in condition) return Array.isArray(fact) && fact.some((one) => isIn(one, condition.has));
  return isIn(fact, condition.is);
}

function ofItem(condition, look) {
  const seen = look(condition.item);
  if (seen === null) return false;
  if ("is" in condition) return isIn(seen.value, condition.is) || isIn(seen.number, condition.is);
  if ("verdict" in condition) return condition.verdict.includes(seen.verdict);
  return seen.number !== null && compares(condition, seen.number, look);
}

function compares(condition, number, look) {
  if ("less_than_item" in condition) {
    const other = look(condition.less_than_item);
    return other !== null && other.number !== null && number < other.number;
  }
  if ("below" in condition) return number < condition.below;
  return "above" in condition && number > condition.above;
}

// ---- answers

// What somebody typed: "0,3", "0.3", "1 234,5". null where it is not one number.
export function parseNumber(text) {
  if (typeof text !== "string") return null;
  const plain = text.replace(BLANKS, " ").replace(/^ +| +$/g, "").replaceAll("\u2212", "-");
  const match = NUMBER.exec(plain);
  if (!match || !(match[2] || match[3])) return null;
  const digits = (match[2] || "0").replaceAll(" ", "");
  const number = Number(`${match[1]}${digits}.${match[3] || "0"}`) + 0;
  return Number.isFinite(number) ? number : null;
}

function isOver(item, given) {
  return (item.over ?? null) !== null && given.over === true;
}

// The number that was measured; infinite where the instrument's range ended first.
export function numberOf(item, given) {
  if (isOver(item, given)) return Infinity;
  if (item.type !== "number" && item.type !== "auto") return null;
  for (const one of [given.number, given.value]) if (isNumber(one)) return one + 0;
  return parseNumber(given.value);
}

// ok, remark, warn, fail or na; null where it is no answer.
export function verdictOf(item, given) {
  if (!isObject(given)) return null;
  const { value } = given;
  if (JUDGED.includes(item.type) && value === NOT_APPLICABLE) return NOT_APPLICABLE;
  switch (item.type) {
    case "verdict":
      return asWord(value);
    case "choice":
      return ofChoice(item, value);
    case "number":
      return ofNumber(item, numberOf(item, given));
    case "auto":
      return ofAuto(item, given);
    default:
      return isGiven(item.type, given) ? "ok" : null;
  }
}

function asWord(value) {
  return WORDS.includes(value) ? value : null;
}

function ofChoice(item, value) {
  if (typeof value !== "string") return null;
  const choice = (item.choices ?? []).find((one) => one.key === value);
  return choice ? choice.verdict || "ok" : null;
}

// A limit belongs to what is good.
function ofNumber(item, number) {
  if (number === null) return null;
  if (number === Infinity || isOutside(item, "", number)) return "fail";
  return isOutside(item, "warn_", number) ? "warn" : "ok";
}

function isOutside(item, band, number) {
  const low = item[`${band}min`] ?? -Infinity;
  const high = item[`${band}max`] ?? Infinity;
  return number < low || number > high;
}

// What the charger said, or a person where it could not be asked.
function ofAuto(item, given) {
  const { value } = given;
  if (typeof value === "boolean") return value ? "ok" : "fail";
  if (asWord(value)) return value;
  const number = numberOf(item, given);
  if (number !== null) return ofNumber(item, number);
  return isText(value) ? "ok" : null;
}

function isGiven(type, given) {
  if (type === "text") return isText(given.value);
  if (type === "photo") return hasPhotos(given);
  // An empty list says that none was used.
  if (type === "part") return Array.isArray(given.value);
  return isObject(given.value) && isText(given.value.name) && isText(given.value.png);
}

function isText(value) {
  return typeof value === "string" && /[^ \t\r\n\u00a0]/.test(value);
}

function hasPhotos(given) {
  return Array.isArray(given.photos) && given.photos.length > 0;
}

// Whether nobody believes such a number without asking again.
function isDoubtful(item, number) {
  return number !== null && number !== Infinity && isOutside(item, "plausible_", number);
}

// ---- the list

function nameOf(item, place) {
  return `${item}|${place}`;
}

function kindOf(place) {
  return place.split(":", 1)[0];
}

// Where a condition at this place looks for an item, the nearest first.
export function chain(place) {
  const kind = kindOf(place);
  const number = place.slice(kind.length + 1);
  const twin = TWIN[kind] && /^[0-9]+$/.test(number) ? [`${TWIN[kind]}:${number}`] : [];
  return [...new Set([place, ...twin, ...WIDER.slice(Math.max(WIDER.indexOf(kind), 0))])];
}

// A document with the answers of one station in it.
class Checklist {
  constructor(document, facts, places, answers) {
    this.facts = facts;
    this.answers = answers;
    this.shown = new Map();
    this.verdicts = new Map();
    this.chains = new Map(places.map((place) => [place, chain(place)]));
    // In the order in which they are asked.
    this.asked = new Map();
    this.places = new Map();
    for (const section of document.sections) this.spread(section, places);
  }

  spread(section, places) {
    for (const place of places.filter((one) => kindOf(one) === section.per)) {
      for (const item of section.items) {
        this.asked.set(nameOf(item.key, place), { name: nameOf(item.key, place), section, item, place });
        this.places.set(item.key, [...(this.places.get(item.key) ?? []), place]);
      }
    }
  }

  state(one) {
    const { item, place, section } = one;
    const shown = this.isShown(one);
    const required = shown && this.isRequired(one);
    const again = shown ? this.askAgain(one) : null;
    return {
      item: item.key,
      place,
      section: section.key,
      shown,
      locked: shown ? this.locks(one) : [],
      required,
      verdict: this.verdict(one),
      ask_again: again,
      missing: shown ? this.missing(one, required, again) : [],
    };
  }

  // What hangs on itself is not shown: publishing refuses such a document.
  isShown(one) {
    if (!this.shown.has(one.name)) {
      this.shown.set(one.name, false);
      const { section, item, place } = one;
      this.shown.set(one.name, this.holds(section.show_if, place) && this.holds(item.show_if, place));
    }
    return this.shown.get(one.name);
  }

  // null where it is not shown: what was answered there counts for nothing.
  verdict(one) {
    if (!this.isShown(one)) return null;
    if (!this.verdicts.has(one.name)) {
      this.verdicts.set(one.name, verdictOf(one.item, this.given(one)));
    }
    return this.verdicts.get(one.name);
  }

  given(one) {
    const given = own(this.answers, one.name);
    return isObject(given) ? given : {};
  }

  holds(condition, place) {
    return holds(condition, (key) => this.look(key, place), this.facts);
  }

  // The nearest place that has the item decides, answered there or not.
  look(key, place) {
    const [one] = this.near(key, place);
    return one ? this.seen(one) : null;
  }

  near(key, place) {
    return this.chains.get(place).flatMap((near) => this.asked.get(nameOf(key, near)) ?? []);
  }

  seen(one) {
    const verdict = this.verdict(one);
    if (verdict === null) return null;
    const given = this.given(one);
    return { value: given.value, number: numberOf(one.item, given), verdict };
  }

  isRequired({ item, place }) {
    if (item.required === true) return true;
    return Boolean(item.required_if) && this.holds(item.required_if, place);
  }

  askAgain(one) {
    if (this.verdict(one) === null) return null;
    const { item, place } = one;
    if (item.ask_again_if && this.holds(item.ask_again_if, place)) return "impossible";
    return isDoubtful(item, numberOf(item, this.given(one))) ? "implausible" : null;
  }

  // The items that have to be answered, or put right, before this one.
  locks({ item, place }) {
    const after = item.after ?? [];
    const depends = item.depends_on ?? [];
    return [...new Set([...after, ...depends])].filter((key) => {
      const before = this.before(key, place);
      const waits = after.includes(key) && before.some((one) => this.isOpen(one));
      return waits || (depends.includes(key) && before.some((one) => this.isStop(one)));
    });
  }

  isOpen(one) {
    return this.isShown(one) && this.verdict(one) === null;
  }

  isStop(one) {
    return one.item.safety === true && this.verdict(one) === "fail";
  }

  // Where an earlier item counts: nearest, or else everywhere that it is asked.
  before(key, place) {
    const near = this.near(key, place);
    if (near.length > 0) return near;
    return (this.places.get(key) ?? []).map((one) => this.asked.get(nameOf(key, one)));
  }

  missing(one, required, again) {
    const { item } = one;
    const given = this.given(one);
    const verdict = this.verdict(one);
    const lacks = {
      answer: required && verdict === null,
      photo: (item.photo_if ?? []).includes(verdict) && !hasPhotos(given),
      note: (item.note_if ?? []).includes(verdict) && !isText(given.note),
      confirm: again !== null && given.confirmed !== true,
      authorisation: (required || verdict !== null) && !this.mayAnswer(item, given, verdict),
    };
    return Object.keys(lacks).filter((name) => lacks[name]);
  }

  // The law asks for somebody who has it: of an answer, whoever gave it; before that, and of an
  // answer of which nobody knows, whoever works here.
  mayAnswer(item, given, verdict) {
    if (item.authorisation && verdict && typeof given.authorised === "boolean") return given.authorised;
    const has = Object.hasOwn(this.facts, "holder") ? this.facts.holder : own(this.facts, "authorisations");
    return !item.authorisation || (Array.isArray(has) && has.includes(item.authorisation));
  }
}

// answers: by "item|place". Returns what the tablet and the server show of every item.
export function evaluate(document, facts, places, answers) {
  const list = new Checklist(document, facts, places, answers);
  const asked = [...list.asked.values()];
  const items = asked.map((one) => list.state(one));
  const missing = items.filter((one) => one.missing.length > 0);
  const stops = asked.filter((one) => list.isStop(one)).map((one) => one.name);
  const counted = items.filter((one) => one.shown && (one.required || one.verdict));
  return {
    items,
    progress: {
      done: counted.filter((one) => one.missing.length === 0).length,
      total: counted.length,
    },
    missing: missing.map((one) => nameOf(one.item, one.place)),
    stops,
    submittable: missing.length === 0 && stops.length === 0,
  };
}
