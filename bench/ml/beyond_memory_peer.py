"""XGBoost (hist) on a file that it reads by blocks: python3 beyond_memory_peer.py FILE HELD_OUT THREADS prints the AUC."""
import sys

import pandas as pd
import xgboost as xgb
from sklearn.metrics import roc_auc_score

path, held_out, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])


def inputs_of(block):
    inputs = block.drop(columns=["customer_id", "Churn"])
    for name in inputs:
        if name.startswith("c"):
            inputs[name] = inputs[name].str[1:].astype("int32")
    return inputs


def blocks_of(file):
    return pd.read_csv(file, chunksize=500_000)


class Blocks(xgb.DataIter):
    def __init__(self):
        super().__init__()
        self.reset()

    def reset(self):
        self.blocks = blocks_of(path)

    def next(self, input_data):
        block = next(self.blocks, None)
        if block is None:
            return 0
        kinds = ["c" if name.startswith("c") else "q" for name in inputs_of(block)]
        label = (block["Churn"] == "Yes").to_numpy()
        input_data(data=inputs_of(block), label=label, feature_types=kinds)
        return 1


rows = xgb.QuantileDMatrix(Blocks(), enable_categorical=True, max_bin=256)
params = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "grow_policy": "lossguide",
    "max_leaves": 31,
    "max_depth": 12,
    "eta": 0.2,
    "subsample": 0.8,
    "colsample_bytree": 0.7,
    "nthread": threads,
    "seed": 1,
}
model = xgb.train(params, rows, num_boost_round=100)
held = pd.read_csv(held_out)
kinds = ["c" if name.startswith("c") else "q" for name in inputs_of(held)]
scores = model.predict(xgb.DMatrix(inputs_of(held), feature_types=kinds, enable_categorical=True, nthread=threads))
print(roc_auc_score(held["Churn"] == "Yes", scores))
