#!/usr/bin/env python3
"""Writes evaluation-reference.json: intervals, curves and campaign profit, worked out the slow and direct way.

  python3 tests/oracles/evaluation_reference.py

Needs Debian's python3-sklearn and python3-scipy. Scores come from scikit-learn's logistic regression on
tests/oracles/sample.csv, as sklearn-reference.json keeps them; the `tied` ones are the same, rounded to tenths.
"""
import csv
import json
from pathlib import Path

import numpy as np
from scipy import special, stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score, roc_curve

here = Path(__file__).parent
scores = np.array(json.loads((here / "sklearn-reference.json").read_text())["logistic"]["probabilities"])
with open(here / "sample.csv") as file:
    target = np.array([int(row["Churn"] == "Yes") for row in csv.DictReader(file)])
z = 1.959964


def delong(s, y):
    """DeLong, DeLong and Clarke-Pearson (1988), equations 4 to 6, over every pair of a leaver and a stayer."""
    left, stayed = s[y == 1], s[y == 0]
    kernel = (left[:, None] > stayed[None, :]) + 0.5 * (left[:, None] == stayed[None, :])
    area = kernel.mean()
    assert abs(area - roc_auc_score(y, s)) < 1e-12
    variance = np.var(kernel.mean(axis=1), ddof=1) / len(left) + np.var(kernel.mean(axis=0), ddof=1) / len(stayed)
    half = z * np.sqrt(variance) / (area * (1 - area))
    return {"area": area, "variance": variance, "low": special.expit(special.logit(area) - half),
            "high": special.expit(special.logit(area) + half)}


def wilson(k, n):
    found = stats.binomtest(k, n).proportion_ci(confidence_level=0.95, method="wilson")
    return {"successes": k, "total": n, "low": found.low, "high": found.high}


def gains(s, y, points):
    """Share of leavers among the first k / points of the customers: expected over random orders of ties, by averaging."""
    expected = np.array([y[s == score].mean() for score in s])[np.argsort(-s, kind="stable")]
    found = np.concatenate([[0], np.cumsum(expected)]) / y.sum()
    return np.interp(np.arange(1, points + 1) / points * len(s), np.arange(len(s) + 1), found).tolist()


def empc(s, y, alpha=6, beta=14, value=200, offer=10, contact=1):
    """Verbraken, Verbeke and Baesens (2013): for every save rate the best threshold of all, integrated numerically."""
    from_stayers, from_leavers, _ = roc_curve(y, s, drop_intermediate=False)
    rate = y.mean()
    delta, phi = offer / value, contact / value

    def profits(gamma):
        return value * ((gamma * (1 - delta) - phi) * rate * from_leavers - (delta + phi) * (1 - rate) * from_stayers)

    def share(gamma):
        best = np.argmax(profits(gamma))
        return rate * from_leavers[best] + (1 - rate) * from_stayers[best]

    # Gauss-Legendre on many short pieces: the integrand bends (profit) or jumps (share) at many save rates.
    nodes, weights = np.polynomial.legendre.leggauss(4)
    edges = np.linspace(0, 1, 40_001)
    width = np.diff(edges)[:, None]
    gammas = (edges[:-1, None] + (nodes + 1) / 2 * width).ravel()
    mass = (weights / 2 * width).ravel() * stats.beta.pdf(gammas, alpha, beta)
    return {"empc": float(sum(m * profits(g).max() for g, m in zip(gammas, mass))),
            "share": float(sum(m * share(g) for g, m in zip(gammas, mass)))}


def middle(figures):
    return [float(edge) for edge in np.quantile(figures, [0.025, 0.975])]


def bootstrap(s, y, resamples=20_000):
    """Middle 95 % of the Brier score and of F1 at 0.5 over stratified resamples."""
    random = np.random.default_rng(7)
    left, stayed = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    briers, f1s = [], []
    for _ in range(resamples):
        rows = np.concatenate([random.choice(left, len(left)), random.choice(stayed, len(stayed))])
        said, truth = s[rows] >= 0.5, y[rows]
        briers.append(np.mean((s[rows] - truth) ** 2))
        f1s.append(2 * np.sum(said & (truth == 1)) / (said.sum() + truth.sum()))
    return {"brier": middle(briers), "f1": middle(f1s)}


tied = np.round(scores, 1)
observed, mean_score = calibration_curve(target, scores, n_bins=10)
steps = [(a, b, x) for a, b in [(0.5, 0.5), (1, 3), (6, 14), (7, 14), (2.5, 80), (300, 700)]
         for x in [1e-6, 0.01, 0.1, 0.29, 0.3, 0.31, 0.5, 0.9, 0.999]]
reference = {
    "delong": {"plain": delong(scores, target), "tied": delong(tied, target)},
    "wilson": [wilson(k, n) for k, n in [(0, 10), (1, 10), (5, 10), (10, 10), (37, 400), (399_999, 1_000_000)]],
    "gains": {"plain": gains(scores, target, 20), "tied": gains(tied, target, 20)},
    "reliability": [{"rate": float(r), "meanScore": float(m)} for r, m in zip(observed, mean_score)],
    "bootstrap": bootstrap(scores, target),
    "empc": {"plain": empc(scores, target), "tied": empc(tied, target),
             "dear": empc(scores, target, alpha=3, beta=9, value=120, offer=25, contact=4)},
    "incompleteBeta": [{"a": a, "b": b, "x": x, "value": float(special.betainc(a, b, x))} for a, b, x in steps],
}
(here / "evaluation-reference.json").write_text(json.dumps(reference, indent=1) + "\n")
