"""T-learners of scikit-learn on the trial that hillstrom.ts writes, in its folds. Prints {name: effects} as JSON."""
import json
import sys

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

with open(sys.argv[1]) as file:
    trial = json.load(file)
inputs = np.array(trial["inputs"], object)
inputs[:, :2] = inputs[:, :2].astype(float)
arm, outcome, fold = (np.array(trial[name]) for name in ("arm", "outcome", "fold"))

models = {
    "scikit-learn T-learner, logistic": lambda: make_pipeline(
        make_column_transformer((StandardScaler(), [0, 1]), (OneHotEncoder(), [2, 3, 4, 5, 6])), LogisticRegression(max_iter=1000)),
    "scikit-learn T-learner, HistGradientBoosting": lambda: make_pipeline(
        make_column_transformer(("passthrough", [0, 1]), (OrdinalEncoder(), [2, 3, 4, 5, 6])),
        HistGradientBoostingClassifier(learning_rate=0.05, max_iter=150, max_leaf_nodes=8, random_state=0)),
}


def effects(make):
    result = np.zeros(len(arm))
    for k in np.unique(fold):
        test = fold == k
        shares = [make().fit(inputs[~test & (arm == a)], outcome[~test & (arm == a)]).predict_proba(inputs[test])[:, 1] for a in (0, 1)]
        result[test] = shares[1] - shares[0]
    return result


print(json.dumps({name: effects(make).tolist() for name, make in models.items()}))
