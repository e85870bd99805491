// Where somebody types, over a reload that they did not ask for: the field, the caret, the last key.
const KEY = "caret";
const TYPED = "input:not([type=password], [type=file], [type=radio], [type=checkbox]), textarea";

let last = null;

// Whoever presses the button that renews has left the field for that.
document.addEventListener("focusin", (event) => event.target.closest("main") && (last = event.target));

const fields = (main) => [...main.querySelectorAll(TYPED)];

export function keepCaret(main) {
  const all = fields(main);
  const at = all.indexOf(last);
  const { selectionStart: start = null, selectionEnd: end = null } = all[at] ?? {};
  sessionStorage.setItem(KEY, JSON.stringify({ hash: location.hash, values: all.map((one) => one.value), at, start, end, y: scrollY }));
}

// Once, on the page where it was. What is there already by its draft is left alone.
export function restoreCaret(main) {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (!kept) return;
  sessionStorage.removeItem(KEY);
  const all = fields(main);
  if (kept.hash !== location.hash || all.length !== kept.values.length) return;
  all.forEach((field, i) => field.value === kept.values[i] || typeIn(field, kept.values[i]));
  scrollTo(0, kept.y);
  all[kept.at]?.focus({ preventScroll: true });
  if (kept.start !== null) all[kept.at]?.setSelectionRange?.(kept.start, kept.end);
}

function typeIn(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
