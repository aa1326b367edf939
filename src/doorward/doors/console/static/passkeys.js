/*
  Passkeys: what the browser and its authenticators are asked, and what they answer (W3C Web Authentication, Level 3).

  A form with `data-passkey` fetches its options from `data-options`, has them answered, puts the answer into its field
  `credential` and is sent like any other form. Without scripts, or in a browser that knows no passkeys, it stays hidden:
  everything else on the page works without it.

  A button with `data-prove-with` has the change of its form signed, in place of password and code, and sends the form: see
  templates/_protection.html.
*/

const supported = Boolean(window.PublicKeyCredential && navigator.credentials);
const forms = () => [...document.querySelectorAll("form[data-passkey]")];

/** How often the challenge behind the field for the user name is renewed: it can be answered for five minutes. */
const RENEW_MS = 4 * 60 * 1000;

/** What is told when nothing came of it; whoever closed the browser's own window knows why. */
const WORDS = {
  NotAllowedError: "Nothing was signed: it was cancelled, or it took too long. Try again.",
  InvalidStateError: "This authenticator holds a passkey of yours already.",
  SecurityError: "This browser allows no passkeys at this address.",
};

/* ── JSON ──────────────────────────────────────────────────────── */

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

function spelled(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const known = (one) => ({ ...one, id: bytes(one.id) });

/** Read options, for browsers that cannot do it by themselves. */
function read(options) {
  const plain = { ...options, challenge: bytes(options.challenge) };
  if (options.user) plain.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) plain.allowCredentials = options.allowCredentials.map(known);
  if (options.excludeCredentials) plain.excludeCredentials = options.excludeCredentials.map(known);
  return plain;
}

const toMake = (options) => PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? read(options);
const toSign = (options) => PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? read(options);

/** Write an answer, for browsers that cannot do it by themselves. */
function written(credential) {
  const said = credential.response;
  const response = { clientDataJSON: spelled(said.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (said[name]) response[name] = spelled(said[name]);
  }
  if (said.getTransports) response.transports = said.getTransports();
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id: credential.id, rawId: spelled(credential.rawId), type: credential.type, response, clientExtensionResults };
}

const answer = (credential) => JSON.stringify(credential.toJSON ? credential.toJSON() : written(credential));

/* ── A form ────────────────────────────────────────────────────── */

/** Tell at the form or the button what has become of it, to eyes and to screen readers. */
function say(where, words) {
  const place = where.querySelector(":scope > [data-passkey-says]");
  place.textContent = words;
  place.hidden = !words;
}

/** Take over whether the device is to be remembered, which is ticked beside the code. */
function rememberToo(form) {
  const wish = form.elements.remember_device;
  if (wish) wish.value = document.querySelector('input[type="checkbox"][name="remember_device"]')?.checked ? "1" : "";
}

/** Fetch what is to be made or signed; a refusal is told in the server's words. */
async function told(address, body) {
  const response = await fetch(address, { method: "POST", body, headers: { accept: "application/json" } });
  const said = await response.json();
  if (!response.ok) throw new Error(said.detail);
  return said;
}

const fieldsOf = (form) => new URLSearchParams(new FormData(form));

async function asked(form) {
  const said = await told(form.dataset.options, fieldsOf(form));
  if (said.sign_in) form.elements.sign_in.value = said.sign_in;
  return said.options;
}

function send(form, credential) {
  form.elements.credential.value = answer(credential);
  form.submit();
}

/** Have a form's options answered, then send it. */
async function use(form) {
  waiting?.abort();
  say(form, "");
  rememberToo(form);
  form.setAttribute("aria-busy", "true");
  try {
    const options = await asked(form);
    const made = form.dataset.passkey === "create";
    send(form, await (made
      ? navigator.credentials.create({ publicKey: toMake(options) })
      : navigator.credentials.get({ publicKey: toSign(options) })));
  } catch (error) {
    say(form, WORDS[error.name] ?? error.message);
  }
  form.removeAttribute("aria-busy");
}

/** Take over what a form would do by itself. */
function submitted(event) {
  const form = event.target.closest?.("form[data-passkey]");
  if (!form) return;
  event.preventDefault();
  use(form);
}

/* ── Account protection ────────────────────────────────────────── */

/** Have the change that a form makes signed; what is asked for names the form's address and its fields as they are. */
async function signedFor(form, address) {
  const body = fieldsOf(form);
  const target = form.dataset.options ?? form.getAttribute("action");
  body.set("protection_for", new URL(target, location.href).pathname);
  const { options } = await told(address, body);
  return answer(await navigator.credentials.get({ publicKey: toSign(options) }));
}

/** Send a form with its change signed, in place of the fields of its proof that are typed. */
async function prove(button) {
  const { form } = button;
  const place = button.closest("[data-prove]");
  const signed = form.elements.protection_passkey;
  const typed = [...form.querySelectorAll('[name^="protection_"]')].filter((field) => field !== signed);
  const setAside = (yes) => typed.forEach((field) => (field.disabled = yes));
  setAside(true);
  if (form.reportValidity()) {
    say(place, "");
    form.setAttribute("aria-busy", "true");
    try {
      signed.value = await signedFor(form, button.dataset.proveWith);
      if (form.dataset.passkey) await use(form);
      else form.submit();
    } catch (error) {
      say(place, WORDS[error.name] ?? error.message);
    }
    form.removeAttribute("aria-busy");
    signed.value = "";
  }
  setAside(false);
}

function clicked(event) {
  const button = event.target.closest("[data-prove-with]");
  if (button) prove(button);
}

/* ── In the field for the user name ────────────────────────────── */

let waiting;

/** Let the browser offer passkeys among the names that it fills in; whoever types goes on as ever. */
async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  waiting?.abort();
  const mine = new AbortController();
  waiting = mine;
  setTimeout(() => waiting === mine && document.contains(form) && offer(form), RENEW_MS);
  try {
    const publicKey = toSign(await asked(form));
    if (!mine.signal.aborted) send(form, await navigator.credentials.get({ publicKey, mediation: "conditional", signal: mine.signal }));
  } catch {
    // Nobody asked for it, so nobody is told that nothing came of it.
  }
}

if (supported) {
  document.addEventListener("submit", submitted);
  document.addEventListener("click", clicked);
  for (const place of document.querySelectorAll("[data-passkey-shown]")) place.hidden = false;
  for (const form of forms()) if ("conditional" in form.dataset) offer(form);
} else {
  for (const place of document.querySelectorAll("[data-passkey-missing]")) place.hidden = false;
}
