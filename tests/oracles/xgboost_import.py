"""Writes xgboost-import.json: a model that XGBoost trained on sample.csv, as it saves it, and its probabilities.

Run with Debian's python3-xgboost: /usr/bin/python3 tests/oracles/xgboost_import.py
Text columns become an input a level, as get_dummies makes them; a tenth of the numbers is missing.
"""
import json
import os
import tempfile

import numpy
import pandas
import xgboost

folder = os.path.dirname(os.path.abspath(__file__))
sample = pandas.read_csv(os.path.join(folder, "sample.csv"))
columns = ["customerID", "tenure", "MonthlyCharges", "SeniorCitizen", "Contract", "PaymentMethod", "TechSupport", "Churn"]
sample = sample[columns]
rng = numpy.random.default_rng(3)
for column in ["tenure", "MonthlyCharges"]:
    sample[column] = sample[column].astype(float).mask(rng.random(len(sample)) < 0.1)
target = (sample["Churn"] == "Yes").astype(int)
inputs = pandas.get_dummies(sample.drop(columns=["customerID", "Churn"]))
model = xgboost.XGBClassifier(n_estimators=25, max_depth=3, random_state=1, n_jobs=1, base_score=0.3)
model.fit(inputs, target)

with tempfile.TemporaryDirectory() as temporary:
    path = os.path.join(temporary, "model.json")
    model.get_booster().save_model(path)
    with open(path) as file:
        saved = json.load(file)
out = {
    "csv": sample.to_csv(index=False),
    "model": saved,
    "probabilities": [float(p) for p in model.predict_proba(inputs)[:, 1]],
}
with open(os.path.join(folder, "xgboost-import.json"), "w") as file:
    json.dump(out, file, separators=(",", ":"))
    file.write("\n")
