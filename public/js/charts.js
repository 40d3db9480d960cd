/**
 * Draws each `figure[data-chart]` from the table inside it: the table is the data, the picture is extra. Where the
 * canvas fails, the table is opened and nothing is lost.
 * Row: <th> label (a link opens the list behind the bar), then `data-value` on the first cell.
 */
import '/vendor/chart.umd.min.js';
import { axisWords } from './axis-words.js';

const { Chart } = globalThis;
const drawn = new Map();
/** Above the bars there is room for the words of two thresholds. */
const wordsHeight = 36;

for (const figure of document.querySelectorAll('figure[data-chart]')) {
  try {
    drawn.set(figure, draw(figure));
  } catch (error) {
    console.error(error);
    figure.querySelector('details')?.setAttribute('open', '');
  }
}

const redraw = () => {
  for (const [figure, chart] of drawn) {
    chart.destroy();
    drawn.set(figure, draw(figure));
  }
};
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
addEventListener('beforeprint', redraw);
addEventListener('afterprint', redraw);

function draw(figure) {
  const rows = [...figure.querySelectorAll('tbody tr')].map(readRow);
  const holder = figure.querySelector('.chart-canvas');
  const isHistogram = figure.dataset.chart === 'histogram';
  if (!isHistogram) holder.style.height = `${rows.length * 34 + 40}px`;
  const canvas = document.createElement('canvas');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', figure.dataset.conclusion);
  holder.replaceChildren(canvas);
  return new Chart(canvas, isHistogram ? histogram(figure, rows) : bars(figure, rows));
}

function readRow(row) {
  const link = row.querySelector('th a');
  const cell = row.querySelector('[data-value]');
  return {
    label: row.querySelector('th').textContent.trim(),
    value: Number(cell.dataset.value),
    words: cell.textContent.trim(),
    level: row.dataset.level,
    href: link?.href,
  };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function shared(rows) {
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    color: colour('muted'),
    onClick: (_event, hits) => {
      const href = rows[hits[0]?.index]?.href;
      if (href) location.assign(href);
    },
    onHover: (event, hits) => {
      event.native.target.style.cursor = hits.length > 0 && rows[hits[0].index].href ? 'pointer' : 'default';
    },
  };
}

function font() {
  return { family: getComputedStyle(document.body).fontFamily, size: 13 };
}

function wordedTicks(unit) {
  const callback = (_value, i, ticks) =>
    axisWords(
      ticks.map(({ value }) => value),
      unit,
    )[i];
  return {
    color: colour('muted'),
    font: font(),
    maxRotation: 0,
    callback,
    ...(unit === 'count' && { precision: 0 }),
  };
}

function bars(figure, rows) {
  const unit = figure.dataset.unit ?? 'share';
  return {
    type: 'bar',
    data: {
      labels: rows.map((row) => row.label),
      datasets: [{ data: rows.map((row) => row.value), backgroundColor: colour('accent'), barThickness: 18 }],
    },
    options: {
      ...shared(rows),
      indexAxis: 'y',
      plugins: {
        legend: { display: false },
        tooltip: { callbacks: { label: ({ dataIndex }) => rows[dataIndex].words } },
      },
      scales: {
        x: {
          min: 0,
          ticks: wordedTicks(unit),
          title: {
            display: unit === 'points',
            text: 'Probability points',
            color: colour('muted'),
            font: font(),
          },
          grid: { color: colour('line') },
          border: { display: false },
        },
        y: { ticks: { color: colour('text'), font: font(), autoSkip: false }, grid: { display: false } },
      },
    },
  };
}

/** Bars of equal width from 0 to 100 %, on a scale whose ticks stand at the edges between them. */
function histogram(figure, rows) {
  return {
    type: 'bar',
    data: {
      datasets: [
        {
          data: rows.map((row, i) => ({ x: (i + 0.5) / rows.length, y: row.value })),
          backgroundColor: rows.map((row) => colour(row.level ?? 'accent')),
          categoryPercentage: 1,
          barPercentage: 0.92,
        },
      ],
    },
    options: {
      ...shared(rows),
      layout: { padding: { top: wordsHeight } },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: ([{ dataIndex }]) => rows[dataIndex].label,
            label: ({ dataIndex }) => rows[dataIndex].words,
          },
        },
      },
      scales: {
        x: {
          type: 'linear',
          min: 0,
          max: 1,
          offset: false,
          ticks: { ...wordedTicks('share'), stepSize: 0.2 },
          grid: { display: false, offset: false },
        },
        y: {
          beginAtZero: true,
          ticks: wordedTicks('count'),
          grid: { color: colour('line') },
          border: { display: false },
        },
      },
    },
    plugins: [thresholdLines(figure)],
  };
}

/** Where medium and high begin. */
function thresholdLines(figure) {
  return {
    id: 'thresholds',
    afterDatasetsDraw: ({ ctx, chartArea }) => {
      ctx.save();
      ctx.strokeStyle = colour('text');
      ctx.fillStyle = colour('text');
      ctx.font = `12px ${font().family}`;
      ctx.setLineDash([4, 3]);
      for (const [i, [words, share]] of JSON.parse(figure.dataset.thresholds).entries()) {
        const x = chartArea.left + share * chartArea.width;
        const top = chartArea.top - wordsHeight + i * 16;
        ctx.beginPath();
        ctx.moveTo(x, top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        const isFarRight = share > 0.7;
        ctx.textAlign = isFarRight ? 'right' : 'left';
        ctx.fillText(words, isFarRight ? x - 4 : x + 4, top + 10);
      }
      ctx.restore();
    },
  };
}
