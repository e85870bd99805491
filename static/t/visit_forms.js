// What was used and how long it took, what was seen: each becomes an operation of its own.
import { h } from "./dom.js";
import { counter, keepTyped, labelled, MOST_MINUTES, photographed, select } from "./fields.js";

function stations({ visit, pkg, words }, whole = false) {
  const named = visit.stations.map((id) => [String(id), pkg.stations[id]?.name ?? `#${id}`]);
  return whole ? [["", words("visit.whole")], ...named] : named;
}

async function add(stay, kind, body, blobs = []) {
  await stay.store.addOperation({ visit_id: stay.visit.id, kind, body, blobs });
  stay.outbox.flush({ now: true });
  await stay.again();
}

export function partForm(stay) {
  const { visit, pkg, words } = stay;
  const kit = visit.lines.flatMap((line) => line.kit?.parts ?? []);
  const known = new Map([...kit, ...pkg.parts].map((part) => [part.number, part]));
  const ids = new Map(pkg.parts.map((part) => [part.number, part.id]));
  const part = select([["", words("visit.part_other")], ...[...known.values()].map((one) => [one.number, `${one.number} · ${one.name}`])]);
  const other = h("input", { maxlength: "200" });
  const count = counter(words);
  const where = select(stations(stay));
  const [before, after] = [h("input", { maxlength: "100" }), h("input", { maxlength: "100" })];
  const said = h("p", { class: "wrong", role: "alert" });
  const otherBox = h("div", {}, labelled(words("visit.part_other"), other));
  const settle = () => (otherBox.hidden = Boolean(part.value));
  part.addEventListener("change", settle);
  const submit = async (event) => {
    event.preventDefault();
    if (!part.value && !other.value.trim()) {
      said.textContent = words("visit.part_other");
      return other.focus();
    }
    const body = { station_id: Number(where.value) || null, part_id: ids.get(part.value) ?? null, text: part.value ? "" : other.value.trim(), quantity: count.value(), serial_old: before.value || null, serial_new: after.value || null, run: null };
    await stay.store.dropDraft(`part-${visit.id}`);
    return add(stay, "part", body);
  };
  const form = h("form", { class: "t-form", onsubmit: submit },
    labelled(words("visit.part"), part), otherBox, h("label", {}, words("visit.quantity")), count.box,
    labelled(words("visit.station"), where), labelled(words("visit.serial_old"), before), labelled(words("visit.serial_new"), after),
    said, h("button", { class: "button main", disabled: !stay.mayWrite }, words("visit.add")));
  keepTyped(form, `part-${visit.id}`, stay).then(settle);
  return form;
}

export function hoursForm(stay) {
  const { visit, words } = stay;
  const minutes = (kind) => {
    const field = h("input", { inputmode: "numeric", maxlength: "5", required: true, pattern: "0*[1-9][0-9]*" });
    const said = h("p", { class: "wrong", role: "alert" });
    const submit = async (event) => {
      event.preventDefault();
      said.textContent = Number(field.value) > MOST_MINUTES ? words("visit.too_long") : "";
      if (said.textContent) return field.focus();
      await stay.store.dropDraft(`${kind}-${visit.id}`);
      await add(stay, "time", { kind, minutes: Number(field.value) });
    };
    const form = h("form", { class: "t-form", onsubmit: submit }, labelled(words(`visit.minutes_${kind}`), field), said, h("button", { class: "button", disabled: !stay.mayWrite }, words("visit.add")));
    keepTyped(form, `${kind}-${visit.id}`, stay);
    return form;
  };
  const text = h("input", { maxlength: "500", required: true });
  const unit = h("input", { maxlength: "20" });
  const count = counter(words);
  const submit = async (event) => {
    event.preventDefault();
    await stay.store.dropDraft(`material-${visit.id}`);
    await add(stay, "material", { text: text.value.trim(), quantity: count.value(), unit: unit.value.trim() });
  };
  const material = h("form", { class: "t-form", onsubmit: submit },
    labelled(words("visit.material"), text), h("label", {}, words("visit.quantity")), count.box, labelled(words("visit.unit"), unit),
    h("button", { class: "button", disabled: !stay.mayWrite }, words("visit.add")));
  keepTyped(material, `material-${visit.id}`, stay);
  return [minutes("work"), minutes("travel"), material];
}

export function noteForm(stay) {
  const { visit, words, store } = stay;
  const where = select(stations(stay, true));
  const text = h("textarea", { rows: "3", maxlength: "4000" });
  const file = h("input", { type: "file", accept: "image/*", multiple: true, "aria-label": words("visit.photo") });
  const caption = h("input", { maxlength: "300" });
  const said = h("p", { role: "status", class: "hint" });
  const note = async (event) => {
    event.preventDefault();
    if (!text.value.trim()) return text.focus();
    await store.dropDraft(`note-${visit.id}`);
    return add(stay, "note", { station_id: Number(where.value) || null, text: text.value.trim() });
  };
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    const about = { station_id: Number(where.value) || null, caption: caption.value.trim() };
    file.disabled = true;
    for (const one of file.files) {
      const sha = await photographed(one, store);
      await store.addOperation({ visit_id: visit.id, kind: "photo", body: { ...about, sha }, blobs: [sha] });
      said.textContent = words("visit.kept");
    }
    stay.outbox.flush({ now: true });
    await stay.again();
  });
  const form = h("form", { class: "t-form", onsubmit: note },
    labelled(words("visit.station"), where), labelled(words("visit.note"), text),
    h("button", { class: "button", disabled: !stay.mayWrite }, words("visit.add")),
    labelled(words("visit.caption"), caption), labelled(words("visit.photo"), file), said);
  file.disabled = !stay.mayWrite;
  keepTyped(form, `note-${visit.id}`, stay);
  return form;
}

export async function booked(stay, kinds) {
  const { done, words, hour, store } = stay;
  const mine = done.all.filter((op) => kinds.includes(op.kind));
  const rows = await Promise.all(mine.map(async (op) => h("li", { class: "card" },
    h("b", {}, words(`kind.${op.kind}`)), " ", h("span", { dir: "auto" }, told(op, stay)), " ", h("small", {}, hour(op.made_at)),
    await thumbs(op.blobs, store))));
  return [h("h2", {}, words(kinds.includes("note") ? "visit.noted" : "visit.used")), mine.length ? h("ul", { class: "plain" }, rows) : h("p", {}, words("visit.none"))];
}

function told(op, { pkg, words }) {
  const { body } = op;
  if (op.kind === "part") return `${body.quantity} × ${pkg.parts.find((one) => one.id === body.part_id)?.name ?? body.text}`;
  if (op.kind === "time") return `${words(`visit.minutes_${body.kind}`)}: ${body.minutes}`;
  if (op.kind === "material") return `${body.quantity} ${body.unit} ${body.text}`;
  return body.text ?? body.caption ?? "";
}

async function thumbs(shas, store) {
  const found = (await Promise.all(shas.map((sha) => store.getBlob(sha)))).filter(Boolean);
  if (!found.length) return "";
  return h("div", { class: "thumbs" }, found.map((blob) => {
    const address = URL.createObjectURL(new Blob([blob.bytes], { type: blob.mime }));
    return h("img", { src: address, alt: "", onload: () => URL.revokeObjectURL(address) });
  }));
}
