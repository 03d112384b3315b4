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

// A part that could not be had stays as it was; it, and what stands here incomplete, is asked again.

const AGAIN = 8000;
let complete = 0;

document.addEventListener("htmx:response:error", async (event) => {
  const { ctx } = event.detail;
  if (ctx.hx?.reswap !== "none") return;
  say(ctx.text);
  if (ctx.request.method === "GET" && ctx.response.status >= 500) setTimeout(() => askAgain(ctx.sourceElement), AGAIN);
});

function askAgain(element) {
  if (element?.isConnected && element.matches("[data-live]")) element.dispatchEvent(new CustomEvent("changed"));
}

function completed() {
  clearTimeout(complete);
  const away = document.querySelector("[data-away]");
  if (!away) return;
  complete = setTimeout(() => {
    const live = away.closest("[data-live]");
    if (live) askAgain(live);
    else if (!document.querySelector("input:focus, textarea:focus, select:focus")) location.reload();
    completed();
  }, AGAIN);
}

document.addEventListener("htmx:after:swap", completed);
completed();

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

// Where a bar is longer than the window, what one is at stands in its middle.
for (const here of document.querySelectorAll(".places [aria-current], .tabs [aria-current]")) {
  const bar = here.parentElement.getBoundingClientRect(), own = here.getBoundingClientRect();
  here.parentElement.scrollLeft += own.left + own.width / 2 - bar.left - bar.width / 2;
}
