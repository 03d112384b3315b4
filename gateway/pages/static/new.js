// Registering a call: a caller who is known need not spell his name, and what is typed is kept.

const form = document.querySelector(".new-call");
const KEY = "new-call";

document.addEventListener("htmx:after:swap", () => {
  const known = document.querySelector("#caller [data-name]");
  const name = document.getElementById("name");
  if (known && !name.value) name.value = known.dataset.name;
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
