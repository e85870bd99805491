// Live pages: the stream says what changed, the page's parts fetch themselves anew.
//
// A change becomes events on <body>: `changed:ticket` and `changed:ticket-42`. When the stream is
// dead the page says so and greys out; when the server has no room, it asks every 15 s instead.
const body = document.body;
const banner = document.getElementById("stale");
// The server says something every 15 s.
const SILENCE_MS = 40_000;
const POLL_MS = 15_000;
const RETRY_MS = 3_000;

let heardAt = Date.now();
let stream = null;
let polling = 0;
const topics = new Set();

function fire(name) {
  body.dispatchEvent(new CustomEvent(name));
}

function changed(topic, ref) {
  topics.add(topic);
  fire(`changed:${topic}`);
  if (ref) fire(`changed:${topic}-${ref}`);
}

// After a gap nobody can tell what changed: everything that listens asks once.
function changedAll() {
  for (const part of document.querySelectorAll("[hx-trigger*='changed:']")) {
    for (const [name] of part.getAttribute("hx-trigger").matchAll(/changed:[\w-]+/g)) topics.add(name);
  }
  for (const topic of topics) fire(topic.startsWith("changed:") ? topic : `changed:${topic}`);
}

function heard() {
  const wasDead = body.classList.contains("is-stale");
  heardAt = Date.now();
  show(false);
  return wasDead;
}

function show(dead) {
  body.classList.toggle("is-stale", dead);
  if (banner) banner.hidden = !dead;
}

function open() {
  stream = new EventSource(body.dataset.live);
  stream.onopen = () => {
    if (heard()) changedAll();
  };
  stream.addEventListener("alive", heard);
  stream.addEventListener("changed", (event) => {
    heard();
    const { topic, ref } = JSON.parse(event.data);
    changed(topic, ref);
  });
  stream.addEventListener("all", () => {
    heard();
    changedAll();
  });
  stream.addEventListener("signed-out", () => {
    stream.close();
    location.reload();
  });
  stream.onerror = () => {
    // The browser tries again by itself, unless the answer was an error.
    if (stream.readyState === EventSource.CLOSED) refused();
  };
}

async function refused() {
  stream.close();
  const answer = await ask();
  if (answer?.status === 401 || answer?.redirected) location.reload();
  else if (answer?.status === 503) poll();
  else setTimeout(open, RETRY_MS);
}

function ask() {
  const address = `${body.dataset.live}&probe=1`;
  return fetch(address, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
}

// No room for another stream: ask, and try for a place again now and then.
function poll() {
  polling += 1;
  setTimeout(async () => {
    const answer = await ask();
    if (answer?.ok) return open();
    if (answer?.status === 503) {
      heard();
      changedAll();
    }
    poll();
  }, POLL_MS);
}

function tick() {
  if (body.dataset.live && Date.now() - heardAt > SILENCE_MS) show(true);
  const now = Date.now();
  for (const time of document.querySelectorAll("time.ago")) {
    time.textContent = ago(now - Date.parse(time.dateTime));
  }
  for (const place of document.querySelectorAll("[data-heard]")) {
    place.textContent = `${body.dataset.updated} ${ago(now - heardAt)}`;
  }
}

function ago(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const day = body.dataset.day;
  const units = [[86_400, day], [3600, "h"], [60, "min"], [1, "s"]];
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, "s"];
  return body.dataset.ago.replace("{n}", `${Math.floor(seconds / size)} ${unit}`);
}

if (body.dataset.live) {
  open();
  addEventListener("pagehide", () => stream?.close());
  // Back from the browser's cache: what stands here is old.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
setInterval(tick, 1000);
tick();
