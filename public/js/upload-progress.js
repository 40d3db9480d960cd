/** Keeps the progress page fresh without reloading it, and stops when the work is done. */
const progress = document.querySelector('[data-progress]');
const bar = progress.querySelector('progress');
const words = progress.querySelector('[data-words]');
const count = new Intl.NumberFormat('en-GB');
const started = { at: performance.now(), done: Number(progress.dataset.done) };

void poll();

async function poll() {
  const { done, total, next, waitsFor } = await read();
  if (next) {
    location.replace(next);
    return;
  }
  if (waitsFor) words.textContent = waitsFor;
  else if (done !== undefined) show(done, total);
  setTimeout(() => void poll(), 500);
}

async function read() {
  try {
    const answer = await fetch(location.href, { headers: { accept: 'application/json' } });
    if (answer.status === 401 || answer.redirected) return { next: location.href };
    return answer.ok ? await answer.json() : {};
  } catch {
    return {};
  }
}

function show(done, total) {
  const seconds = (performance.now() - started.at) / 1000;
  const rate = (done - started.done) / seconds;
  bar.max = total;
  bar.value = done;
  const left = rate > 0 ? `, about ${duration((total - done) / rate)} left` : '';
  const speed = rate > 0 ? ` at ${count.format(Math.round(rate))} a second` : '';
  words.textContent = `${count.format(done)} of ${count.format(total)} rows${speed}${left}`;
}

function duration(seconds) {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}
