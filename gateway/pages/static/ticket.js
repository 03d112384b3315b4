// The page of a ticket: clocks tick, what is typed is kept, others are seen, keys open forms.
// Everything that is done is a form or a link of the page; nothing here is needed to do it.

const lang = document.documentElement.lang;
const main = document.getElementById("main");
const $ = (id) => document.getElementById(id);
const part = () => $("case");
const code = part()?.dataset.code;
const path = (rest) => `/desk/tickets/${code}/${rest}`;
const two = new Intl.NumberFormat(lang, { minimumIntegerDigits: 2, useGrouping: false });
const plain = new Intl.NumberFormat(lang, { useGrouping: false });
const HOUR = 3600;
const LOOKING = 10_000;
const DRAFT_AFTER = 1500;

const send = (to, fields) =>
  fetch(path(to), { method: "POST", body: new URLSearchParams(fields), headers: { "HX-Request": "true" } });

const store = (where) => ({
  get: (key) => { try { return where.getItem(key); } catch { return null; } },
  set: (key, value) => { try { value ? where.setItem(key, value) : where.removeItem(key); } catch { /* full or closed */ } },
});
const session = store(sessionStorage);
const local = store(localStorage);

// Clocks

/** Have figures stand in their own order within a line of either direction. */
const isolated = (figures) => `\u2066${figures}\u2069`;

function hours(seconds) {
  const rest = Math.abs(seconds);
  return `${plain.format(Math.floor(rest / HOUR))}:${two.format(Math.floor(rest / 60) % 60)}:${two.format(rest % 60)}`;
}

function tick() {
  for (const left of document.querySelectorAll(".left[data-due]")) {
    const seconds = Math.round((new Date(left.dataset.due) - Date.now()) / 1000);
    const words = seconds < 0 ? left.dataset.wordsLate : left.dataset.wordsLeft;
    if (Math.abs(seconds) < 48 * HOUR) left.textContent = words.replace("{span}", isolated(hours(seconds)));
    if (seconds === 0) refresh();
  }
  showTimer();
}

// The timer of one's own work: it goes on while the page is closed.

const timerKey = `timer:${code}`;
const timed = () => Math.max(0, Math.round((Date.now() - Number(local.get(timerKey))) / 1000));

function showTimer() {
  const timer = $("timer");
  if (!timer || !document.querySelector('[data-open="log-work"]')) return;
  const runs = Boolean(local.get(timerKey));
  timer.hidden = false;
  timer.classList.toggle("timing", runs);
  timer.title = runs ? timer.dataset.stop : timer.dataset.start;
  timer.lastElementChild.textContent = runs ? isolated(hours(timed())) : timer.dataset.start;
}

function fillTimed() {
  const duration = document.querySelector('[data-form="log-work"] [name="duration"]');
  if (duration && !duration.value && local.get(timerKey)) duration.value = String(Math.max(1, Math.ceil(timed() / 60)));
}

// What is typed is in this browser until it is sent, and a draft with the service.

const field = () => document.querySelector(".dock-form textarea");
const form = () => document.querySelector(".dock-form");
const keyOf = (input) => `typed:${code}:${form()?.dataset.form}:${input.name}`;
let saving = 0;

function typed(event) {
  const input = event.target;
  if (!input.closest?.(".dock-form") || !input.name || input.type === "hidden") return;
  if (input.type !== "checkbox" && input.type !== "radio") session.set(keyOf(input), input.value);
  if (input.tagName === "TEXTAREA") {
    writes = Date.now();
    suggest(input);
    const use = form().dataset.form;
    if (["answer", "ask", "note"].includes(use)) {
      clearTimeout(saving);
      saving = setTimeout(keep, DRAFT_AFTER, use, input.value, form().elements.key.value);
    }
  }
}

/** Have the service keep a draft; not where it was sent before, which the form's key tells. */
async function keep(use, text, key) {
  const kept = $("kept");
  try {
    const answer = await send("draft", { use, text, key });
    if (kept) kept.textContent = answer.ok ? kept.dataset.kept : kept.dataset.lost;
  } catch {
    if (kept) kept.textContent = kept.dataset.lost;
  }
}

function restore() {
  for (const input of form()?.querySelectorAll("textarea, input:not([type]), select") ?? []) {
    const kept = session.get(keyOf(input));
    if (kept && !input.value) input.value = kept;
  }
}

function forget(action) {
  clearTimeout(saving);
  const begin = `typed:${code}:${action}:`;
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(begin)) sessionStorage.removeItem(key);
  } catch { /* closed */ }
  if (action === "log-work") local.set(timerKey, "");
}

// Who else looks, and whether the ticket has changed

let writes = 0;

async function look() {
  if (document.hidden || !code) return;
  try {
    const answer = await send("looking", { typing: Date.now() - writes < LOOKING ? "yes" : "no" });
    if (!answer.ok) return;
    const others = $("others");
    others.innerHTML = await answer.text();
    const now = Number(others.firstElementChild?.dataset.version);
    if (now > Number($("live").dataset.version)) refresh();
  } catch { /* the next time */ }
}

function refresh() {
  $("live")?.dispatchEvent(new CustomEvent("refresh"));
}

// Colleagues after an @

let suggested = 0;

async function suggest(input) {
  const found = /(?:^|\s)@([\p{L}\d._-]*)$/u.exec(input.value.slice(0, input.selectionStart));
  const list = $("people");
  if (!list || form().dataset.form !== "note" || !found) return list && (list.hidden = true);
  const mine = ++suggested;
  // What is shown for fewer letters is not what Enter should take.
  list.hidden = true;
  const answer = await fetch(`${path("people")}?q=${encodeURIComponent(found[1])}`, { headers: { "HX-Request": "true" } });
  if (mine !== suggested || !answer.ok) return;
  list.innerHTML = await answer.text();
  list.hidden = !list.querySelector("li");
}

function mention(item) {
  const input = field();
  const before = input.value.slice(0, input.selectionStart).replace(/@[\p{L}\d._-]*$/u, `@${item.dataset.person} `);
  input.value = before + input.value.slice(input.selectionStart);
  input.selectionStart = input.selectionEnd = before.length;
  $("people").hidden = true;
  input.focus();
  session.set(keyOf(input), input.value);
}

function choose(event) {
  const list = $("people");
  if (!list || list.hidden) return false;
  const items = [...list.querySelectorAll("li")];
  const at = items.findIndex((item) => item.ariaSelected === "true");
  if (event.key === "Escape") list.hidden = true;
  else if (event.key === "Enter" || event.key === "Tab") mention(items[at]);
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    items[at].ariaSelected = "false";
    items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].ariaSelected = "true";
  } else return false;
  event.preventDefault();
  return true;
}

function insert(text) {
  const input = field();
  if (!input) return;
  input.setRangeText(text, input.selectionStart, input.selectionEnd, "end");
  input.focus();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// Keys and buttons; those of this page come before those of all pages (`keys.js`).

document.addEventListener("keydown", (event) => {
  if (choose(event)) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const open = event.target.closest?.("form");
    if (open) { event.preventDefault(); open.requestSubmit(); }
    return;
  }
  if (event.key === "Escape" && event.target.closest?.(".dock-form")) return event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  if (event.code === "Period" && $("more")) {
    event.preventDefault();
    $("more").open = true;
    $("more").querySelector("a, button").focus();
    return;
  }
  const wanted = document.querySelector(`[data-key="${event.code}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.dataset.open === $("dock").dataset.action) field()?.focus();
  else wanted.click();
}, true);

document.addEventListener("click", async (event) => {
  const at = (selector) => event.target.closest(selector);
  if (at("[data-copy]")) {
    const button = at("[data-copy]");
    await navigator.clipboard?.writeText(button.dataset.copy);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
  } else if (at("[data-show]:not(main)")) {
    show(at("[data-show]").dataset.show);
  } else if (at("#timer")) {
    if (!local.get(timerKey)) local.set(timerKey, String(Date.now()));
    else document.querySelector('[data-open="log-work"]').click();
    fillTimed();
    showTimer();
  } else if (at("[data-take]")) {
    insert($(at("[data-take]").dataset.take).textContent);
  } else if (at("[data-person]")) {
    mention(at("[data-person]"));
  }
});

document.addEventListener("change", async (event) => {
  if (!event.target.matches("[data-macro]") || !event.target.value) return;
  const answer = await send(`macros/${event.target.value}`, {});
  if (answer.ok) insert(await answer.text());
  event.target.value = "";
});

document.addEventListener("input", typed);

function show(what) {
  main.dataset.show = what;
  local.set("talk", what);
  for (const button of document.querySelectorAll(".talk-filter button")) button.ariaPressed = String(button.dataset.show === what);
}

function settle() {
  for (const hidden of document.querySelectorAll(".talk-filter, [data-macro], [data-take]")) hidden.hidden = false;
  show(local.get("talk") === "talk" ? "talk" : "all");
  restore();
  fillTimed();
  tick();
}

function arrive() {
  const talk = document.querySelector(".talk");
  if (talk) talk.scrollTop = talk.scrollHeight;
  const did = part().dataset.did;
  if (did) {
    forget(did);
    setTimeout(() => document.querySelector(".did")?.remove(), 8000);
  }
  settle();
  look();
}

// What was opened or fetched beside the conversation stays so when the page is read anew.

const kept = new Map();

document.addEventListener("htmx:before:swap", () => {
  kept.set("more", [undefined, $("more")?.open]);
  for (const each of document.querySelectorAll("[data-keep]")) kept.set(each.id, [each.innerHTML, each.open]);
});

function keepOpen() {
  if ($("more") && kept.get("more")?.[1]) $("more").open = true;
  for (const each of document.querySelectorAll("[data-keep]")) {
    const [html, open] = kept.get(each.id) ?? [];
    if (html !== undefined && each.innerHTML !== html && each.id !== "deliveries") each.innerHTML = html;
    if (open) each.open = true;
  }
}

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target ?? event.target;
  const id = target?.id;
  if (id === "live") keepOpen();
  if (id === "case") arrive();
  else settle();
  if (id === "dock") (document.querySelector("#dock [aria-invalid], .dock-form textarea, .dock-form :is(input:not([type=hidden]), select)") ?? $("dock")).focus();
  if (id === "case") document.querySelector("#dock [aria-invalid]")?.focus();
});

addEventListener("pagehide", () => navigator.sendBeacon?.(path("left"), new URLSearchParams()));
document.addEventListener("visibilitychange", look);
if (code) {
  arrive();
  setInterval(tick, 1000);
  setInterval(look, LOOKING);
}
