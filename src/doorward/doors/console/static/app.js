/*
  Quicker ways for hands on the keyboard. Everything here has a slower way that needs no script.

  Listeners hang on the document, never on an element, so that what htmx swaps in works at once. Nothing here builds
  markup from text: what a page must show is put in as text, and Trusted Types stay unneeded.
*/

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/* ── Toasts ────────────────────────────────────────────────────── */

const TOAST_MS = 6000;

/** Tell something in passing, to eyes and to screen readers. */
function toast(words) {
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = words;
  one("#toasts").append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}

/* ── Undo ──────────────────────────────────────────────────────── */

/** Count the seconds for which something can be taken back; the server's clock decides, so the button only leaves. */
function countDown(form) {
  const end = performance.now() + Number(form.dataset.undo) * 1000;
  const tick = setInterval(() => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left > 0) {
      one("[data-seconds]", form).textContent = left;
      return;
    }
    clearInterval(tick);
    form.remove();
  }, 250);
}

/* ── Dialogs ───────────────────────────────────────────────────── */

/** Open a dialog; what the opener says of its account goes into the title, the button and the form. */
function openDialog(dialog, opener) {
  for (const place of all("[data-fill]", dialog)) place.textContent = opener.dataset.name ?? "";
  if (opener.dataset.action) one("form", dialog).action = opener.dataset.action;
  dialog.showModal();
}

/** Take a click that opens or closes a dialog; a link to the same question stays a link for other buttons and keys. */
function dialogClick(event) {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openDialog(dialog, opener);
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
}

/* ── The palette ───────────────────────────────────────────────── */

const options = () => all("#palette-list .option:not([hidden])");
const chosen = () => one('#palette-list .option[aria-selected="true"]:not([hidden])');

/** Mark one option as the one that Enter opens. */
function choose(option) {
  for (const other of all("#palette-list .option")) other.setAttribute("aria-selected", other === option);
  const field = one("#palette-q");
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

/** Leave the actions whose words hold every word typed; people come from the server. */
function filterPalette() {
  const words = one("#palette-q").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const option of all("#palette-list [data-words]")) {
    option.hidden = !words.every((word) => option.dataset.words.includes(word));
  }
  if (!words.length) one("#palette-people").replaceChildren();
  one("#palette-none").hidden = options().length > 0 || !words.length;
  choose(options()[0]);
}

function openPalette() {
  const palette = one("#palette");
  if (!palette || palette.open) return;
  one("#palette-q").value = "";
  palette.showModal();
  filterPalette();
}

/** Arrows move, Enter opens; without an option Enter searches all users. */
function paletteKey(event) {
  const list = options();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && list.length) {
    event.preventDefault();
    choose(list[(list.indexOf(chosen()) + step + list.length) % list.length]);
  } else if (event.key === "Enter" && chosen()) {
    event.preventDefault();
    location.assign(chosen().href);
  }
}

/* ── Rows and their selection ──────────────────────────────────── */

const rows = () => all("[data-row]");
const currentRow = () => document.activeElement?.closest?.("[data-row]");

/** Move the focus to the row so many further on; the first press takes the first row. */
function moveRow(by) {
  const list = rows();
  if (!list.length) return;
  const at = list.indexOf(currentRow());
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1);
  one("[data-open]", list[next])?.focus();
}

/** Tell how many are selected, and show the bar for many when there are some. */
function countSelected() {
  const form = one("#bulk");
  if (!form) return;
  const boxes = all('input[name="account"]', form);
  const picked = boxes.filter((box) => box.checked).length;
  const master = one("[data-select-all]", form);
  const bar = one("#bulk-bar", form);
  if (master) {
    master.checked = picked > 0 && picked === boxes.length;
    master.indeterminate = picked > 0 && picked < boxes.length;
  }
  if (!bar) return;
  one("[data-count]", bar).textContent = picked;
  bar.toggleAttribute("data-quiet", picked === 0 && !one("#f-locked")?.checked);
}

function selectionChange(event) {
  if (event.target.matches("[data-select-all]")) {
    for (const box of all('#bulk input[name="account"]')) box.checked = event.target.checked;
  }
  if (event.target.closest("#bulk")) countSelected();
}

/** Nobody selected is no bulk act: say so instead of sending an empty list. */
function bulkSubmit(event) {
  if (event.target.id !== "bulk" || one('#bulk input[name="account"]:checked')) return;
  event.preventDefault();
  toast("Select at least one user first.");
}

/* ── Small helps ───────────────────────────────────────────────── */

/** Copy the text of a place, one line for each item of a list; a key without its spaces. */
async function copy(button) {
  const place = document.getElementById(button.dataset.copy);
  const lines = all("li", place).map((item) => item.textContent.trim());
  const words = lines.length ? lines.join("\n") : place.textContent.replace(/\s+/g, "");
  try {
    await navigator.clipboard.writeText(words);
    toast(button.dataset.copied);
  } catch {
    getSelection().selectAllChildren(place);
    toast("The browser does not allow copying here. It is selected: press Ctrl C.");
  }
}

/** Show or hide a password while it is typed. */
function reveal(button) {
  const field = document.getElementById(button.dataset.reveal);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", !shown);
  button.firstChild.textContent = shown ? "Show" : "Hide";
}

function helpClick(event) {
  const palette = event.target.closest("[data-palette]");
  if (palette && one("#palette") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    openPalette();
  }
  const copier = event.target.closest("[data-copy]");
  if (copier) copy(copier);
  const revealer = event.target.closest("[data-reveal]");
  if (revealer) reveal(revealer);
  if (event.target.closest("[data-print]")) print();
}

/** A pasted "123 456" becomes six digits. */
function digitsOnly(event) {
  const most = event.target.dataset?.digits;
  if (!most) return;
  const digits = event.target.value.replace(/\D/g, "").slice(0, Number(most));
  if (digits !== event.target.value) event.target.value = digits;
}

/* ── Keys ──────────────────────────────────────────────────────── */

const SINGLE_KEYS = "doorward.single-keys";
const CHORD_MS = 1200;
let chord = 0;

const singleKeys = () => localStorage.getItem(SINGLE_KEYS) !== "off";
const typing = (place) => place.matches?.('input:not([type="checkbox"], [type="radio"]), select, textarea, [contenteditable]');

/** Unlock the row that has the focus, else the account that the page is about. */
function unlockHere() {
  const row = currentRow();
  const way = row ? one("[data-unlock]", row) : one("#lock [data-unlock]");
  if (!way) return;
  if (row || !way.form) way.click();
  else one("input", way.form).focus();
}

const KEYS = {
  "/": () => {
    const field = one("[data-search], main input[data-search]");
    if (!field) openPalette();
    field?.focus();
    field?.select();
  },
  "?": () => one("#keys")?.showModal(),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: () => one('input[name="account"]', currentRow() ?? document.createElement("p"))?.click(),
  u: unlockHere,
};

/** `g` and a second key: jump where the palette's option of those keys leads. */
function jump(key) {
  const option = one(`#palette [data-keys="g ${CSS.escape(key)}"]`);
  if (option) location.assign(option.href);
  return Boolean(option);
}

function keyDown(event) {
  if (event.target.id === "palette-q") paletteKey(event);
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && one("#palette")) {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || one("dialog[open]") || !singleKeys()) return;
  if (Date.now() - chord < CHORD_MS) {
    chord = 0;
    if (jump(event.key)) return;
  }
  if (event.key === "g") chord = Date.now();
  const act = KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
}

/* ── htmx ──────────────────────────────────────────────────────── */

/** A search that was sent on to the sign-in page has found nothing: the session is over, so go where it led. */
function followRedirect(event) {
  const answer = event.detail.ctx?.response?.raw;
  if (!answer?.redirected || new URL(answer.url).pathname === new URL(event.detail.ctx.request.action, location.href).pathname) return;
  event.preventDefault();
  location.assign(answer.url);
}

function swapped(event) {
  countSelected();
  if (event.target.closest?.("#palette")) filterPalette();
}

document.addEventListener("click", dialogClick);
document.addEventListener("click", helpClick);
document.addEventListener("input", digitsOnly);
document.addEventListener("input", (event) => event.target.id === "palette-q" && filterPalette());
document.addEventListener("change", selectionChange);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-single-keys]")) localStorage.setItem(SINGLE_KEYS, event.target.checked ? "on" : "off");
});
document.addEventListener("submit", bulkSubmit);
document.addEventListener("keydown", keyDown);
document.addEventListener("htmx:after:request", followRedirect);
document.addEventListener("htmx:after:swap", swapped);
document.addEventListener("htmx:response:error", () => toast("That did not work. Reload the page to see how things stand."));
document.addEventListener("htmx:error", () => toast("The server could not be reached. Try again in a moment."));

/* Where a bar of links is wider than the screen, the one for this page is in sight. */
for (const here of all(".side [aria-current], .tabs [aria-current]")) {
  const bar = here.closest(".side, .tabs");
  bar.scrollLeft = here.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
}
for (const form of all("[data-undo]")) countDown(form);
for (const box of all("[data-single-keys]")) box.checked = singleKeys();
countSelected();
const wrongField = one('[aria-invalid="true"]');
if (wrongField) wrongField.focus();
else if (document.activeElement === document.body) one("#refusal, #notice")?.focus();
