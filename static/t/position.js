// Where the tablet is: only where its user has said so in the settings and the browser allows it.
// It is looked for beforehand, so that coming and going never wait for it.
const YOUNG_MS = 5 * 60_000;
const SHARES = "shares_position";
let last = null;

export async function shares(store) {
  return Boolean(await store.getMeta(SHARES));
}

// The browser asks its user here, and only here. Says whether it may.
export async function share(store, wanted) {
  last = null;
  const may = wanted && Boolean(await found());
  await store.setMeta(SHARES, may);
  return may;
}

export async function lookAround(store) {
  if (await shares(store)) await found();
}

export function lastPosition() {
  return last && Date.now() - Date.parse(last.at) < YOUNG_MS ? last : null;
}

function found() {
  if (!navigator.geolocation) return null;
  return new Promise((done) => {
    const keep = ({ coords, timestamp }) => {
      last = { lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy ?? null, at: new Date(timestamp).toISOString() };
      done(last);
    };
    navigator.geolocation.getCurrentPosition(keep, () => done(null), { maximumAge: 60_000, timeout: 20_000 });
  });
}
