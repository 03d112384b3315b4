// What the pages for requesters do better with a script; each of them works without one.

import "./back.js";

const PART = { "hx-request": "true" };

/** Put what a server sent in the place of an element; what is being typed there stays. */
function replace(element, html) {
  const focused = document.activeElement?.id;
  const typed = new Map();
  for (const field of element.querySelectorAll("textarea, input:not([type=hidden])")) {
    if (field.type === "radio" || field.type === "checkbox" ? field.checked : field.value) typed.set(named(field), field.value);
  }
  const open = [...element.querySelectorAll("details[open]")].map((each) => each.id);
  const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  if (!fresh) return;
  element.replaceWith(fresh);
  for (const field of fresh.querySelectorAll("textarea, input:not([type=hidden])")) {
    if (!typed.has(named(field))) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = true;
    else field.value = typed.get(named(field));
  }
  for (const id of open) if (id && fresh.querySelector(`#${id}`)) fresh.querySelector(`#${id}`).open = true;
  if (focused) fresh.querySelector(`#${CSS.escape(focused)}`)?.focus({ preventScroll: true });
}

function named(field) {
  return field.type === "radio" || field.type === "checkbox" ? `${field.name}=${field.value}` : field.id;
}

// -- subjects, while they are typed

const choosing = document.querySelector("form[data-choose]");
if (choosing) {
  let asked = 0;
  let waiting;
  const search = async () => {
    const mine = ++asked;
    const values = new URLSearchParams(new FormData(choosing));
    values.set("choose", "1");
    const isPost = choosing.method === "post";
    const address = isPost ? "/new" : `/new?${values}`;
    const answer = await fetch(address, isPost ? { method: "POST", body: values, headers: PART } : { headers: PART }).catch(() => null);
    if (answer?.ok && mine === asked) document.getElementById("found").innerHTML = await answer.text();
  };
  choosing.elements.q.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 150);
  });
}

// -- what changes while somebody looks at it

const EASE = 1.25;
const SLOWEST = 30_000;
let pause = 4_000;
let next;

async function look() {
  clearTimeout(next);
  const live = document.querySelector("[data-watch]");
  if (!live) return;
  if (!document.hidden) {
    const address = `${live.dataset.watch}?seen=${live.dataset.seen}`;
    const answer = await fetch(address, { headers: PART, redirect: "manual" }).catch(() => null);
    const away = document.getElementById("away");
    if (away) away.hidden = Boolean(answer && answer.status < 500);
    if (answer?.status === 200) {
      replace(live, await answer.text());
      pause = 4_000;
      const said = document.getElementById("said");
      if (said) said.textContent = said.dataset.news;
    }
    if (answer?.status === 404 || answer?.type === "opaqueredirect") return;
  }
  pause = Math.min(pause * EASE, SLOWEST);
  next = setTimeout(look, pause);
}

if (document.querySelector("[data-watch]")) {
  next = setTimeout(look, pause);
  document.addEventListener("visibilitychange", () => {
    pause = 4_000;
    if (!document.hidden) look();
  });
}

// -- what is copied

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const words = button.querySelector("span");
    words.dataset.before ??= words.textContent;
    words.textContent = button.dataset.copied;
    setTimeout(() => { words.textContent = words.dataset.before; }, 3_000);
  });
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// -- a code that may be sent again in a while

for (const button of document.querySelectorAll("button[data-wait]")) {
  const words = button.textContent;
  let left = Number(button.dataset.wait);
  const figures = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });
  button.disabled = true;
  const count = () => {
    button.disabled = left > 0;
    button.textContent = left > 0 ? `${words} ${button.dataset.wordsWait.replace("{n}", figures.format(left))}` : words;
    if (left-- > 0) setTimeout(count, 1_000);
  };
  count();
}

// -- when something does not answer: a page comes back by itself, and a form sends itself again

// The form's key makes it one request, however often it is sent.
const unsent = document.querySelector("form[data-again]");
if (unsent) {
  const note = document.createElement("p");
  note.textContent = unsent.dataset.again;
  document.querySelector(".notice")?.append(note);
  const send = async () => {
    const body = new URLSearchParams(new FormData(unsent));
    const answer = await fetch(unsent.action, { method: "POST", body }).catch(() => null);
    if (!answer || answer.status >= 500) timer = setTimeout(send, 8_000);
    else if (answer.redirected) location.assign(answer.url);
    else unsent.requestSubmit();
  };
  let timer = setTimeout(send, 6_000);
  unsent.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(send, 15_000);
  });
}
