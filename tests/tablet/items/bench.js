// The checklist's pages on a bench: the product's own modules and store, a package from the test,
// and no server. The outbox is told to flush, and keeps what it was given.
import * as store from "/t/store.js";
import { show as checklist } from "/t/checklist.js";
import { show as review } from "/t/review.js";
import { en, sv } from "/t/words_item.js";

const main = document.querySelector("main");
const bench = await (await fetch("/bench.json")).json();
const texts = bench.language === "en" ? en : sv;

function words(key, values = {}) {
  if (!(key in texts)) throw new Error(`no text ${key}`);
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

window.flushes = 0;
const outbox = {
  flush: () => (window.flushes += 1),
  status: async () => ({ waiting: (await store.operations({})).length, rejected: 0 }),
  onChange: () => {},
};
const live = async () => (await fetch("/live.json", { signal: AbortSignal.timeout(2000) })).json();
const context = { store, outbox, words, live, pkg: bench.package, person: { language: bench.language }, language: bench.language };

async function route() {
  const [, visit, kind, run, name] = location.hash.slice(1).split("/").slice(1).map(decodeURIComponent);
  const [item, place] = (name ?? "").split("|");
  if (kind === "run") await checklist(main, { visit, run, item: item || null, place }, context);
  else if (kind === "review") await review(main, { visit }, context);
  else main.textContent = location.hash;
  document.body.dataset.at = location.hash;
}

await store.openStore();
window.bench = { store, context };
window.addEventListener("hashchange", route);
await route();
document.body.dataset.ready = "yes";
