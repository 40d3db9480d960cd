#!/usr/bin/env python3
"""Writes sklearn-reference.json: what scikit-learn says on tests/oracles/sample.csv.

  holdfast sample --rows 400 --seed 77 --out tests/oracles/sample.csv
  python3 tests/oracles/sklearn_reference.py

Needs Debian's python3-sklearn and python3-pandas. The sample is generated; nobody in it is real.
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (accuracy_score, average_precision_score, brier_score_loss, confusion_matrix, f1_score,
                             log_loss, precision_score, recall_score, roc_auc_score)
from sklearn.preprocessing import OneHotEncoder, StandardScaler

here = Path(__file__).parent
data = pd.read_csv(here / "sample.csv")
numbers = ["tenure", "MonthlyCharges"]
categories = ["gender", "SeniorCitizen", "InternetService", "Contract", "PaymentMethod", "OnlineSecurity"]
target = (data.Churn == "Yes").to_numpy(int)

encoder = OneHotEncoder(sparse=False).fit(data[categories].astype(str))
design = np.hstack([StandardScaler().fit_transform(data[numbers]), encoder.transform(data[categories].astype(str))])
model = LogisticRegression(C=1, solver="newton-cg", tol=1e-10, max_iter=10_000).fit(design, target)
scores = model.predict_proba(design)[:, 1]
# Rounded scores tie, which is where measures differ when they are wrong.
tied = np.round(scores, 1)
said = scores >= 0.5
tn, fp, fn, tp = confusion_matrix(target, said).ravel()

reference = {
    "numbers": numbers,
    "categories": categories,
    "logistic": {
        "intercept": float(model.intercept_[0]),
        "numberCoefficients": model.coef_[0][: len(numbers)].tolist(),
        "probabilities": scores.tolist(),
    },
    "metrics": {
        "accuracy": accuracy_score(target, said),
        "precision": precision_score(target, said),
        "recall": recall_score(target, said),
        "f1": f1_score(target, said),
        "rocAuc": roc_auc_score(target, scores),
        "prAuc": average_precision_score(target, scores),
        "logLoss": log_loss(target, scores),
        "brier": brier_score_loss(target, scores),
    },
    "confusion": {"truePositives": int(tp), "falsePositives": int(fp), "trueNegatives": int(tn), "falseNegatives": int(fn)},
    "tied": {"rocAuc": roc_auc_score(target, tied), "prAuc": average_precision_score(target, tied)},
    "reliability": [list(map(float, pair)) for pair in zip(*calibration_curve(target, scores, n_bins=10))],
}
(here / "sklearn-reference.json").write_text(json.dumps(reference, indent=1) + "\n")
