// Asks the browser for a passkey, and sends what it answers with the form on the page.

const bytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const named = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

const create = async (options) => {
  const key = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    },
  });
  return {
    ...plain(key),
    extensions: JSON.stringify(key.getClientExtensionResults()),
    response: {
      attestationObject: text(key.response.attestationObject),
      clientDataJSON: text(key.response.clientDataJSON),
      transports: key.response.getTransports?.() ?? [],
    },
  };
};

const get = async (options) => {
  const key = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: named(options.allowCredentials),
    },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = key.response;
  return {
    ...plain(key),
    response: {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  };
};

const plain = (key) => ({ id: key.id, rawId: text(key.rawId), type: key.type });

const ask = async (form) => {
  const says = form.querySelector("[data-passkey-says]");
  const again = form.querySelector("[data-passkey-again]");
  const waiting = says.textContent;
  if (!window.PublicKeyCredential) {
    says.textContent = form.dataset.unable;
    return;
  }
  const answer = async () => {
    again.hidden = true;
    says.textContent = waiting;
    const options = JSON.parse(form.dataset.options);
    try {
      const key = await (form.dataset.passkey === "create" ? create(options) : get(options));
      form.elements.credential.value = JSON.stringify(key);
      form.submit();
    } catch {
      says.textContent = form.dataset.refused;
      again.hidden = false;
    }
  };
  again.addEventListener("click", answer);
  await answer();
};

document.querySelectorAll("form[data-passkey]").forEach(ask);
