// Registering a call: a caller who is known need not spell his name, a subject is found by a word,
// and what is typed is kept.

const form = document.querySelector(".new-call");
const KEY = "new-call";

document.addEventListener("htmx:after:swap", () => {
  const known = document.querySelector("#caller [data-name]");
  const name = document.getElementById("name");
  if (known && !name.value) name.value = known.dataset.name;
});

const words = document.getElementById("subject-words");
const likely = document.getElementById("likely");
let asked = 0;
let waiting = 0;

async function suggest() {
  const mine = ++asked;
  const answer = await fetch(`/desk/new/subjects?q=${encodeURIComponent(words.value)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok && mine === asked) likely.innerHTML = await answer.text();
}

function take(button) {
  const subject = document.getElementById("subject");
  subject.value = button.dataset.subject;
  subject.dispatchEvent(new Event("change", { bubbles: true }));
  subject.dispatchEvent(new Event("input", { bubbles: true }));
  words.value = "";
  likely.replaceChildren();
  document.getElementById("title").focus();
}

words.hidden = false;
words.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(suggest, 120);
});
words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const first = likely.querySelector("[data-subject]");
  if (first) take(first);
});
likely.addEventListener("click", (event) => {
  const button = event.target.closest("[data-subject]");
  if (button) take(button);
});

function fields() {
  return [...form.querySelectorAll("input:not([type=hidden]), textarea, select")].filter((each) => each.name && each.type !== "checkbox" && each.type !== "radio");
}

try {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  for (const each of fields()) if (!each.value && kept[each.name]) each.value = kept[each.name];
  form.addEventListener("input", () => {
    sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(fields().map((each) => [each.name, each.value]))));
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(KEY));
} catch { /* no storage: the form alone keeps it */ }

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
