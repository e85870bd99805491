// One writer for each visit: of two tabs, the second one reads.
const held = new Map();

export function visitLock(id) {
  const name = `laddvakt-visit-${id}`;
  if (held.has(name)) return held.get(name);
  const got = new Promise((settle) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      settle(Boolean(lock));
      if (!lock) held.delete(name);
      // Until this tab is gone.
      return lock ? new Promise(() => {}) : undefined;
    });
  });
  held.set(name, got);
  return got;
}
