#!/usr/bin/env python3
"""Writes experiments-reference.json: distributions, intervals of a difference of arms, adjustment and power.

  python3 tests/oracles/experiments_reference.py

Needs Debian's python3-scipy and python3-statsmodels.
"""
import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import special, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep

here = Path(__file__).parent

shares = [1e-9, 1e-4, 0.025, 0.1, 0.5, 0.7, 0.975, 0.9999]


def t_quantile(p, d):
    """scipy's own quantile is right to 1e-9 only; its distribution function to 1e-15."""
    near = stats.t.ppf(p, d)
    return near - (stats.t.cdf(near, d) - p) / stats.t.pdf(near, d)


quantiles = {
    "normal": [{"share": p, "value": stats.norm.ppf(p)} for p in shares],
    "student": [{"share": p, "degreesOfFreedom": d, "value": t_quantile(p, d)}
                for d in [1, 2.5, 9, 63.7, 840, 1e5] for p in shares[1:]],
    "beta": [{"share": p, "a": a, "b": b, "value": stats.beta.ppf(p, a, b)}
             for a, b in [(1, 1), (0.5, 0.5), (3, 17), (41.5, 160), (0.2, 30), (900, 4000)] for p in shares[1:]],
    "chiSquareTail": [{"x": x, "degreesOfFreedom": d, "value": stats.chi2.sf(x, d)}
                      for d in [1, 2, 5, 40] for x in [1e-6, 0.3, 1, 3.84, 12, 60, 300]],
    "normalTail": [{"x": x, "value": stats.norm.sf(x)} for x in [-9, -1.96, -0.1, 0, 0.5, 1.96, 4, 9, 30]],
}


def rows():
    """600 members in ten strata of the score, a fifth of them controls, whose contact lowers churn."""
    random = np.random.default_rng(12)
    score = np.sort(random.beta(1.2, 2.8, 600)).round(6)
    stratum = np.arange(600) // 60
    arm = np.ones(600, int)
    for k in range(10):
        arm[random.choice(np.flatnonzero(stratum == k), 12, replace=False)] = 0
    outcome = (random.random(600) < score * np.where(arm == 1, 0.8, 1)).astype(int)
    return score, stratum, arm, outcome


def stratified(stratum, arm, y):
    value = variance = spread = 0.0
    for k in np.unique(stratum):
        weight = np.mean(stratum == k)
        for a in (1, 0):
            group = y[(stratum == k) & (arm == a)]
            part = weight ** 2 * np.var(group, ddof=1) / len(group)
            value += (2 * a - 1) * weight * group.mean()
            variance += part
            spread += part ** 2 / (len(group) - 1)
    freedom = variance ** 2 / spread
    low, high = stats.t.interval(0.95, freedom, value, np.sqrt(variance))
    return {"value": value, "standardError": np.sqrt(variance), "degreesOfFreedom": freedom, "low": low, "high": high}


def adjusted(score, arm, y):
    """Lin (2013): interacted least squares with HC2 errors."""
    centred = score - score.mean()
    fit = sm.OLS(y, np.column_stack([np.ones_like(score), arm, centred, arm * centred])).fit(cov_type="HC2")
    low, high = fit.conf_int()[1]
    return {"value": fit.params[1], "standardError": fit.bse[1], "low": low, "high": high}


def newcombe(left1, n1, left0, n0):
    low, high = confint_proportions_2indep(left1, n1, left0, n0, compare="diff", method="newcomb")
    return {"treated": [left1, n1], "control": [left0, n0], "value": left1 / n1 - left0 / n0, "low": low, "high": high}


def stratified_newcombe(counts, z=stats.norm.ppf(0.975)):
    """Yan and Su (2010), with one z of the strata's Wilson limits for an arm: the rates of its strata taken as alike."""
    counts = np.array(counts, float)
    weight = counts[:, [1, 3]].sum(1) / counts[:, [1, 3]].sum()
    arms = []
    for left, n in ((counts[:, 0], counts[:, 1]), (counts[:, 2], counts[:, 3])):
        near = z * np.sqrt(np.sum(weight ** 2 / n)) / np.sum(weight / np.sqrt(n))
        limits = [stats.binomtest(int(x), int(m)).proportion_ci(2 * stats.norm.cdf(near) - 1, "wilson") for x, m in zip(left, n)]
        arms.append((np.sum(weight * left / n), sum(weight * [i.low for i in limits]), sum(weight * [i.high for i in limits]),
                     np.sum(weight ** 2 / n)))
    (p1, l1, u1, f1), (p0, l0, u0, f0) = arms
    return {"counts": counts.tolist(), "value": p1 - p0,
            "low": p1 - p0 - z * np.sqrt(f1 * l1 * (1 - l1) + f0 * u0 * (1 - u0)),
            "high": p1 - p0 + z * np.sqrt(f1 * u1 * (1 - u1) + f0 * l0 * (1 - l0))}


def harm(values, errors):
    p = stats.norm.sf(np.array(values) / errors)
    return {"groups": [{"value": v, "standardError": e} for v, e in zip(values, errors)], "probabilities": p.tolist(),
            "harmed": multipletests(p, 0.05, "fdr_bh")[0].tolist()}


def posterior(prior, customers, campaigns):
    """Mean and 95 % of the Beta distribution that counts every campaign's rate as so many customers seen."""
    worth = [prior * (1 - prior) / variance for _, variance in campaigns]
    a = customers * prior + sum(n * rate for n, (rate, _) in zip(worth, campaigns))
    b = customers + sum(worth) - a
    low, high = stats.beta.interval(0.95, a, b)
    return {"prior": prior, "customers": customers, "campaigns": [{"rate": r, "variance": v} for r, v in campaigns],
            "mean": a / (a + b), "low": low, "high": high}


score, stratum, arm, outcome = rows()
money = (outcome * (20 + 100 * score)).round(6)
reference = {
    "scipy": scipy.__version__, "statsmodels": statsmodels.__version__,
    **quantiles,
    "rows": {"score": score.tolist(), "stratum": stratum.tolist(), "arm": arm.tolist(), "outcome": outcome.tolist(),
             "money": money.tolist()},
    "stratified": {"outcome": stratified(stratum, arm, outcome), "money": stratified(stratum, arm, money),
                   "oneStratum": stratified(np.zeros(600), arm, outcome)},
    "adjusted": {"outcome": adjusted(score, arm, outcome), "money": adjusted(score, arm, money)},
    "newcombe": [newcombe(*case) for case in
                 [(0, 900, 3, 100), (0, 10, 0, 20), (56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (1, 4000, 2, 400)]],
    "stratifiedNewcombe": [stratified_newcombe(case) for case in
                           [[(1, 90, 1, 10), (0, 90, 0, 10), (2, 80, 1, 20)], [(0, 900, 0, 100), (3, 900, 2, 100)],
                            [(5, 40, 8, 40), (20, 60, 31, 60)]]],
    "sampleRatio": [{"counts": counts, "shares": shares, "value": stats.chisquare(counts, np.array(shares) * sum(counts)).pvalue}
                    for counts, shares in [([450, 50], [0.9, 0.1]), ([470, 30], [0.9, 0.1]), ([333, 320, 390], [1 / 3] * 3)]],
    "harm": [harm([0.02, 0.05, -0.03, 0.04, 0.001], [0.01, 0.02, 0.01, 0.01, 0.02]),
             harm([0.02, 0.02, 0.02], [0.01, 0.011, 0.012]), harm([0.02] + [0] * 9, [0.01] * 10)],
    "saveRates": [posterior(0.15, 20, []), posterior(0.15, 20, [(0.05, 0.01)]),
                  posterior(0.3, 50, [(0.2, 0.004), (0.35, 0.02), (-0.1, 0.09)])],
    # One stratum: the z test of two rates with variances of their own, at 4.5 %.
    "power": [{"rate": p, "reduction": r, "size": n, "share": s,
               "value": float(stats.norm.sf(special.ndtri(0.9775) - p * r / e) + stats.norm.cdf(-special.ndtri(0.9775) - p * r / e))}
              for p, r, n, s in [(0.3, 0.15, 4000, 0.1), (0.3, 0.15, 4000, 0.5), (0.05, 0.3, 20000, 0.2), (0.2, 0, 900, 0.3)]
              for e in [np.sqrt(p * (1 - r) * (1 - p * (1 - r)) / (n * (1 - s)) + p * (1 - p) / (n * s))]],
}
# statsmodels' power of a difference of means agrees where both arms have the same variance.
assert abs(NormalIndPower().power(0.1, 1000, 0.05, 0.5) -
           (stats.norm.sf(1.959964 - 0.1 / np.sqrt(1 / 1000 + 1 / 500)))) < 1e-3
(here / "experiments-reference.json").write_text(json.dumps(reference, default=float) + "\n")
