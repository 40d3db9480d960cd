"""The peer of bench/api.ts: a Flask app that scores one customer with scikit-learn and stores the score, on the disk before it answers.

  TRAINING=history.csv DATABASE=scores.db gunicorn --preload --workers 5 --bind 127.0.0.1:PORT api:app

Needs Debian's python3-flask, gunicorn, python3-sklearn and python3-pandas.
"""
import json
import os
import sqlite3
from functools import cache

import pandas as pd
from flask import Flask, jsonify, request
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]

history = pd.read_csv(os.environ["TRAINING"], dtype=str)
for number in NUMBERS:
    history[number] = pd.to_numeric(history[number], errors="coerce")
columns = [name for name in history.columns if name not in ("customerID", "Churn")]
model = make_pipeline(
    ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), NUMBERS),
        ("categories", OneHotEncoder(handle_unknown="ignore"), [c for c in columns if c not in NUMBERS]),
    ]),
    LogisticRegression(max_iter=1000),
).fit(history[columns], history["Churn"] == "Yes")

app = Flask(__name__)


@cache
def open_database(process):
    """One connection for each worker, which are forked when the model is there."""
    database = sqlite3.connect(os.environ["DATABASE"], timeout=30, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS scores (id INTEGER PRIMARY KEY, customer_id TEXT, probability REAL, risk_level TEXT, inputs TEXT)"
    )
    return database


@app.get("/")
def ready():
    return "ready"


@app.post("/scores")
def score():
    customer = request.get_json()
    row = pd.DataFrame([customer["inputs"]], columns=columns).astype(dict.fromkeys(NUMBERS, float))
    probability = float(model.predict_proba(row)[0, 1])
    level = "high" if probability >= 0.6 else "medium" if probability >= 0.3 else "low"
    values = (customer["customer_id"], probability, level, json.dumps(customer["inputs"]))
    database = open_database(os.getpid())
    with database:
        inserted = database.execute(
            "INSERT INTO scores (customer_id, probability, risk_level, inputs) VALUES (?, ?, ?, ?)", values
        )
    return jsonify(id=inserted.lastrowid, probability=probability, risk_level=level)
