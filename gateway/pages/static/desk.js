// Lists of tickets: moving by keyboard, selecting, narrowing while one types.

import "./due.js";
import { key } from "./keys.js";

const number = new Intl.NumberFormat(document.documentElement.lang);
const rows = () => [...document.querySelectorAll(".ticket:not([hidden])")];
const here = () => document.activeElement?.closest?.(".ticket") ?? null;
let last = null;

function move(by) {
  const all = rows();
  const from = all.indexOf(here() ?? document.getElementById(last));
  const row = all[Math.min(all.length - 1, Math.max(0, from < 0 && by < 0 ? 0 : from + by))];
  if (!row) return;
  last = row.id;
  row.querySelector(".title").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function settle() {
  const picked = document.querySelectorAll(".ticket:not([hidden]) input[name=code]:checked");
  const bar = document.querySelector(".bulk");
  if (!bar) return;
  bar.hidden = picked.length === 0;
  bar.querySelector("[data-selected]").textContent = number.format(picked.length);
  const all = document.querySelector("[data-all]");
  if (all) {
    all.checked = picked.length > 0 && picked.length === rows().length;
    all.indeterminate = picked.length > 0 && !all.checked;
  }
}

function pick(row) {
  const box = row?.querySelector("input[name=code]");
  if (!box) return false;
  box.checked = !box.checked;
  settle();
}

// What is asked of one ticket by a key is asked of it alone, or of those that are selected.
function ask(what) {
  const button = document.querySelector(`.bulk button[value^="${what}"]`);
  const form = button?.form;
  if (!form) return false;
  if (!form.querySelector("input[name=code]:checked") && pick(here()) === false) return false;
  form.requestSubmit(button);
}

function narrow(box) {
  const words = fold(box.value).split(/\s+/).filter(Boolean);
  for (const row of document.querySelectorAll(".ticket")) {
    const text = fold(row.textContent) + row.dataset.code;
    row.hidden = !words.every((word) => text.includes(word.replaceAll("-", "")) || text.includes(word));
  }
  settle();
}

const fold = (text) =>
  text.toLowerCase().replace(/[۰-۹٠-٩]/g, (digit) => digit.charCodeAt(0) & 15).replaceAll("ي", "ی").replaceAll("ك", "ک").replaceAll("\u200c", " ");

key("KeyJ", () => move(1));
key("KeyK", () => move(-1));
key("ArrowDown", () => here() !== null && move(1));
key("ArrowUp", () => here() !== null && move(-1));
key("KeyO", () => here()?.querySelector(".title").click() ?? false);
key("KeyX", () => pick(here()));
key("KeyC", () => ask("claim"));
key("Shift+KeyC", () => document.getElementById("take-next")?.click() ?? false);
key("KeyS", () => ask("snooze:tomorrow"));
key("KeyZ", () => document.getElementById("undo")?.click() ?? false);
key("Slash", () => document.getElementById("q")?.select() ?? document.getElementById("q")?.focus());
key("Escape", () => {
  const form = document.querySelector(".listing");
  if (!form?.querySelector("input[name=code]:checked")) return false;
  form.reset();
  settle();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const row of rows()) row.querySelector("input[name=code]").checked = event.target.checked;
  }
  if (event.target.matches("[data-all], input[name=code]")) settle();
});
document.addEventListener("reset", () => setTimeout(settle));
document.addEventListener("input", (event) => event.target.matches("[data-narrows]") && narrow(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches?.("[data-narrows]")) {
    event.target.value = "";
    narrow(event.target);
    event.target.blur();
  }
});
document.addEventListener("htmx:after:swap", () => {
  const box = document.querySelector("[data-narrows]");
  if (box?.value) narrow(box);
  settle();
});
settle();
