/** Looks again at a page that waits for a job, until it waits no more. What it has of progress is renewed without flicker. */
setTimeout(() => void look(), 1_000);

async function look() {
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!answer.ok || !('pageWaits' in page.body.dataset)) {
      location.reload();
      return;
    }
    const progress = document.querySelector('[data-waiting]');
    const fresh = page.querySelector('[data-waiting]');
    if (progress && fresh && fresh.innerHTML !== progress.innerHTML)
      progress.replaceChildren(...fresh.childNodes);
  } catch {
    // The server may be restarting; the next look will tell.
  }
  setTimeout(() => void look(), 1_000);
}
