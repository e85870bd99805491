// A signature on glass: strokes as vectors in a box of their own measure, so that turning the
// tablet redraws them; and a picture of them for paper, always black on white.
import SignaturePad from "../vendor/signature_pad-5.1.4.min.js";
import { h } from "./dom.js";

// The measure of kept strokes: the box is WIDTH wide whatever the glass.
const [WIDTH, HEIGHT] = [1000, 320];
const PEN = { minWidth: 0.8, maxWidth: 3, penColor: "black", backgroundColor: "white" };

// store: where the picture goes. onChange({strokes, png}) once a stroke is stored; both null
// when it is cleared. hold(step) keeps Done waiting meanwhile.
export function signaturePad({ words, store, hold, value, disabled, onChange }) {
  const canvas = h("canvas", { class: "glass", id: "sign-glass", role: "img", "aria-label": words("sign.glass"), tabindex: "0" });
  const clear = h("button", { type: "button", class: "button", disabled, onclick: () => wipe() }, words("sign.clear"));
  const state = h("p", { class: "hint", role: "status" });
  let strokes = value?.strokes ?? [];
  let pad = null;
  let turn = 0;

  const said = () => {
    state.textContent = words(strokes.length ? "sign.there" : "sign.here");
  };
  const wipe = () => {
    strokes = [];
    turn += 1;
    pad?.clear();
    said();
    onChange({ strokes: null, png: null });
  };
  const draw = () => {
    const { width } = canvas.getBoundingClientRect();
    if (!width) return;
    const fine = Math.max(1, window.devicePixelRatio || 1);
    const high = (width * HEIGHT) / WIDTH;
    const size = [Math.round(width * fine), Math.round(high * fine)];
    if (canvas.width === size[0] && canvas.height === size[1] && pad) return;
    [canvas.width, canvas.height] = size;
    canvas.getContext("2d").scale(fine, fine);
    pad ??= made();
    pad.clear();
    if (strokes.length) pad.fromData(scaled(strokes, width / WIDTH));
  };
  const made = () => {
    const fresh = new SignaturePad(canvas, PEN);
    if (disabled) fresh.off();
    fresh.addEventListener("endStroke", kept);
    return fresh;
  };
  const kept = async () => {
    strokes = scaled(pad.toData(), WIDTH / canvas.getBoundingClientRect().width);
    const mine = ++turn;
    hold(+1);
    try {
      const png = await store.putBlob(await picture(strokes), "image/png");
      // A later stroke, or clearing, has the word.
      if (mine !== turn) return;
      await onChange({ strokes, png });
      said();
    } finally {
      hold(-1);
    }
  };
  said();
  new ResizeObserver(draw).observe(canvas);
  return { box: h("div", { class: "signing" }, canvas, h("div", { class: "others" }, clear), state), wipe };
}

function scaled(groups, by) {
  const round = (one) => Math.round(one * by * 10) / 10;
  return groups.map((group) => ({
    ...PEN,
    points: group.points.map((one) => ({ x: round(one.x), y: round(one.y), time: one.time, pressure: one.pressure })),
  }));
}

async function picture(strokes) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const pad = new SignaturePad(canvas, PEN);
  pad.off();
  pad.fromData(strokes);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return blob.arrayBuffer();
}

// An item of a checklist that is a signature: a name and the glass.
export function signatureField(run, name, { disabled, onChange }) {
  const { words } = run.context;
  const now = () => run.entry(name).value ?? {};
  const change = (values) => {
    const value = { ...now(), ...values };
    return onChange({ value: value.name || value.png ? value : null });
  };
  const input = h("input", {
    id: "field",
    type: "text",
    autocomplete: "off",
    maxlength: "120",
    disabled,
    value: now().name ?? "",
    oninput: () => change({ name: input.value }),
  });
  const glass = signaturePad({
    words,
    store: run.store,
    hold: (step) => run.hold(step),
    value: now(),
    disabled,
    onChange: change,
  });
  const box = h("div", { class: "labelled" }, h("label", { for: "field" }, words("sign.name")), input, glass.box);
  return { box, focus: input };
}
