/** Shows what the thresholds would do while they are being typed. */
const form = document.querySelector('[data-live-counts]');
const counts = document.querySelector('#risk-counts');
let latest = 0;

form.addEventListener('input', async () => {
  const turn = ++latest;
  const query = new URLSearchParams({
    mediumFrom: form.elements.mediumFrom.value,
    highFrom: form.elements.highFrom.value,
  });
  const answer = await fetch(`/settings/risk-levels?${query}`, { headers: { 'x-fragment': 'counts' } });
  const html = await answer.text();
  if (turn === latest && answer.ok) counts.innerHTML = html;
});
