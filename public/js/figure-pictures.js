/** Below each figure a button that downloads it as a PNG, drawn as it is on the page; without scripts there is none. */
const figures = '.histogram, .bars, .line-chart, .interval-plot, .shaded-table, .share-bar';
const panels = new Set([...document.querySelectorAll(figures)].map((figure) => figure.closest('.panel')));

for (const panel of panels) if (panel !== null) panel.append(createButton(panel));

function createButton(panel) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'picture-button no-print';
  const subject = document.createElement('span');
  subject.className = 'visually-hidden';
  subject.textContent = `: ${titleOf(panel)}`;
  button.append('Download as PNG', subject);
  button.addEventListener('click', () => void download(panel));
  return button;
}

function titleOf(panel) {
  return panel.querySelector('h2, h3, summary')?.textContent.trim() ?? document.title;
}

async function download(panel) {
  // The version of this file is that of all scripts.
  const { drawFigure } = await import(`./draw-figure.js${new URL(import.meta.url).search}`);
  const canvas = drawFigure(panel, sourceOf());
  const picture = await new Promise((done) => canvas.toBlob(done, 'image/png'));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(picture);
  link.download = `${fileName(titleOf(panel))}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What is below the figure: whose it is, which page it is from, what that shows, and the date. */
function sourceOf() {
  const textOf = (selector) => document.querySelector(selector)?.textContent.replace(/\s+/g, ' ').trim();
  const filters = [...document.querySelectorAll('.chips .chip')].map((chip) =>
    chip.firstChild.textContent.trim(),
  );
  const date = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
  const { organisation } = document.querySelector('main').dataset;
  return [
    [organisation, textOf('main h1'), ...filters].filter(Boolean).join(' · '),
    textOf('main .page-header p'),
    `Holdfast, ${date}`,
  ].filter(Boolean);
}

function fileName(title) {
  return title
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-|-$/g, '');
}
