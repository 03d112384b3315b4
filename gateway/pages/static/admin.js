// Editors in the browser: the graph opens what it shows, a draft outlives the window, and what
// cannot be taken back is asked about first.

import { say } from "./staff.js";

const KEPT_DAYS = 14;

/** Have a form do something, as one of its buttons would. */
function submit(form, deed) {
  const button = document.createElement("button");
  button.name = "do";
  button.value = deed;
  button.hidden = true;
  button.formNoValidate = true;
  form.prepend(button);
  button.click();
  button.remove();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  const shown = event.target.closest("[data-open]");
  const form = shown?.closest("form");
  if (!form) return;
  event.preventDefault();
  submit(form, `open:${shown.dataset.open}`);
}, true);

/** Keep a changed draft in this browser, and forget it once it is published. */
function keep(form) {
  const name = `draft:${form.dataset.draftOf}`;
  if (form.dataset.changed) {
    const draft = form.elements.draft.value;
    localStorage.setItem(name, JSON.stringify({ draft, version: form.dataset.version, at: Date.now() }));
  } else if (new URLSearchParams(location.search).has("published")) {
    localStorage.removeItem(name);
  } else {
    offer(form, name);
  }
}

/** Offer a draft that was kept, if it was made of what the page shows and says something else. */
function offer(form, name) {
  const kept = JSON.parse(localStorage.getItem(name) ?? "null");
  if (!kept || form.querySelector(".kept-draft")) return;
  const isOld = Date.now() - kept.at > KEPT_DAYS * 86400000;
  if (isOld || kept.version !== form.dataset.version || kept.draft === form.elements.draft.value) {
    localStorage.removeItem(name);
    return;
  }
  const notice = document.createElement("div");
  notice.className = "notice calm kept-draft row";
  notice.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = form.dataset.wordsFound;
  notice.append(words, choice(form.dataset.wordsRestore, () => {
    form.elements.draft.value = kept.draft;
    form.elements.open.value = "";
    submit(form, "apply");
  }), choice(form.dataset.wordsDrop, () => {
    localStorage.removeItem(name);
    notice.remove();
  }));
  form.querySelector(".page-head").after(notice);
}

function choice(words, chosen) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button second slim";
  button.textContent = words;
  button.addEventListener("click", chosen);
  return button;
}

/** Have the step that is open, or the first one, stand in the middle of a narrow canvas. */
function centre() {
  const canvas = document.querySelector(".canvas");
  const step = canvas?.querySelector(".box.open rect, .begin");
  if (!step) return;
  const pane = canvas.getBoundingClientRect(), own = step.getBoundingClientRect();
  canvas.scrollLeft += own.left + own.width / 2 - pane.left - pane.width / 2;
}

function begin() {
  centre();
  const form = document.querySelector("form[data-draft-of]");
  if (!form) return;
  keep(form);
  const open = form.querySelector(".part.is-open, .open-part");
  open?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:after:swap", begin);
begin();

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(button.dataset.copied);
  });
}
