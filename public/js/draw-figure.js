/**
 * Draws an element of the page on a canvas in light colours: boxes, lines of text and SVG shapes, each where the browser
 * has placed it. What is not part of the figure is left out: forms, buttons, tables behind “Show as table”.
 */
const scale = 2;
const margin = 24;
const leftOut = 'details, form, button, .button, .no-print, .visually-hidden, title';
const fontFamily = 'system-ui, sans-serif';

/** `lines`: of text below the figure. */
export function drawFigure(element, lines) {
  const root = document.documentElement;
  const { theme } = root.dataset;
  // Nothing is shown before this function returns: the page does not flicker.
  root.dataset.theme = 'light';
  try {
    return drawInLight(element, lines);
  } finally {
    if (theme === undefined) delete root.dataset.theme;
    else root.dataset.theme = theme;
  }
}

function drawInLight(element, lines) {
  const { left, top } = element.getBoundingClientRect();
  const shapes = [...shapesOf(element)];
  const width = Math.max(320, ...shapes.map(({ right }) => right - left)) + margin;
  const bottom = Math.max(40, ...shapes.map((shape) => shape.bottom - top));
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  context.font = `12px ${fontFamily}`;
  const below = lines.flatMap((line) => wrap(context, line, width - margin * 2));
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil((bottom + margin * 2 + below.length * 18) * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(-left, -top);
  for (const { draw } of shapes) draw(context);
  context.translate(left, top);
  const indent = parseFloat(getComputedStyle(element).paddingLeft);
  writeBelow(context, below, { left: indent, top: bottom + margin });
  return canvas;
}

function writeBelow(context, lines, { left, top }) {
  context.font = `12px ${fontFamily}`;
  context.fillStyle = '#5b6470';
  context.textBaseline = 'top';
  context.textAlign = 'left';
  lines.forEach((line, i) => context.fillText(line, left, top + i * 18));
}

function wrap(context, text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** What is drawn, in the order of the page. */
function* shapesOf(element) {
  if (element.matches(leftOut)) return;
  const style = getComputedStyle(element);
  if (style.display === 'none' || style.visibility === 'hidden') return;
  const draw = element instanceof SVGGeometryElement ? geometryOf(element, style) : null;
  if (draw) yield draw;
  if (!(element instanceof SVGElement)) yield* boxesOf(element, style);
  for (const child of element.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) yield* wordsOf(child, element, style);
    else if (child.nodeType === Node.ELEMENT_NODE) yield* shapesOf(child);
  }
}

const isVisible = (colour) => !/^(none|transparent|rgba\(.*, 0\))$/.test(colour);

/** The background, the lines above and below, and the mark before the text. */
function* boxesOf(element, style) {
  const box = element.getBoundingClientRect();
  if (isVisible(style.backgroundColor) && !element.matches('.panel'))
    yield filled(box, style.backgroundColor);
  for (const side of ['Top', 'Bottom']) {
    const height = parseFloat(style[`border${side}Width`]);
    if (height === 0 || style[`border${side}Style`] === 'none' || element.matches('.panel')) continue;
    const top = side === 'Top' ? box.top : box.bottom - height;
    yield filled(new DOMRect(box.left, top, box.width, height), style[`border${side}Color`]);
  }
  const mark = getComputedStyle(element, '::before');
  const [width, height] = [parseFloat(mark.width), parseFloat(mark.height)];
  if (mark.content !== 'none' && width > 0 && isVisible(mark.backgroundColor))
    yield filled(
      new DOMRect(box.left, box.top + (box.height - height) / 2, width, height),
      mark.backgroundColor,
    );
}

function filled(box, colour) {
  return {
    right: box.right,
    bottom: box.bottom,
    draw: (context) => {
      context.fillStyle = colour;
      context.fillRect(box.left, box.top, box.width, box.height);
    },
  };
}

/** Word by word, so that lines break where they do on the page. */
function* wordsOf(node, element, style) {
  const isSvg = element instanceof SVGElement;
  const font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const outline = isSvg && isVisible(style.stroke) ? style.stroke : null;
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    const range = document.createRange();
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    yield {
      right: box.right,
      bottom: box.bottom,
      draw: (context) => {
        Object.assign(context, { font, textAlign: 'left', textBaseline: 'middle' });
        if (outline !== null) strokeText(context, word, box, outline);
        context.fillStyle = isSvg ? style.fill : style.color;
        context.fillText(word, box.left, box.top + box.height / 2);
      },
    };
  }
}

function strokeText(context, word, box, colour) {
  Object.assign(context, { strokeStyle: colour, lineWidth: 4, lineJoin: 'round' });
  context.setLineDash([]);
  context.strokeText(word, box.left, box.top + box.height / 2);
}

/** A shape of an SVG, moved to where it is on the page; lines keep their width however the drawing is stretched. */
function geometryOf(element, style) {
  const path = pathOf(element);
  const box = element.getBoundingClientRect();
  if (path === null) return null;
  return {
    right: box.right,
    bottom: box.bottom,
    draw: (context) => {
      context.globalAlpha = Number(style.opacity);
      if (isVisible(style.fill) && !(element instanceof SVGLineElement)) {
        context.fillStyle = style.fill;
        context.globalAlpha *= Number(style.fillOpacity);
        context.fill(path);
      }
      if (isVisible(style.stroke)) strokePath(context, path, style);
      context.globalAlpha = 1;
    },
  };
}

function strokePath(context, path, style) {
  context.strokeStyle = style.stroke;
  context.lineWidth = parseFloat(style.strokeWidth);
  const dashes = style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(',').map(parseFloat);
  context.setLineDash(dashes);
  context.stroke(path);
  context.setLineDash([]);
}

/** Null: of no length, or a kind of shape that figures do not have. */
function pathOf(element) {
  const matrix = element.getScreenCTM();
  if (matrix === null) return null;
  const own = new Path2D();
  if (element instanceof SVGRectElement) {
    own.rect(...numbersOf(element, ['x', 'y', 'width', 'height']));
  } else if (element instanceof SVGCircleElement) {
    const [x, y, radius] = numbersOf(element, ['cx', 'cy', 'r']);
    own.arc(x, y, radius, 0, 2 * Math.PI);
  } else if (element instanceof SVGLineElement) {
    const [x1, y1, x2, y2] = numbersOf(element, ['x1', 'y1', 'x2', 'y2']);
    own.moveTo(x1, y1);
    own.lineTo(x2, y2);
  } else if (element instanceof SVGPolylineElement || element instanceof SVGPolygonElement) {
    for (const { x, y } of element.points) own.lineTo(x, y);
    if (element instanceof SVGPolygonElement) own.closePath();
  } else if (element instanceof SVGPathElement) {
    own.addPath(new Path2D(element.getAttribute('d')));
  } else return null;
  const path = new Path2D();
  path.addPath(own, matrix);
  return path;
}

const numbersOf = (element, names) => names.map((name) => element[name].baseVal.value);
