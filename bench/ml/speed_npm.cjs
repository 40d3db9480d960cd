/** The npm peers of speed.ts: node speed_npm.cjs FAMILY FILE. They take matrices of numbers; categories as codes. */
const { readFileSync } = require('node:fs');
const { Matrix } = require('ml-matrix');

const [family, path] = process.argv.slice(2);
const bytes = readFileSync(path);
const data = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
const [rows, training] = data;
const width = data.slice(2).length / rows - 1;
const row = (i) => Array.from({ length: width }, (_, j) => data[2 + j * rows + i]);
const label = (i) => data[2 + width * rows + i];
const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);
const train = range(0, training);
const test = range(training, rows);

const started = performance.now();
const scores = family === 'forest' ? fitForest() : fitLogistic();
console.log(JSON.stringify({ ...scores, megabytes: process.resourceUsage().maxRSS / 1024 }));

function fitForest() {
  const { RandomForestClassifier } = require('ml-random-forest');
  const model = new RandomForestClassifier({
    nEstimators: 100,
    seed: 1,
    replacement: true,
    useSampleBagging: true,
  });
  model.train(train.map(row), train.map(label));
  const seconds = (performance.now() - started) / 1000;
  return { seconds, auc: auc(model.predictProbability(test.map(row), 1)) };
}

function fitLogistic() {
  const LogisticRegression = require('ml-logistic-regression');
  const model = new LogisticRegression({ numSteps: 1000, learningRate: 5e-3 });
  model.train(new Matrix(train.map(row)), Matrix.columnVector(train.map(label)));
  const seconds = (performance.now() - started) / 1000;
  return { seconds, auc: auc(model.predict(new Matrix(test.map(row)))) };
}

function auc(predicted) {
  const pairs = test.map((i, k) => [predicted[k], label(i)]).sort((a, b) => a[0] - b[0]);
  let rank = 0;
  let positives = 0;
  for (let from = 0; from < pairs.length;) {
    let to = from;
    while (to < pairs.length && pairs[to][0] === pairs[from][0]) to++;
    for (let i = from; i < to; i++) if (pairs[i][1] === 1) ((rank += (from + to + 1) / 2), positives++);
    from = to;
  }
  return (rank - (positives * (positives + 1)) / 2) / (positives * (pairs.length - positives));
}
