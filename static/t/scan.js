// The station's label, by the camera or by its code: it says that this is the right place.
import { h } from "./dom.js";
import { codeIn } from "./visit.js";

const LOOK_MS = 150;

export async function show(main, { visit: visitId }, context) {
  const { words } = context;
  const video = h("video", { playsinline: true, muted: true });
  const said = h("p", { role: "status", class: "wrong" });
  const field = h("input", { id: "code", autocomplete: "off", autocapitalize: "characters", maxlength: "80" });
  const found = (text) => arrived(text, visitId, context, said);
  const submit = (event) => {
    event.preventDefault();
    found(field.value);
  };
  main.replaceChildren(
    h("h1", {}, words("scan.title")),
    h("p", {}, words("scan.how")),
    video, said,
    h("form", { class: "t-form", onsubmit: submit }, h("label", { for: "code" }, words("scan.code")), field, h("button", { class: "button main" }, words("scan.go"))),
  );
  watch(video, found).catch(() => {
    video.hidden = true;
    if (!said.textContent) said.textContent = words("scan.no_camera");
  });
}

async function watch(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  addEventListener("hashchange", stop, { once: true });
  video.srcObject = stream;
  await video.play();
  const read = await reader();
  while (video.isConnected) {
    const text = await read(video);
    if (text && found(text)) return stop();
    await new Promise((settle) => setTimeout(settle, LOOK_MS));
  }
  return stop();
}

// The browser's own reader where there is one; else the one that came along.
async function reader() {
  if ("BarcodeDetector" in globalThis) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  await new Promise((settle, fail) => document.head.append(h("script", { src: "/static/vendor/jsQR-1.4.0.js", onload: settle, onerror: fail })));
  const canvas = document.createElement("canvas");
  return async (video) => {
    if (!video.videoWidth) return null;
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 0);
    const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return globalThis.jsQR(data, width, height)?.data;
  };
}

// Returns whether the text led anywhere.
function arrived(text, visitId, { pkg, words, go, store }, said) {
  const code = codeIn(text);
  const station = Object.values(pkg?.stations ?? {}).find((one) => one.code && codeIn(one.code) === code);
  if (!station) {
    said.textContent = words("scan.unknown", { code });
    return false;
  }
  const visit = pkg.visits.find((one) => String(one.id) === String(visitId ?? "")) ?? pkg.visits.find((one) => one.stations.includes(station.id));
  if (visit && !visit.stations.includes(station.id)) {
    said.textContent = words("visit.code_wrong", { code });
    return false;
  }
  if (visit) store.setMeta(`place-${visit.id}`, { code: station.code, name: station.name });
  go(visit ? `#/visit/${visit.id}` : `#/station/${station.id}`);
  return true;
}
