#!/usr/bin/env python3
"""The protocol of 'logistic regression with Flask' papers, three ways, on the same eight features.

  python3 paper-protocol.py TELCO.csv

  leaked     SMOTE-ENN on the whole table, then the train/test split: the test part holds synthetic neighbours of
             training rows, and the rows that are hard to tell have been removed from it.
  correct    split first, learn from the training part as it is.
  resampled  split first, SMOTE-ENN on the training part only.

Prints one JSON object a line: the mean over ten seeds. Needs Debian's python3-sklearn, python3-imblearn, python3-pandas.
"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")

import numpy as np
import pandas as pd
from imblearn.combine import SMOTEENN
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

CATEGORIES = ["Contract", "OnlineSecurity", "TechSupport", "InternetService", "OnlineBackup"]
NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]


def read(path):
    data = pd.read_csv(path)
    numbers = data[NUMBERS].apply(pd.to_numeric, errors="coerce").fillna(0)
    return pd.concat([numbers, pd.get_dummies(data[CATEGORIES])], axis=1).to_numpy(float), (data.Churn == "Yes").to_numpy(int)


def split(rows, target, seed):
    return train_test_split(rows, target, test_size=0.2, stratify=target, random_state=seed)


def leaked(rows, target, seed):
    return split(*SMOTEENN(random_state=seed).fit_resample(rows, target), seed)


def resampled(rows, target, seed):
    train, test, train_target, test_target = split(rows, target, seed)
    train, train_target = SMOTEENN(random_state=seed).fit_resample(train, train_target)
    return train, test, train_target, test_target


def figures(train, test, train_target, test_target):
    scaler = StandardScaler().fit(train)
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(train), train_target)
    score = model.predict_proba(scaler.transform(test))[:, 1]
    said = score >= 0.5
    measures = (accuracy_score, precision_score, recall_score, f1_score)
    majority = max(test_target.mean(), 1 - test_target.mean())
    return [*(measure(test_target, said) for measure in measures), roc_auc_score(test_target, score), majority]


def main():
    rows, target = read(sys.argv[1])
    for name, protocol in {"leaked": leaked, "correct": split, "resampled": resampled}.items():
        means = np.mean([figures(*protocol(rows, target, seed)) for seed in range(10)], axis=0)
        names = ("accuracy", "precision", "recall", "f1", "rocAuc", "majorityClassAccuracy")
        print(json.dumps({"protocol": name, **dict(zip(names, np.round(means, 4)))}), flush=True)


if __name__ == "__main__":
    main()
