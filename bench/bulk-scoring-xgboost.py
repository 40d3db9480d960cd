#!/usr/bin/env python3
"""What a Python script with reasons would do: pandas reads the CSV, XGBoost predicts and gives exact contributions,
pandas writes a CSV with probability, label and the three strongest reasons of each row. Two threads.

  python3 bulk-scoring-xgboost.py TRAINING.csv FILE.csv

Prints one JSON object. Needs xgboost and pandas.
"""
import json
import resource
import sys
import tempfile
import time

import numpy as np
import pandas as pd
import xgboost as xgb

THREADS = 2
NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]


def table(data, levels):
    used = data.drop(columns=["customerID", "Churn"], errors="ignore")
    for name in used.columns:
        if name in NUMBERS:
            used[name] = pd.to_numeric(used[name], errors="coerce")
        else:
            used[name] = pd.Categorical(used[name].astype(str), categories=levels[name])
    return used


def main():
    training, path = sys.argv[1:3]
    history = pd.read_csv(training)
    names = [name for name in history.columns if name not in ("customerID", "Churn")]
    levels = {name: sorted(history[name].astype(str).unique()) for name in names if name not in NUMBERS}
    target = (history["Churn"] == "Yes").to_numpy()
    matrix = xgb.DMatrix(table(history, levels), label=target, enable_categorical=True, nthread=THREADS)
    settings = {"objective": "binary:logistic", "tree_method": "hist", "max_depth": 4, "eta": 0.05, "nthread": THREADS}
    model = xgb.train(settings, matrix, num_boost_round=300)

    started = time.perf_counter()
    cpu = time.process_time()
    data = pd.read_csv(path)
    rows = xgb.DMatrix(table(data, levels), enable_categorical=True, nthread=THREADS)
    probability = model.predict(rows)
    contributions = model.predict(rows, pred_contribs=True)[:, :-1]
    strongest = np.argsort(-np.abs(contributions), axis=1)[:, :3]
    data["churn_probability"] = probability
    data["Churn"] = np.where(probability >= 0.5, "Churn", "No-churn")
    words = np.array(names)
    for k in range(3):
        place = strongest[:, k]
        effect = contributions[np.arange(len(data)), place]
        side = np.where(effect > 0, " raises the risk", " lowers the risk")
        data[f"reason_{k + 1}"] = np.char.add(words[place], side)
    with tempfile.NamedTemporaryFile(suffix=".csv") as out:
        data.to_csv(out.name, index=False)
    seconds = time.perf_counter() - started
    cpu_seconds = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"who": "pandas + XGBoost", "seconds": seconds, "cpuSeconds": cpu_seconds, "peakMegabytes": peak}))


if __name__ == "__main__":
    main()
