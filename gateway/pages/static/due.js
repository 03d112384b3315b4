// Spans of time count on while a page is open: ages upwards, due times down and then late. The words
// come from the page (`data-span`), the rules are those of gateway/desk/spans.py.

const number = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function span(seconds, words) {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, hours, days] = [Math.floor(whole / 60), Math.floor(whole / 3600), Math.floor(whole / 86400)];
  if (minutes < 1) return words.moment;
  if (hours < 1) return fill(words.minute, { n: number.format(minutes) });
  if (hours >= 48) return fill(words.day, { n: number.format(days) });
  const first = fill(words.hour, { n: number.format(hours) });
  if (hours >= 6 || !(minutes % 60)) return first;
  return fill(words.both, { first, second: fill(words.minute, { n: number.format(minutes % 60) }) });
}

function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function tick() {
  const now = Date.now();
  for (const list of document.querySelectorAll("[data-span]")) {
    const words = JSON.parse(list.dataset.span);
    for (const element of list.querySelectorAll("[data-since]")) {
      write(element, span((now - Date.parse(element.dataset.since)) / 1000, words));
    }
    for (const element of list.querySelectorAll("[data-due]")) {
      const left = (Date.parse(element.dataset.due) - now) / 1000;
      const near = element.dataset.near && Date.parse(element.dataset.near) > now;
      const state = left <= 0 || element.classList.contains("due-late") ? "late" : near ? "fine" : "near";
      element.className = `due due-${state}`;
      write(element.querySelector("span"), fill(left > 0 ? words.left : words.late, { span: span(Math.abs(left), words) }));
    }
  }
}

setInterval(() => document.hidden || tick(), 15000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
document.addEventListener("htmx:after:swap", tick);
