"""The peers of speed.ts: fits the rows of a file with scikit-learn or XGBoost and prints seconds, AUC and memory.

Called by speed.ts: speed_peers.py FAMILY FILE PARAMS, PARAMS being our parameters as JSON, so that trees, leaves,
layers and learning rates are the same.
"""
import json
import os
import resource
import sys
import time

import numpy as np
from sklearn.metrics import roc_auc_score

SHAPE = [0, 0, 0, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 2]
threads = int(os.environ["OMP_NUM_THREADS"])
family, path, params = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
raw = np.fromfile(path)
rows, training = int(raw[0]), int(raw[1])
columns = raw[2:].reshape(len(SHAPE) + 1, rows)
y = columns[-1].astype(int)


def one_hot():
    numbers = [j for j, levels in enumerate(SHAPE) if levels == 0]
    x = columns[numbers].T
    x = (x - x[:training].mean(axis=0)) / x[:training].std(axis=0)
    parts = [x] + [(columns[j][:, None] == np.arange(1, levels)).astype(float) for j, levels in enumerate(SHAPE) if levels]
    return np.hstack(parts)


def measure(model, x, predict=lambda m, z: m.predict_proba(z)[:, 1], fit=lambda m, z, t: m.fit(z, t)):
    for _ in range(3 if training <= 10_000 else 0):
        fit(model, x[:training], y[:training])
    started, worked = time.perf_counter(), time.process_time()
    fit(model, x[:training], y[:training])
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    auc = roc_auc_score(y[training:], predict(model, x[training:]))
    return {"seconds": seconds, "cpu": cpu, "auc": auc}


if family == "logistic":
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import SplineTransformer

    # Our numbers bend at knots; so do the peer's, or it would learn less.
    numbers = columns[[j for j, levels in enumerate(SHAPE) if levels == 0]].T

    class Splined:
        def fit(self, x, t):
            self.spline = SplineTransformer(n_knots=5, degree=3, knots="quantile").fit(numbers[:training])
            self.model = LogisticRegression(C=1 / params["l2"], max_iter=200)
            self.model.fit(np.hstack([self.spline.transform(numbers[:training]), x[:, 3:]]), t)
            return self

        def predict_proba(self, x):
            return self.model.predict_proba(np.hstack([self.spline.transform(numbers[training:]), x[:, 3:]]))

    result = measure(Splined(), one_hot())
elif family == "forest":
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(n_estimators=params["trees"], min_samples_leaf=params["minLeaf"], n_jobs=threads, random_state=1)
    result = measure(model, columns[:-1].T.astype(np.float32))
elif family == "boosting":
    import pandas as pd
    import xgboost as xgb

    frame = pd.DataFrame({f"c{j}": columns[j] for j in range(len(SHAPE))})
    for j, levels in enumerate(SHAPE):
        if levels:
            frame[f"c{j}"] = frame[f"c{j}"].astype(int).astype("category")
    model = xgb.XGBClassifier(
        n_estimators=params["trees"], learning_rate=params["learningRate"], max_leaves=params["maxLeaves"],
        max_depth=params["maxDepth"], grow_policy="lossguide", reg_lambda=params["l2"], subsample=params["rowShare"],
        colsample_bytree=params["featureShare"], tree_method="hist", enable_categorical=True, n_jobs=threads, random_state=1)
    result = measure(model, frame)
    part = xgb.DMatrix(frame[: min(20_000, training)], enable_categorical=True)
    booster = model.get_booster()
    started = time.perf_counter()
    booster.predict(part, pred_contribs=True)
    result["shap"] = round(part.num_row() / (time.perf_counter() - started))
else:
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        hidden_layer_sizes=params["hidden"], early_stopping=True, validation_fraction=0.15,
        n_iter_no_change=params["patience"], max_iter=params["maxEpochs"], batch_size=params["batchRows"],
        learning_rate_init=params["learningRate"], random_state=1)
    result = measure(model, one_hot())

result["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(result))
