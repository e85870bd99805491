import { flush } from "/static/t/outbox.js";
// Keeps the app on the tablet. The list of files and their mark come from the server.
globalThis.LADDVAKT_VERSION = {{ version|tojson }};
const FILES = {{ files|tojson }};
const CACHE = `laddvakt-t-${globalThis.LADDVAKT_VERSION}`;
const PAGE = "/t/";
const PAGE_PATIENCE_MS = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
  // The first one has nobody to disturb; a later one waits until a person says so.
  if (!self.registration.active) await self.skipWaiting();
}

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith("laddvakt-t-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
  if (event.data === "claim") event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") {
    if (url.pathname === PAGE || url.pathname === "/t") event.respondWith(page());
    return;
  }
  if (FILES.includes(url.pathname)) event.respondWith(kept(url.pathname, request));
});

// The files of one version belong together: the kept page goes with the kept files.
async function page() {
  const cache = await caches.open(CACHE);
  return (await cache.match(PAGE)) ?? fetch(PAGE, { signal: AbortSignal.timeout(PAGE_PATIENCE_MS) });
}

async function kept(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(flush({ now: true }));
});
