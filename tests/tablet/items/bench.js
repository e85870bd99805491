// The checklist's pages on a bench: the product's own modules and store, a package from the test,
// and no server. The outbox is told to flush, and keeps what it was given.
import * as store from "/t/store.js";
import { show as checklist } from "/t/checklist.js";
import { show as review } from "/t/review.js";
import { t, useLanguage, WORDS } from "/t/words.js";

const main = document.querySelector("main");
const bench = await (await fetch("/bench.json")).json();
useLanguage(bench.language);

// A text that is missing is a mistake, not a word to show.
function words(key, values) {
  if (typeof key === "string" && !(key in WORDS[bench.language])) throw new Error(`no text ${key}`);
  return t(key, values);
}

window.flushes = 0;
const outbox = {
  flush: () => (window.flushes += 1),
  status: async () => ({ waiting: (await store.operations({})).length, rejected: 0 }),
  onChange: () => {},
};
const live = () => fetch("/live.json").then((answer) => answer.json(), () => null);
const context = { store, outbox, words, live, isHere: () => true, pkg: bench.package, person: { language: bench.language }, language: bench.language };

async function route() {
  const [, visit, kind, run, name] = location.hash.slice(1).split("/").slice(1).map(decodeURIComponent);
  if (kind === "run") await checklist(main, { visit, run, item: name }, context);
  else if (kind === "review") await review(main, { visit }, context);
  else main.textContent = location.hash;
  document.body.dataset.at = location.hash;
}

await store.openStore();
window.bench = { store, context };
window.addEventListener("hashchange", route);
await route();
document.body.dataset.ready = "yes";
