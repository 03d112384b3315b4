// What every page for staff does in the browser: menus close, and what went wrong on the way is said.

const toasts = document.getElementById("said");

/** Say something for a moment, beneath the page; words come from the page's own language. */
export function say(words) {
  if (!toasts || !words) return;
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = words;
  toasts.append(toast);
  setTimeout(() => toast.remove(), 6000);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except && !menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (!open) return;
  closeMenus(null);
  open.querySelector("summary").focus();
});
