"""Writes distinctions-reference.json: groups of customers compared column by column with SciPy and statsmodels.

python3 tests/oracles/distinctions_reference.py
"""
import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests

generator = np.random.default_rng(5)


def numbers(inside, outside):
    test = stats.ttest_ind(inside, outside, equal_var=False)
    both = np.concatenate([inside, outside])
    return {
        "inside": inside.tolist(),
        "outside": outside.tolist(),
        "probability": test.pvalue,
        "size": (inside.mean() - outside.mean()) / both.std(ddof=1),
    }


def levels(counts):
    table = np.array(counts)
    return {"counts": counts, "probability": stats.chi2_contingency(table, correction=False).pvalue}


columns = {
    "numbers": [
        numbers(generator.normal(0, 1, 12), generator.normal(0.4, 3, 40)),
        numbers(generator.exponential(2, 300), generator.exponential(2.1, 900)),
        numbers(1e6 + generator.normal(0, 1, 80), 1e6 + generator.normal(0.5, 2, 25)),
    ],
    "levels": [levels([[30, 70], [25, 200]]), levels([[12, 9], [11, 14], [40, 60], [7, 22]])],
}
probabilities = generator.uniform(0, 1, 40) ** 3
is_found, *_ = multipletests(probabilities, alpha=0.05, method="fdr_bh")
reference = {
    "scipy": scipy.__version__,
    "statsmodels": statsmodels.__version__,
    **columns,
    "probabilities": probabilities.tolist(),
    "isFound": is_found.tolist(),
}
Path(__file__).with_name("distinctions-reference.json").write_text(json.dumps(reference) + "\n")
