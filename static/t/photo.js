// Photos: made small in the browser, kept as bytes by their hash, named in the answer by it.
import { h } from "./dom.js";
import { during } from "./store.js";

const LONGEST = 1600;
const QUALITY = 0.8;

// Redrawn, so nothing of the file's own facts (position, serial numbers) goes along.
export async function shrunk(file) {
  const full = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const scale = Math.min(1, LONGEST / Math.max(full.width, full.height));
    const size = [full.width, full.height].map((one) => Math.max(1, Math.round(one * scale)));
    return await drawn(full, ...size);
  } finally {
    full.close();
  }
}

async function drawn(bitmap, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  // JPEG knows no transparency: what is clear becomes white, not black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  return blob.arrayBuffer();
}

// run.hold keeps Done waiting until every photo is stored.
export function photoField(run, name, { disabled, onChange }) {
  const { words } = run.context;
  const list = h("ul", { class: "photos" });
  const trouble = h("p", { class: "wrong", role: "alert" });
  const shown = new Map();

  const keep = (photos) => onChange({ photos });
  const remove = (sha, at) => {
    keep(run.entry(name).photos.filter((one) => one !== sha));
    draw();
    (list.querySelectorAll("button")[Math.max(0, at - 1)] ?? box.querySelector("input"))?.focus();
  };
  const take = async (files) => {
    trouble.textContent = "";
    run.hold(+1);
    for (const file of files) await one(file);
    run.hold(-1);
  };
  const one = async (file) => {
    try {
      const sha = await run.store.putBlob(await shrunk(file), "image/jpeg");
      const photos = run.entry(name).photos ?? [];
      if (!photos.includes(sha)) await keep([...photos, sha]);
      draw();
    } catch {
      trouble.textContent = words("photo.unread", { name: file.name });
    }
  };
  const draw = () => {
    const photos = run.entry(name).photos ?? [];
    list.replaceChildren(...photos.map((sha, at) => row(sha, at)));
    list.hidden = !photos.length;
  };
  const row = (sha, at) => {
    const text = words("photo.nth", { n: at + 1 });
    const image = h("img", { alt: text, width: 120, height: 90 });
    picture(run, sha, shown).then((address) => address && image.setAttribute("src", address));
    const button = h("button", { type: "button", class: "button", disabled, onclick: () => remove(sha, at) }, words("photo.remove", { n: at + 1 }));
    return h("li", {}, image, button);
  };
  const box = h(
    "div",
    { class: "photo" },
    h(
      "div",
      { class: "others" },
      chooser(words("photo.take"), { capture: "environment", id: "photo" }, disabled, take),
      chooser(words("photo.choose"), { multiple: true }, disabled, take),
    ),
    trouble,
    list,
  );
  draw();
  return { box, focus: box.querySelector("input") };
}

function chooser(text, more, disabled, take) {
  const input = h("input", { type: "file", accept: "image/*", disabled, ...more });
  input.addEventListener("change", async () => {
    const files = [...input.files];
    input.value = "";
    await during(take(files));
  });
  return h("label", { class: "button file" }, input, h("span", {}, text));
}

// One address for each photo as long as the page lives.
async function picture(run, sha, shown) {
  if (!shown.has(sha)) {
    const kept = await run.store.getBlob(sha);
    if (!kept) return null;
    shown.set(sha, URL.createObjectURL(new Blob([kept.bytes], { type: kept.mime })));
  }
  return shown.get(sha);
}
