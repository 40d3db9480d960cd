#!/usr/bin/env python3
"""The peers beside ours: scikit-learn and XGBoost on the same rows, as a careful Python user would set them up.

  python3 peers.py fit FILE --label NAME --drop A,B      fit time and peak memory of each model, on all rows
  python3 peers.py accuracy FILE --label NAME --drop A,B stratified 5-fold cross-validation, 2 repeats
  python3 peers.py folds FILE --label NAME --out FILE    the same file with a column fold_1, fold_2 of those folds

`--fold-columns fold_1,fold_2` uses the folds that these columns name instead.

Prints one JSON object a line. Needs Debian's python3-sklearn, python3-xgboost and python3-pandas.
Every step (imputing, encoding, scaling) is fitted inside the training fold only.
"""
import argparse
import json
import os
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("OMP_NUM_THREADS", "2")
# Threads that wait do not spin, so that a busy machine slows the fits no more than others.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

POSITIVE = {"yes", "1", "true", "exited", "left", "churned"}


def read(path, label, drop):
    data = pd.read_csv(path)
    for column in data.columns:
        if data[column].dtype == object:
            numbers = pd.to_numeric(data[column].replace(" ", np.nan), errors="coerce")
            if numbers.notna().mean() > 0.95:
                data[column] = numbers
    target = data[label].astype(str).str.lower().isin(POSITIVE).astype(int).to_numpy()
    features = data.drop(columns=[label, *[name for name in drop if name in data]])
    return features, target


def one_hot(features, scale):
    numbers = features.select_dtypes("number").columns
    categories = features.columns.difference(numbers)
    number_steps = [SimpleImputer(strategy="median"), *([StandardScaler()] if scale else [])]
    encoder = OneHotEncoder(handle_unknown="ignore", sparse=False)
    return ColumnTransformer([("numbers", make_pipeline(*number_steps), numbers), ("categories", encoder, categories)])


def peers(features):
    def tree(model):
        return lambda: make_pipeline(one_hot(features, scale=False), model())

    def scaled(model):
        return lambda: make_pipeline(one_hot(features, scale=True), model())

    return {
        "logistic": scaled(lambda: LogisticRegression(C=1, max_iter=1000)),
        "forest-100": tree(lambda: RandomForestClassifier(100, n_jobs=2, random_state=1)),
        "forest-300": tree(lambda: RandomForestClassifier(300, min_samples_leaf=5, n_jobs=2, random_state=1)),
        "hist-gradient-boosting": tree(
            lambda: HistGradientBoostingClassifier(
                learning_rate=0.05, max_leaf_nodes=8, max_iter=150, l2_regularization=1, random_state=1
            )
        ),
        "xgboost": tree(
            lambda: xgb.XGBClassifier(
                n_estimators=150, max_depth=4, learning_rate=0.05, subsample=0.8, colsample_bytree=0.8,
                tree_method="hist", n_jobs=2, random_state=1, eval_metric="logloss", use_label_encoder=False,
            )
        ),
        "network": scaled(lambda: MLPClassifier((64, 32), early_stopping=True, random_state=1)),
        "extra-trees-default": tree(lambda: ExtraTreesClassifier(n_jobs=2, random_state=1)),
        "hist-gradient-boosting-default": tree(lambda: HistGradientBoostingClassifier(random_state=1)),
        "xgboost-default": tree(
            lambda: xgb.XGBClassifier(n_jobs=2, random_state=1, eval_metric="logloss", use_label_encoder=False)
        ),
    }


def top_decile_lift(target, score):
    count = max(1, len(score) // 10)
    return target[np.argsort(-score, kind="stable")[:count]].mean() / target.mean()


def fit(arguments, features, target):
    for name, create in peers(features).items():
        if arguments.only and name not in arguments.only.split(","):
            continue
        started = time.perf_counter()
        model = create().fit(features, target)
        seconds = time.perf_counter() - started
        started = time.perf_counter()
        model.predict_proba(features)
        predict_seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        emit(peer=name, rows=len(target), fitSeconds=seconds, predictSeconds=predict_seconds, peakMegabytes=peak)


def accuracy(arguments, features, target):
    for name, create in peers(features).items():
        if arguments.only and name not in arguments.only.split(","):
            continue
        folds = []
        for train, test in splits(arguments, features, target):
            model = create().fit(features.iloc[train], target[train])
            score, truth = model.predict_proba(features.iloc[test])[:, 1], target[test]
            folds.append((
                roc_auc_score(truth, score), average_precision_score(truth, score), ((score >= 0.5) == truth).mean(),
                log_loss(truth, score), brier_score_loss(truth, score), top_decile_lift(truth, score),
            ))
        means = np.mean(folds, axis=0)
        emit(peer=name, **dict(zip(("rocAuc", "prAuc", "accuracy", "logLoss", "brier", "topDecileLift"), means)))


def splits(arguments, features, target):
    if not arguments.fold_columns:
        return list(RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=42).split(features, target))
    data = pd.read_csv(arguments.file, usecols=arguments.fold_columns.split(","))
    folds = [data[name] for name in arguments.fold_columns.split(",")]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for fold in folds for k in sorted(fold.unique())]


def write_folds(arguments, features, target):
    data = pd.read_csv(arguments.file, dtype=str, keep_default_na=False)
    splits = list(RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=42).split(features, target))
    for repeat in range(2):
        fold = np.zeros(len(target), dtype=int)
        for number in range(5):
            fold[splits[repeat * 5 + number][1]] = number + 1
        data[f"fold_{repeat + 1}"] = fold
    data.to_csv(arguments.out, index=False)


def emit(**figures):
    print(json.dumps(figures), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["fit", "accuracy", "folds"])
    parser.add_argument("file")
    parser.add_argument("--label", required=True)
    parser.add_argument("--drop", default="")
    parser.add_argument("--only", help="comma-separated names of peers")
    parser.add_argument("--fold-columns", default="", help="comma-separated; they are no features")
    parser.add_argument("--out", default="/dev/stdout")
    arguments = parser.parse_args()
    left_out = [*arguments.drop.split(","), *arguments.fold_columns.split(",")]
    features, target = read(arguments.file, arguments.label, left_out)
    {"fit": fit, "accuracy": accuracy, "folds": write_folds}[arguments.task](arguments, features, target)


if __name__ == "__main__":
    sys.exit(main())
