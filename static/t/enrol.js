// Making this tablet somebody's: with a code from the desk or the own profile page, once.
import { call } from "./api.js";
import { h } from "./dom.js";
import { setPin } from "./pin.js";

export async function show(main, { code = "" }, context) {
  const { words, store } = context;
  const wasRevoked = localStorage.getItem("revoked");
  const codeField = h("input", { id: "code", autocomplete: "off", autocapitalize: "characters", maxlength: "12", required: true, value: code });
  const nameField = h("input", { id: "name", maxlength: "60", required: true, value: words("enrol.usual_name") });
  const pinField = h("input", { id: "pin", type: "password", inputmode: "numeric", pattern: "[0-9]{4,8}", maxlength: "8", autocomplete: "new-password", required: true });
  const said = h("p", { class: "wrong", role: "alert" });
  const button = h("button", { class: "button main" }, words("enrol.go"));

  async function submit(event) {
    event.preventDefault();
    if (!/^\d{4,8}$/.test(pinField.value)) {
      said.textContent = words("enrol.pin_wrong");
      return pinField.focus();
    }
    button.disabled = true;
    try {
      const told = await call("POST", "/enrol", { code: codeField.value.trim(), name: nameField.value.trim() });
      await setPin(pinField.value);
      await store.setMeta("device", { id: told.device_id, token: told.token, person: told.person, name: nameField.value.trim() });
      localStorage.removeItem("revoked");
      location.hash = "#/";
      location.reload();
    } catch (wrong) {
      button.disabled = false;
      said.textContent = wrong.status ? Object.values(wrong.problem?.errors ?? {}).flat()[0] ?? wrong.message : words("enrol.no_contact");
    }
    return null;
  }

  main.replaceChildren(
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
