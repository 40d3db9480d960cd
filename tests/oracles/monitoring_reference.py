"""Writes monitoring-reference.json: PSI, what sample sizes explain of it, Fisher's exact test, false discovery rate, and figures
to be expected of calibrated probabilities, by numpy and scipy.

python3 tests/oracles/monitoring_reference.py
"""
import json
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import chi2, hypergeom

generator = np.random.default_rng(29)


def stability(then, now):
    p, q = then / then.sum(), now / now.sum()
    psi = np.sum((q - p) * np.log(q / p))
    noise = 1 / then.sum() + 1 / now.sum()
    freedom = len(then) - 1
    return {
        "then": then.tolist(),
        "now": now.tolist(),
        "psi": psi,
        "explained": chi2.ppf(0.95, freedom) * noise,
        "probability": chi2.sf(psi / noise, freedom),
    }


def shares(then, then_rows, now, now_rows):
    x = hypergeom(then_rows + now_rows, then + now, now_rows)
    rise, fall = x.sf(now - 1), x.cdf(now)
    return {
        "then": {"count": then, "rows": then_rows},
        "now": {"count": now, "rows": now_rows},
        "rise": rise,
        "change": min(1, 2 * min(rise, fall)),
    }


def adjusted(p):
    """p of rank i times count / i, the least of it and of all larger ones, is at most 5 %."""
    order = np.argsort(p)[::-1]
    least = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1))
    return (least[np.argsort(order)] <= 0.05).tolist()


def expected(p, threshold):
    """By definition: pairs of customers, and entropies of each."""
    left, stayed = p[:, None], 1 - p[None, :]
    wins = (p[:, None] > p[None, :]) + 0.5 * (p[:, None] == p[None, :])
    contacted = p >= threshold
    return {
        "p": p.tolist(),
        "threshold": threshold,
        "rocAuc": np.sum(wins * left * stayed) / (p.sum() * (1 - p).sum()),
        "logLoss": np.mean(-p * np.log(p) - (1 - p) * np.log(1 - p)),
        "brier": np.mean(p * (1 - p)),
        "precision": p[contacted].mean(),
    }


tenths = np.full(10, 560)
probabilities = generator.uniform(size=40) ** 3
reference = {
    "scipy": scipy.__version__,
    "stability": [
        stability(tenths, generator.multinomial(500, np.full(10, 0.1))),
        stability(tenths, generator.multinomial(200_000, np.full(10, 0.1))),
        stability(tenths, generator.multinomial(3_000, np.linspace(0.05, 0.15, 10))),
        stability(np.array([4_000, 1_000, 634]), np.array([210, 190, 100])),
    ],
    "shares": [
        shares(0, 5_634, 3, 500),
        shares(12, 5_634, 2_000, 200_000),
        shares(900, 5_634, 40, 500),
        shares(900, 5_634, 80, 500),
        shares(5_634, 5_634, 480, 500),
        shares(0, 5_634, 0, 500),
    ],
    "discovery": {
        "probabilities": probabilities.tolist(),
        "named": adjusted(probabilities),
    },
    # In the middle of thousandths, as they are counted.
    "expected": expected((generator.beta(1, 3, size=800) * 999).astype(int) / 1_000 + 0.0005, 0.4),
}
Path(__file__).with_name("monitoring-reference.json").write_text(json.dumps(reference) + "\n")
