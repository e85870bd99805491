// Making this tablet somebody's: with a code from the desk or the own profile page, once.
import { call } from "./api.js";
import { fill, h } from "./dom.js";
import { unhanded } from "./drafts.js";
import { setPin } from "./pin.js";

export async function show(main, { code = "" }, context) {
  const { words, store } = context;
  const wasRevoked = localStorage.getItem("revoked");
  const codeField = h("input", { id: "code", autocomplete: "off", autocapitalize: "characters", maxlength: "12", required: true, value: code });
  const nameField = h("input", { id: "name", maxlength: "60", required: true, value: words("enrol.usual_name") });
  const pinField = h("input", { id: "pin", type: "password", inputmode: "numeric", pattern: "[0-9]{4,8}", maxlength: "8", autocomplete: "new-password", required: true });
  const said = h("div", { role: "alert" });
  const refuse = (text, ...more) => said.replaceChildren(h("p", { class: "wrong" }, text), ...more);
  const button = h("button", { class: "button main" }, words("enrol.go"));

  async function submit(event) {
    event.preventDefault();
    if (!/^\d{4,8}$/.test(pinField.value)) {
      refuse(words("enrol.pin_wrong"));
      return pinField.focus();
    }
    button.disabled = true;
    try {
      const before = await holder(store);
      const held = before && (await unhanded()) ? before.id : null;
      const told = await call("POST", "/enrol", { code: codeField.value.trim(), name: nameField.value.trim(), holds_work_of: held });
      // All that was somebody else's is handed over: nothing of it stays. What was done in this
      // moment, in another tab, does: it says whose it is.
      if (before && before.id !== told.person.id && !(await unhanded())) await store.wipe();
      await setPin(pinField.value);
      await store.setMeta("device", { id: told.device_id, token: told.token, person: told.person, name: nameField.value.trim() });
      localStorage.removeItem("revoked");
      // Its code is used: no way leads back to it.
      history.replaceState(null, "", "#/");
      location.reload();
    } catch (wrong) {
      button.disabled = false;
      if (isHeld(wrong)) return refuse(...(await heldWords(context)));
      refuse(wrong.status ? Object.values(wrong.problem?.errors ?? {}).flat()[0] ?? wrong.message : words("enrol.no_contact"));
    }
    return null;
  }

  fill(main,
    h("h1", {}, words("enrol.title")),
    wasRevoked && h("p", { class: "notice" }, words("enrol.revoked")),
    h("p", {}, words("enrol.how")),
    h("form", { class: "t-form", onsubmit: submit },
      h("label", { for: "code" }, words("enrol.code")), codeField,
      h("label", { for: "name" }, words("enrol.name")), nameField,
      h("label", { for: "pin" }, words("enrol.pin")), pinField,
      said, button),
  );
}

// Whose the tablet is, or was before it lost its token.
const holder = async (store) => (await store.getMeta("device"))?.person ?? (await store.getPackage())?.person ?? null;

const isHeld = (wrong) => wrong.status === 409 && String(wrong.problem?.type ?? "").endsWith("holds-work");

// What it is, whose, and how it leaves: it would go out in the new one's name.
async function heldWords({ words, store }) {
  const { name } = await holder(store);
  const left = Object.entries((await unhanded()) ?? {}).filter(([, n]) => n);
  const what = left.map(([kind, n]) => words(`enrol.held_${kind}`, { n })).join(", ");
  return [
    words("enrol.held", { name, what }),
    h("p", { dir: "auto" }, words("enrol.held_how", { name })),
    h("p", {}, h("a", { class: "button", href: "#/outbox" }, words("enrol.held_where"))),
  ];
}
