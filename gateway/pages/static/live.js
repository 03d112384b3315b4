// What keeps an open page current. The server sends hints over one stream (`/desk/live`): which
// ticket, what happened, and why this page is told; never a text. The page fetches again what it shows.
//
// Without a line of script: an element with `data-live` gets the event `changed` when one of its words
// is hinted at, so that htmx can fetch it again:
//
//     <section data-live="mine team 481920374652" hx-get="/desk" hx-trigger="changed" hx-swap="outerMorph">
//
// Words: tracking codes; `mine` (one's own work); `team` (the queue of one's team); `unit:{id}` (all
// that happens to a unit's tickets). Rights are checked by the server.
//
// In a module: `const stop = onChange(["481920374652"], (hints) => ...)`. `hints` are
// `{code, kind, of}`; empty means: something may have been missed, fetch everything.
// Both are called at most every second and a half, the first time after a moment; while very much
// happens at most every five.
//
// While the stream is cut the page says so (`#not-live`), and everything is "changed" every 20 s.
// A page that nobody sees gives its stream back: browsers have only six connections per site.

const QUIET = 1500;
// Between two fetches of a part while more happens than can be told one by one.
const BUSY = 5000;
const POLL = 20000;
const HIDDEN = 20000;
const PATIENCE = 5000;
const MOST_CODES = 200;

const subscribers = new Set();
const notice = document.getElementById("not-live");

let stream = null;
let listensTo = "";
let mark = document.body.dataset.liveMark || "";
let lostTimer = 0;
let pollTimer = 0;
let retryTimer = 0;
let hiddenTimer = 0;
let settleTimer = 0;
let tries = 0;

/** Have something called with the hints about words; `words` may be a function that gives them. */
export function onChange(words, callback) {
  const subscriber = { words, callback, waiting: [], all: false, timer: 0, last: 0 };
  subscribers.add(subscriber);
  settle();
  return () => {
    clearTimeout(subscriber.timer);
    subscribers.delete(subscriber);
  };
}

/** Have everything on the page fetched again, as after a pause. */
export function refresh() {
  for (const each of everyone()) later(each, null);
}

const wordsOf = (each) => (typeof each.words === "function" ? each.words() : each.words);

function everyone() {
  for (const element of document.querySelectorAll("[data-live]")) {
    element.peygirLive ??= {
      words: () => element.dataset.live.split(/\s+/).filter(Boolean),
      callback: (hints) => element.dispatchEvent(new CustomEvent("changed", { detail: { hints } })),
      waiting: [], all: false, timer: 0, last: 0,
    };
  }
  const elements = [...document.querySelectorAll("[data-live]")].map((element) => element.peygirLive);
  return [...elements, ...subscribers];
}

function later(each, hints) {
  if (hints) each.waiting.push(...hints);
  else each.all = true;
  if (each.timer) return;
  const apart = each.all ? BUSY : QUIET;
  const pause = Math.max(60 + Math.random() * 140, each.last + apart - Date.now());
  each.timer = setTimeout(() => {
    const told = each.all ? [] : each.waiting;
    Object.assign(each, { timer: 0, last: Date.now(), waiting: [], all: false });
    each.callback(told);
  }, pause);
}

function tell(hints) {
  for (const each of everyone()) {
    const words = new Set(wordsOf(each));
    const own = hints.filter((hint) => hint.of.some((word) => words.has(word)));
    if (own.length) later(each, own);
  }
}

function address() {
  const words = [...new Set(everyone().flatMap(wordsOf))];
  const codes = words.filter((word) => /^\d{12}$/.test(word)).slice(0, MOST_CODES).sort();
  const units = words.filter((word) => word.startsWith("unit:")).map((word) => word.slice(5)).sort();
  return words.length ? `codes=${codes.join(",")}&units=${units.join(",")}` : "";
}

// What the page shows has changed: listen to that.
function settle() {
  clearTimeout(settleTimer);
  settleTimer = setTimeout(() => {
    if (address() !== listensTo && !document.hidden) open();
  }, 100);
}

function open() {
  close();
  listensTo = address();
  if (!listensTo) return;
  stream = new EventSource(`/desk/live?${listensTo}&after=${encodeURIComponent(mark)}`);
  stream.addEventListener("open", live);
  stream.addEventListener("error", failed);
  stream.addEventListener("changed", (event) => {
    mark = event.lastEventId;
    tell(JSON.parse(event.data));
  });
  stream.addEventListener("all", (event) => {
    mark = event.lastEventId;
    refresh();
  });
  lostTimer ||= setTimeout(lost, PATIENCE);
}

function close() {
  clearTimeout(retryTimer);
  stream?.close();
  stream = null;
}

function live() {
  tries = 0;
  clearTimeout(lostTimer);
  clearInterval(pollTimer);
  lostTimer = pollTimer = 0;
  if (notice) notice.hidden = true;
}

function failed() {
  lostTimer ||= setTimeout(lost, PATIENCE);
  // The browser tries again by itself unless it was refused.
  if (stream?.readyState !== EventSource.CLOSED) return;
  clearTimeout(retryTimer);
  const pause = Math.min(30000, 1000 * 2 ** tries++) * (0.5 + Math.random() / 2);
  retryTimer = setTimeout(() => document.hidden || open(), pause);
}

function lost() {
  if (notice) notice.hidden = false;
  pollTimer ||= setInterval(() => document.hidden || refresh(), POLL);
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(hiddenTimer);
  if (document.hidden) hiddenTimer = setTimeout(close, HIDDEN);
  else if (!stream) open();
});
document.addEventListener("htmx:after:swap", settle);
// A page that is left for another and kept by the browser begins anew when it is shown again.
addEventListener("pagehide", close);
addEventListener("pageshow", (event) => event.persisted && (open(), refresh()));

settle();
