#!/usr/bin/env python3
"""Writes uplift-reference.json: uplift learners on scikit-learn's logistic regression, measures of a ranking, a replay.

  python3 tests/oracles/uplift_reference.py

Needs Debian's python3-sklearn and python3-scipy. The members are generated.
"""
import json
from pathlib import Path

import numpy as np
import sklearn
from scipy import integrate, special
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

here = Path(__file__).parent
random = np.random.default_rng(31)
size = 300
inputs = random.normal(size=(size, 2)).round(6)
propensity = np.where(inputs[:, 0] > 0, 0.6, 0.3)
arm = (random.random(size) < propensity).astype(int)
chance = special.expit(0.2 + 0.8 * inputs[:, 0] + arm * (0.3 + 0.9 * inputs[:, 1]))
outcome = (random.random(size) < chance).astype(int)
fold = random.permutation(size) % 3


def fit_mean(x, values):
    """Logistic regression on each row twice, weighted by the share of the way from the lowest to the highest value."""
    low, high = values.min(), values.max()
    share = (values - low) / (high - low)
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=1, solver="newton-cg", tol=1e-10, max_iter=10_000)
    model.fit(np.vstack([scaler.transform(x)] * 2), np.repeat([1, 0], len(x)), np.concatenate([share, 1 - share]))
    return lambda asked: low + (high - low) * model.predict_proba(scaler.transform(asked))[:, 1]


def fit_arm(which, rows=slice(None)):
    x, y, z = inputs[rows], outcome[rows], arm[rows]
    return fit_mean(x[z == which], y[z == which].astype(float))


def out_of_fold(which):
    predicted = np.zeros(size)
    for k in range(3):
        predicted[fold == k] = fit_arm(which, fold != k)(inputs[fold == k])
    return predicted


control, treated = fit_arm(0), fit_arm(1)
gain1 = fit_mean(inputs[arm == 1], outcome[arm == 1] - control(inputs[arm == 1]))
gain0 = fit_mean(inputs[arm == 0], treated(inputs[arm == 0]) - outcome[arm == 0])
share = propensity.mean()
factor = (arm - propensity) / (propensity * (1 - propensity))
expected = {"control": out_of_fold(0), "treated": out_of_fold(1)}
scores = expected["treated"] - expected["control"] + factor * (outcome - np.where(arm == 1, expected["treated"], expected["control"]))


def ranked(priority, gamma):
    """AUTOC and Qini by quadrature: the mean of the first x of n, equal ranks mixed evenly."""
    n, groups, start, total = len(gamma), [], 0, 0.0
    for value in sorted(set(priority), reverse=True):
        own = gamma[priority == value]
        groups.append((start, len(own), total, own.mean()))
        start += len(own)
        total += own.sum()
    mean = gamma.mean()
    toc = [(lambda x, s=s, t=t, m=m: (t + (x - s) * m) / x - mean, s, g) for s, g, t, m in groups]
    # The first group's mean does not move.
    autoc = sum(groups[0][1] * (groups[0][3] - mean) if s == 0 else integrate.quad(f, s, s + g)[0] for f, s, g in toc) / n
    qini = sum(integrate.quad(lambda x: f(x) * x if x > 0 else 0, s, s + g)[0] for f, s, g in toc) / n ** 2
    return {"priority": priority.tolist(), "average": mean, "autoc": autoc, "qini": qini}


customers = 600
action = random.choice(3, customers, p=[0.5, 0.3, 0.2])
policy = random.integers(0, 3, customers)
chances = np.array([0.5, 0.3, 0.2])[action]
reward = random.normal(10, 3, customers).round(6)
model = random.normal(10, 1, (customers, 3)).round(6)
chosen = model[np.arange(customers), policy]
terms = chosen + (action == policy) / chances * (reward - chosen)
weights = (action == policy) / chances

effect = treated(inputs) - control(inputs)
reference = {
    "scikit-learn": sklearn.__version__,
    "trial": {"inputs": inputs.tolist(), "arm": arm.tolist(), "outcome": outcome.tolist(), "propensity": propensity.tolist(),
              "fold": fold.tolist()},
    "t-learner": effect.tolist(),
    "x-learner": ((1 - share) * gain1(inputs) + share * gain0(inputs)).tolist(),
    "transformed-outcome": fit_mean(inputs, factor * outcome)(inputs).tolist(),
    "expected": {name: values.tolist() for name, values in expected.items()},
    "scores": scores.tolist(),
    "meanOfScores": fit_mean(inputs, scores)(inputs).tolist(),
    "rankings": [ranked(effect, scores), ranked(np.round(effect, 1), scores), ranked(np.zeros(size), scores)],
    "replay": {"action": action.tolist(), "policy": policy.tolist(), "propensity": chances.tolist(), "outcome": reward.tolist(),
               "expected": model.ravel().tolist(), "value": terms.mean(), "standardError": terms.std(ddof=1) / np.sqrt(customers),
               "effectiveSample": weights.sum() ** 2 / (weights ** 2).sum()},
}
(here / "uplift-reference.json").write_text(json.dumps(reference, default=float) + "\n")
