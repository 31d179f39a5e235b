"use strict";
// Passkeys: <form data-passkey="create|get" data-options="what WebAuthn is asked, JSON">
// writes what the browser answers into its field and goes on its way.
function toBytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function toText(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// By hand: not every browser has parseCreationOptionsFromJSON() and toJSON() yet, and
// password managers that step in between often lack them.
function readOptions(json) {
  const options = JSON.parse(json);
  const withBytes = (item) => ({ ...item, id: toBytes(item.id) });
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user = withBytes(options.user);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) options[list] = options[list].map(withBytes);
  }
  return options;
}

function writeAnswer(credential) {
  const answer = { id: credential.id, rawId: toText(credential.rawId),
                   type: credential.type, response: {} };
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData",
                 "signature", "userHandle"];
  for (const part of parts) {
    const value = credential.response[part];
    if (value) answer.response[part] = toText(value);
  }
  const transports = credential.response.getTransports?.();
  if (transports) answer.response.transports = transports;
  return JSON.stringify(answer);
}

// Shows the note for the error of that name, or the general one; no name, no note.
function complain(form, name) {
  const notes = [...form.querySelectorAll("[data-passkey-error]")];
  const named = (wanted) => notes.find((note) => note.dataset.passkeyError === wanted);
  const fitting = name ? named(name) || named("other") : null;
  for (const note of notes) note.hidden = note !== fitting;
}

async function ask(form) {
  const publicKey = readOptions(form.dataset.options);
  return form.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey })
    : navigator.credentials.get({ publicKey });
}

async function run(form) {
  const button = form.querySelector("[data-passkey-start]");
  const waiting = form.querySelector("[data-passkey-waiting]");
  complain(form, "");
  button.disabled = true;
  waiting.hidden = false;
  try {
    const credential = await ask(form);
    form.querySelector("[data-passkey-answer]").value = writeAnswer(credential);
    form.submit();
  } catch (error) {
    complain(form, error.name);
    waiting.hidden = true;
    button.disabled = false;
    button.focus();
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    complain(form, "unsupported");
    continue;
  }
  complain(form, "");
  for (const part of form.querySelectorAll("[data-passkey-ready]")) part.hidden = false;
  form.querySelector("[data-passkey-start]").hidden = false;
  form.querySelector("[data-passkey-start]").focus();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
}
