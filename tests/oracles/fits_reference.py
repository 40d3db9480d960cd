"""Writes fits-reference.json: trees of XGBoost and scikit-learn, and a network's step of scikit-learn, on small problems.

  /usr/bin/python3 tests/oracles/fits_reference.py

Needs Debian's python3-sklearn and python3-xgboost. Numbers are multiples of 1/4 (exact in single precision) with fewer
distinct values than bins, so that every boundary between two of them can be a split; the rows are random.
"""
import json
from pathlib import Path

import numpy as np
import xgboost as xgb
from sklearn.neural_network import MLPClassifier
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer
from sklearn.tree import DecisionTreeClassifier

rng = np.random.default_rng(21)
rows = 400
x = np.round(rng.normal(size=(rows, 4)) * 8) / 4
x[:, 3] = rng.integers(0, 2, size=rows)
margin = x[:, 0] - 0.3 * x[:, 1] * x[:, 2] + x[:, 3] - 0.5
y = (margin + rng.normal(size=rows) > 0).astype(int)
gaps = x.copy()
gaps[:, :3][rng.random((rows, 3)) < 0.1] = np.nan


def cells(table):
    return [[None if np.isnan(v) else float(v) for v in column] for column in table.T]


def xgboost_case(trees, **params):
    matrix = xgb.DMatrix(gaps, label=y)
    settings = {"objective": "binary:logistic", "tree_method": "hist", "max_bin": 256, "grow_policy": "lossguide",
                "base_score": float(y.mean()), "nthread": 1, **params}
    booster = xgb.train(settings, matrix, num_boost_round=trees)
    return {
        "trees": trees,
        "params": params,
        "fitted": [json.loads(tree) for tree in booster.get_dump(dump_format="json", with_stats=True)],
        "margins": [float(v) for v in booster.predict(matrix, output_margin=True)],
    }


def tree_case(weights, **params):
    tree = DecisionTreeClassifier(random_state=0, **params).fit(x, y, sample_weight=weights)
    return {
        "params": params,
        "weights": None if weights is None else [int(w) for w in weights],
        "leaves": tree.apply(x).tolist(),
        "rates": tree.predict_proba(x)[:, 1].tolist(),
    }


def network_case(hidden):
    inputs, batch = 6, 40
    z = np.round(rng.normal(size=(batch, inputs)) * 8) / 8
    t = rng.integers(0, 2, size=batch)
    model = MLPClassifier(hidden, alpha=0, max_iter=1, solver="adam", batch_size=batch, random_state=3)
    model.partial_fit(z, t, classes=[0, 1])
    for coefficients in model.coefs_ + model.intercepts_:
        coefficients[...] = np.round(rng.normal(size=coefficients.shape) * 64) / 128
    before = [c.tolist() for c in model.coefs_], [b.tolist() for b in model.intercepts_]
    probabilities = model.predict_proba(z)[:, 1].tolist()
    activations = [z] + [np.empty((batch, n)) for n in [*hidden, 1]]
    deltas = [np.empty_like(a) for a in activations[1:]]
    slopes = [np.empty_like(c) for c in model.coefs_], [np.empty_like(b) for b in model.intercepts_]
    activations = model._forward_pass(activations)
    loss, *slopes = model._backprop(z, t.reshape(-1, 1), activations, deltas, *slopes)
    slopes_before = [c.tolist() for c in slopes[0]], [b.tolist() for b in slopes[1]]
    # Its epsilon is added to the root before that is freed of its start at zero; this makes one step that of the paper.
    adam = AdamOptimizer([*model.coefs_, *model.intercepts_], learning_rate_init=0.01, epsilon=1e-8 * np.sqrt(1 - 0.999))
    adam.update_params([*model.coefs_, *model.intercepts_], [*slopes[0], *slopes[1]])
    return {
        "rows": z.tolist(), "target": t.tolist(), "hidden": list(hidden),
        "weights": before[0], "shifts": before[1],
        "probabilities": probabilities, "loss": float(loss),
        "weightSlopes": slopes_before[0], "shiftSlopes": slopes_before[1],
        "learningRate": 0.01,
        "weightsAfter": [c.tolist() for c in model.coefs_], "shiftsAfter": [b.tolist() for b in model.intercepts_],
    }


drawn = np.bincount(rng.integers(0, rows, size=rows), minlength=rows)
reference = {
    "columns": cells(x),
    "columnsWithGaps": cells(gaps),
    "target": y.tolist(),
    "xgboost": [
        xgboost_case(1, max_leaves=8, max_depth=0, eta=1, reg_lambda=1, min_child_weight=2, gamma=0),
        xgboost_case(12, max_leaves=6, max_depth=0, eta=0.3, reg_lambda=2.5, min_child_weight=1.5, gamma=0),
        xgboost_case(5, max_leaves=64, max_depth=3, eta=0.1, reg_lambda=0.5, min_child_weight=1, gamma=0.4),
    ],
    "sklearnTrees": [
        tree_case(None, max_leaf_nodes=10, min_samples_leaf=7),
        tree_case(None, max_leaf_nodes=400, min_samples_leaf=12),
        tree_case(drawn, max_leaf_nodes=12, min_weight_fraction_leaf=10 / drawn.sum()),
    ],
    "network": [network_case((5,)), network_case((4, 3))],
}
path = Path(__file__).parent / "fits-reference.json"
path.write_text(json.dumps(reference, separators=(",", ":")) + "\n")
