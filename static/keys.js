// Keys: `/` search, `g t` tickets, `?` the list of keys, arrows from photo to photo.
const overlay = document.getElementById("keys");
const WAIT_MS = 1200;
let gSince = 0;

function isTyping(element) {
  return element.closest("input, textarea, select, [contenteditable]") !== null;
}

function search() {
  const box = document.querySelector("[data-search]");
  box?.focus();
  box?.select();
  return Boolean(box);
}

function go(key) {
  const link = overlay?.querySelector(`a[data-key="${CSS.escape(key)}"]`);
  if (link) location.assign(link.href);
  return Boolean(link);
}

// A page with neighbours, such as a photo among others, names them by their `rel`.
const NEIGHBOURS = {ArrowLeft: "prev", ArrowRight: "next", Escape: "up"};

function turn(key) {
  const link = key in NEIGHBOURS && document.querySelector(`main a[rel="${NEIGHBOURS[key]}"]`);
  if (link) location.assign(link.href);
  return Boolean(link);
}

function pressed(event) {
  if (turn(event.key)) return true;
  if (event.key === "?" && overlay) {
    overlay.showModal();
    return true;
  }
  if (event.key === "/") return search();
  if (event.key === "g") {
    gSince = event.timeStamp;
    return true;
  }
  const follows = gSince && event.timeStamp - gSince < WAIT_MS;
  gSince = 0;
  return follows ? go(event.key) : false;
}

document.addEventListener("keydown", (event) => {
  const meant = !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
  if (meant && !overlay?.open && pressed(event)) event.preventDefault();
});
