"""Writes onnx-import.json: models that the converters of scikit-learn and XGBoost wrote as ONNX, and their probabilities.

Run with Debian's python3-onnx, python3-sklearn and python3-xgboost, and with skl2onnx 1.14.1, onnxmltools 1.11.2 and
onnxconverter-common 1.13 on PYTHONPATH: /usr/bin/python3 tests/oracles/onnx_import.py
Probabilities are those of scikit-learn and XGBoost themselves, of the first rows of sample.csv.
"""
import base64
import json
import os
import warnings

import numpy
import pandas
import xgboost
from onnx.helper import set_model_props
from onnxmltools import convert_xgboost as convert_booster
from onnxmltools.convert.common.data_types import FloatTensorType as BoosterFloats
from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
from skl2onnx import to_onnx, update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (ExtraTreesClassifier, GradientBoostingClassifier, HistGradientBoostingClassifier,
                              RandomForestClassifier, RandomForestRegressor)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

warnings.filterwarnings("ignore")
update_registered_converter(xgboost.XGBClassifier, "XGBClassifier", calculate_linear_classifier_output_shapes,
                            convert_xgboost, options={"nocl": [True, False], "zipmap": [True, False, "columns"]})

ROWS = 400
folder = os.path.dirname(os.path.abspath(__file__))
sample = pandas.read_csv(os.path.join(folder, "sample.csv"))
numbers, levels = ["tenure", "MonthlyCharges"], ["Contract", "PaymentMethod", "TechSupport"]
sample = sample[["customerID", *numbers, *levels, "Churn"]].head(ROWS)
rng = numpy.random.default_rng(3)
for column in numbers:
    sample[column] = sample[column].astype("float32").mask(rng.random(len(sample)) < 0.1)
inputs = sample[numbers + levels]
target = (sample["Churn"] == "Yes").astype(int)
names = sample["Churn"]


def prepared(scaler=StandardScaler):
    return make_column_transformer(
        (make_pipeline(SimpleImputer(), *([scaler()] if scaler else [])), numbers),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), levels))


def types(numbers_as=FloatTensorType):
    return [(name, (numbers_as if name in numbers else StringTensorType)([None, 1])) for name in inputs.columns]


def converted(model, labels=target, numbers_as=FloatTensorType, scaler=StandardScaler, **options):
    pipeline = make_pipeline(prepared(scaler), model).fit(inputs, labels)
    onnx = to_onnx(pipeline, initial_types=types(numbers_as), target_opset={"": 15, "ai.onnx.ml": 3},
                   options={id(model): options} if options else None)
    given = pipeline.predict_proba(inputs)[:, 1] if hasattr(pipeline, "predict_proba") else pipeline.predict(inputs)
    return onnx, given


def booster():
    dummies = pandas.get_dummies(inputs).astype("float32")
    model = xgboost.XGBClassifier(n_estimators=6, max_depth=3, random_state=1, n_jobs=1).fit(dummies.values, target)
    onnx = convert_booster(model, initial_types=[("input", BoosterFloats([None, dummies.shape[1]]))])
    set_model_props(onnx, {"feature_names": json.dumps(list(dummies.columns))})
    return onnx, model.predict_proba(dummies.values)[:, 1]


trees = dict(n_estimators=4, max_depth=3, random_state=1)
models = {
    "logistic regression": converted(LogisticRegression(max_iter=500)),
    "logistic regression of doubles": converted(LogisticRegression(max_iter=500), numbers_as=DoubleTensorType),
    "logistic regression with names of classes": converted(LogisticRegression(max_iter=500), names),
    "logistic regression without a map": converted(LogisticRegression(max_iter=500), zipmap=False),
    "multinomial logistic regression": converted(LogisticRegression(multi_class="multinomial")),
    "stochastic gradient descent": converted(SGDClassifier(loss="log_loss", random_state=1), scaler=MinMaxScaler),
    "decision tree": converted(DecisionTreeClassifier(max_depth=4, random_state=1)),
    "random forest": converted(RandomForestClassifier(**trees)),
    "random forest with names of classes": converted(RandomForestClassifier(**trees), names),
    "random forest of a regression": converted(RandomForestRegressor(**trees)),
    "extra trees": converted(ExtraTreesClassifier(**trees)),
    "gradient boosting": converted(GradientBoostingClassifier(**trees)),
    "gradient boosting by histograms": converted(
        HistGradientBoostingClassifier(max_iter=4, max_depth=3, random_state=1), scaler=None),
    "XGBoost in a pipeline": converted(xgboost.XGBClassifier(**trees, n_jobs=1), scaler=None),
    "XGBoost of a matrix": booster(),
    "linear regression": converted(LinearRegression()),
}
out = {
    "csv": sample.to_csv(index=False),
    "models": {name: {"onnx": base64.b64encode(onnx.SerializeToString()).decode(),
                      "given": [round(float(p), 9) for p in given[:100]]} for name, (onnx, given) in models.items()},
}
with open(os.path.join(folder, "onnx-import.json"), "w") as file:
    json.dump(out, file, separators=(",", ":"))
    file.write("\n")
