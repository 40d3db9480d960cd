#!/usr/bin/env python3
"""What a Flask app would do: pandas reads the CSV, a scikit-learn pipeline scores it, pandas writes a CSV with
probability, label and risk. No reasons, no actions, no database, no rows refused.

  python3 bulk-scoring.py TRAINING.csv FILE.csv [COLUMN ...]

Prints one JSON object. Needs Debian's python3-sklearn and python3-pandas.
"""
import json
import resource
import sys
import tempfile
import time

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]


def features(data, only):
    if only:
        return data[[name for name in data.columns if name.lower() in only]]
    return data.drop(columns=["customerID", "Churn"], errors="ignore")


def main():
    training, path, *only = sys.argv[1:]
    history = pd.read_csv(training)
    used = list(features(history, only).columns)
    numbers = [name for name in used if name in NUMBERS]
    categories = [name for name in used if name not in NUMBERS]
    model = make_pipeline(
        ColumnTransformer([
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("categories", OneHotEncoder(handle_unknown="ignore", sparse=False), categories),
        ]),
        LogisticRegression(max_iter=1000),
    ).fit(features(history, only), history["Churn"] == "Yes")

    started = time.perf_counter()
    cpu = time.process_time()
    data = pd.read_csv(path)
    probability = model.predict_proba(features(data, only))[:, 1]
    data["churn_probability"] = probability
    data["Churn"] = np.where(probability >= 0.5, "Churn", "No-churn")
    data["risk_level"] = np.select([probability >= 0.6, probability >= 0.3], ["high", "medium"], "low")
    with tempfile.NamedTemporaryFile(suffix=".csv") as out:
        data.to_csv(out.name, index=False)
    seconds = time.perf_counter() - started
    cpu_seconds = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"who": "pandas + scikit-learn", "seconds": seconds, "cpuSeconds": cpu_seconds, "peakMegabytes": peak}))


if __name__ == "__main__":
    main()
