"""Writes association-reference.json: Pearson's r, Spearman's rank correlation, Cramér's V with Bergsma's correction, and the
correlation ratio with Kelley's (1935), by numpy and scipy.

python3 tests/oracles/association_reference.py
"""
import json
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import chi2_contingency, f_oneway, pearsonr, spearmanr

generator = np.random.default_rng(11)
count = 300
a = generator.normal(size=count).round(6)
b = (0.6 * a + generator.normal(size=count)).round(6)
x = generator.integers(0, 4, size=count)
y = np.where(generator.uniform(size=count) < 0.4, x % 3, generator.integers(0, 3, size=count))
b[::17] = np.nan
y[::23] = -1  # missing


def cramers_v(p, q):
    both = (p >= 0) & (q >= 0)
    table = np.array([[np.sum((p[both] == i) & (q[both] == j)) for j in range(q.max() + 1)] for i in range(p.max() + 1)])
    n = table.sum()
    phi2 = chi2_contingency(table, correction=False)[0] / n
    r, k = table.shape
    phi2 = max(0, phi2 - (r - 1) * (k - 1) / (n - 1))
    r, k = r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)
    return np.sqrt(phi2 / (min(r, k) - 1))


def eta(codes, values):
    both = (codes >= 0) & ~np.isnan(values)
    codes, values = codes[both], values[both]
    levels = np.unique(codes)
    # 1 - (within / (n - k)) / (total / (n - 1)), from the F of the analysis of variance.
    f = f_oneway(*(values[codes == level] for level in levels)).statistic
    n, k = len(values), len(levels)
    return np.sqrt(max(0, f - 1) / (f - 1 + (n - 1) / (k - 1)))


there = ~np.isnan(b)
reference = {
    "scipy": scipy.__version__,
    "a": a.tolist(),
    "b": [None if np.isnan(value) else value for value in b],
    "x": x.tolist(),
    "y": y.tolist(),
    "pearson": pearsonr(a[there], b[there])[0],
    "spearman": spearmanr(np.round(a[there], 1), b[there])[0],
    "cramersV": cramers_v(x, y),
    "correlationRatio": eta(y, b),
}
Path(__file__).with_name("association-reference.json").write_text(json.dumps(reference) + "\n")
