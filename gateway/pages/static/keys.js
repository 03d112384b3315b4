// The keyboard of all pages for staff. Keys are places on the keyboard (`event.code`), so that they
// work whatever layout somebody writes with, and are off while he writes.
//
// A page adds its own: `key("KeyC", () => claim())`; the list that `?` shows stands in the frame.

const own = new Map();
let going = 0;

/** Have a key do something on this page: its place, such as `KeyC`, with `Shift+` before it. */
export function key(place, work) {
  own.set(place, work);
}

export const isWriting = (target) =>
  target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;

const go = (path) => {
  const place = document.querySelector(`.places a[href="${path}"]`);
  if (place) location.assign(path);
  return Boolean(place);
};

const shown = document.getElementById("shortcuts");
const common = {
  "Shift+Slash": () => shown?.showModal(),
  KeyN: () => go("/desk/new"),
  KeyG: () => (going = Date.now()),
};
const places = { KeyI: "/desk", KeyT: "/desk/tickets", KeyB: "/board", KeyR: "/reports" };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.code !== "KeyJ" && event.code !== "KeyK") return;
  if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
  const isGoing = Date.now() - going < 1500;
  going = 0;
  if (isGoing && places[event.code]) {
    if (go(places[event.code])) event.preventDefault();
    return;
  }
  const name = `${event.shiftKey ? "Shift+" : ""}${event.code}`;
  const work = own.get(name) ?? common[name];
  if (!work || work(event) === false) return;
  event.preventDefault();
});

const palette = document.getElementById("palette");

function seek(event) {
  if (!palette) return;
  event.preventDefault();
  if (!palette.open) palette.showModal();
  document.getElementById("palette-q").select();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") seek(event);
});
document.querySelector("[data-palette]")?.addEventListener("click", seek);
palette?.addEventListener("click", (event) => event.target === palette && palette.close());
palette?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    // A field for searching would first empty itself.
    event.preventDefault();
    palette.close();
    return;
  }
  const links = [...palette.querySelectorAll(".found a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    (links[next] ?? document.getElementById("palette-q")).focus();
  } else if (event.key === "Enter" && at < 0 && links.length) {
    event.preventDefault();
    links[0].click();
  }
});

document.querySelector("[data-shortcuts]")?.addEventListener("click", () => shown?.showModal());
shown?.addEventListener("click", (event) => event.target === shown && shown.close());
