#!/usr/bin/env python3
"""Writes lifetime-reference.json: survival curves, log-rank tests and hazards, BG/NBD and Gamma-Gamma fits of stored customers.

  python3 tests/oracles/lifetime_reference.py

Needs Debian's python3-scipy, python3-pandas and python3-statsmodels.
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import optimize, special, stats
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

random = np.random.default_rng(8)


# Survival: 240 customers in three groups, followed for up to 24 months.
size = 240
group = np.arange(size) % 3
number = random.normal(size=size).round(3)
stay = np.ceil(random.exponential(np.array([9, 14, 30])[group] * np.exp(0.4 * number)))
seen = random.integers(1, 25, size)
times = np.minimum(stay, seen)
left = (stay <= seen).astype(int)


def curve(chosen):
    fit = SurvfuncRight(times[chosen], left[chosen])
    share, error = fit.surv_prob, fit.surv_prob_se
    with np.errstate(all="ignore"):
        half = stats.norm.ppf(0.975) * error / (share * np.log(share))
        low, high = share ** np.exp(-half), share ** np.exp(half)
    reached = lambda values: next((t for t, value in zip(fit.surv_times, values) if value <= 0.5), None)
    return {"times": fit.surv_times, "atRisk": fit.n_risk, "survival": share, "standardErrors": error, "low": low,
            "high": high, "median": [reached(share), reached(low), reached(high)]}


def hazards():
    ends = [2, 4, 6, 9, 12, 18]
    rows = []
    for i in range(size):
        for k, end in enumerate(ends):
            start = 0 if k == 0 else ends[k - 1]
            if (k > 0 and times[i] <= start) or (left[i] == 0 and times[i] < end):
                break
            rows.append((k, number[i], group[i], int(left[i] == 1 and times[i] <= end)))
    data = pd.DataFrame(rows, columns=["period", "number", "group", "left"])
    design = lambda d: pd.concat([pd.get_dummies(pd.Categorical(d.period, range(len(ends)))), d.number.reset_index(drop=True),
                                  pd.get_dummies(pd.Categorical(d.group, range(3))).iloc[:, 1:]], axis=1).to_numpy(float)
    fit = sm.GLM(data.left, design(data), family=sm.families.Binomial()).fit(tol=1e-14)
    asked = pd.DataFrame([(k, number[i], group[i]) for i in range(20) for k in range(len(ends))],
                         columns=["period", "number", "group"])
    survival = np.cumprod(1 - fit.predict(design(asked)).reshape(20, -1), axis=1)
    return {"periodEnds": ends, "personPeriods": len(data), "survival": survival}


chi, p = survdiff(times, left, group)
pair = group < 2
chi2, p2 = survdiff(times[pair], left[pair], group[pair])
survival = {
    "durations": times, "left": left, "group": group, "number": number,
    "all": curve(group >= 0), "groups": [curve(group == g) for g in range(3)],
    "logRank": {"chiSquare": chi, "pValue": p}, "logRankOfTwo": {"chiSquare": chi2, "pValue": p2},
    "hazards": hazards(),
}

# Purchases: 600 customers, drawn from the models.
size = 600
rate = random.gamma(0.7, 1 / 6, size)
stop = random.beta(0.9, 2.6, size)
end = random.integers(26, 40, size).astype(float)
repeats, last = np.zeros(size), np.zeros(size)
for i in range(size):
    at = 0.0
    while True:
        at += random.exponential(1 / rate[i])
        if at > end[i]:
            break
        repeats[i] += 1
        last[i] = np.round(min(at, end[i]), 2)
        if random.random() < stop[i]:
            break
spend_rate = random.gamma(3.7, 1 / 15, size)
mean = np.array([random.gamma(6 * x, 1 / (nu * x)) if x > 0 else 0 for x, nu in zip(repeats, spend_rate)]).round(2)


def bg_nbd(logs):
    r, alpha, a, b = np.exp(logs)
    x, g = repeats, special.gammaln
    common = g(r + x) - g(r) + r * np.log(alpha) + g(a + b) + g(b + x) - g(b) - g(a + b + x)
    active = -(r + x) * np.log(alpha + end)
    with np.errstate(divide="ignore"):
        stopped = np.where(x > 0, np.log(a / np.maximum(b + x - 1, 1e-300)) - (r + x) * np.log(alpha + last), -np.inf)
    return (common + np.logaddexp(active, stopped)).sum()


def gamma_gamma(logs):
    p, q, v = np.exp(logs)
    x, m = repeats[mean > 0], mean[mean > 0]
    g = special.gammaln
    return (g(p * x + q) - g(p * x) - g(q) + q * np.log(v) + (p * x - 1) * np.log(m) + p * x * np.log(x)
            - (p * x + q) * np.log(x * m + v)).sum()


def fit(likelihood, start):
    found = optimize.minimize(lambda logs: -likelihood(logs), np.log(start), method="Nelder-Mead",
                              options={"xatol": 1e-11, "fatol": 1e-13, "maxiter": 20000, "maxfev": 20000})
    n, h = len(start), 3e-4
    unit = np.eye(n) * h
    f = lambda *steps: likelihood(found.x + sum(steps))
    hessian = np.array([[(f(unit[i], unit[j]) - f(unit[i], -unit[j]) - f(-unit[i], unit[j]) + f(-unit[i], -unit[j])) / (4 * h * h)
                         for j in range(n)] for i in range(n)])
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian))) * np.exp(found.x)
    return np.exp(found.x), errors, -found.fun


(r, alpha, a, b), errors, value = fit(bg_nbd, [1, 5, 1, 3])
(p_, q, v), money_errors, money_value = fit(gamma_gamma, [2, 3, 15])


def forecast(r, alpha, a, b, x, t, T, ahead):
    alive = 1 if x == 0 else 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t)) ** (r + x))
    z = ahead / (alpha + T + ahead)
    gauss = float(special.hyp2f1(r + x, b + x, a + b + x - 1, z))
    bought = (a + b + x - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T + ahead)) ** (r + x) * gauss)
    return {"params": [r, alpha, a, b], "history": [x, t, T], "time": ahead, "active": alive, "ifActive": bought}


cases = [forecast(*params, *case) for params in [(0.243, 4.414, 0.793, 2.426), (2, 10, 1.7, 0.4), (0.9, 3, 0.2, 0.7)]
         for case in [(0, 0, 39, 39), (2, 30.43, 38.86, 39), (7, 12, 38, 5), (1, 3, 90, 4), (26, 30.86, 31, 39)]]
time, most = 39, 8
x = np.arange(most + 1)
nbd = stats.nbinom.pmf(x, r, alpha / (alpha + time))
shares = np.exp(special.betaln(a, b + x) - special.betaln(a, b)) * nbd
shares[1:] += np.exp(special.betaln(a + 1, b + x[1:] - 1) - special.betaln(a, b)) * (1 - np.cumsum(nbd)[:-1])
purchases = {
    "repeats": repeats, "last": last, "end": end, "mean": mean,
    "bgNbd": {"params": [r, alpha, a, b], "standardErrors": errors, "logLikelihood": value},
    "gammaGamma": {"params": [p_, q, v], "standardErrors": money_errors, "logLikelihood": money_value,
                   "correlation": float(np.corrcoef(repeats[mean > 0], mean[mean > 0])[0, 1])},
    "forecasts": cases, "distribution": {"time": time, "shares": shares},
    "digamma": [[z, float(special.digamma(z))] for z in [1e-3, 0.1, 0.5, 1, 2.5, 9.99, 10, 300]],
}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(one) for one in value]
    number = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(number, float) and not np.isfinite(number) else number


reference = {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "survival": survival, "purchases": purchases}
Path(__file__).with_name("lifetime-reference.json").write_text(json.dumps(plain(reference)) + "\n")
