"""Writes xgboost-shap.json: a small XGBoost model, rows, and XGBoost's own tree SHAP values of them.

Run with Debian's python3-xgboost: /usr/bin/python3 tests/oracles/xgboost_shap.py
Values are multiples of 1/8, exact in single precision; a tenth of the cells is missing (null).
"""
import json
import os

import numpy
import xgboost

rng = numpy.random.default_rng(7)
x = numpy.round(rng.normal(size=(500, 6)) * 8) / 8
x[:, 5] = rng.integers(0, 3, size=500)
margin = x[:, 0] * x[:, 1] + numpy.abs(x[:, 2]) - 0.5 * x[:, 5]
y = (margin + rng.normal(size=500) > 0).astype(int)
x[rng.random(x.shape) < 0.1] = numpy.nan

matrix = xgboost.DMatrix(x, label=y)
booster = xgboost.train(
    {"objective": "binary:logistic", "max_depth": 6, "eta": 0.3, "seed": 1, "nthread": 1, "base_score": 0.4},
    matrix,
    num_boost_round=12,
)
rows = x[:40]
asked = xgboost.DMatrix(rows)
out = {
    "xgboost": xgboost.__version__,
    "trees": [json.loads(tree) for tree in booster.get_dump(dump_format="json", with_stats=True)],
    "rows": [[None if numpy.isnan(v) else float(v) for v in row] for row in rows],
    "margins": [float(v) for v in booster.predict(asked, output_margin=True)],
    # One a feature, the bias last.
    "contributions": [[float(v) for v in row] for row in booster.predict(asked, pred_contribs=True)],
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "xgboost-shap.json")
with open(path, "w") as file:
    json.dump(out, file, separators=(",", ":"))
    file.write("\n")
