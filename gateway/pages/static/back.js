// A page that could not be shown comes back by itself.

const gone = document.querySelector("[data-back]");

async function knock() {
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (answer && answer.status < 500) location.reload();
  else setTimeout(knock, 8_000);
}

if (gone) setTimeout(knock, 5_000);
