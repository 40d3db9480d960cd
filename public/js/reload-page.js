/** Reloads a page that waits for a job, without flicker while nothing has changed. */
const waiting = document.querySelector('[data-waiting]');
if (waiting) setTimeout(() => void look(), 1_000);

async function look() {
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.querySelector('[data-waiting]');
    if (!fresh || !answer.ok) {
      location.reload();
      return;
    }
    if (fresh.innerHTML !== waiting.innerHTML) waiting.replaceChildren(...fresh.childNodes);
  } catch {
    // The server may be restarting; the next look will tell.
  }
  setTimeout(() => void look(), 1_000);
}
