"""Writes calibration-reference.json: what scikit-learn's isotonic regression and Platt's sigmoid make of given scores.

python3 tests/oracles/calibration_reference.py
"""
import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression

generator = np.random.default_rng(7)
scores = generator.uniform(0.02, 0.98, size=400).round(3)  # rounded, so that some are equal
target = (generator.uniform(size=400) < scores**2).astype(int)
isotonic = IsotonicRegression().fit(scores, target)
# Ours works on log-odds; scikit-learn's takes any decision value and gives 1 / (1 + exp(a·x + b)).
platt = _SigmoidCalibration().fit(np.log(scores / (1 - scores)), target)
grid = np.linspace(0.05, 0.95, 19).round(2)
reference = {
    "scikit-learn": sklearn.__version__,
    "scores": scores.tolist(),
    "target": target.tolist(),
    "isotonic": isotonic.predict(scores).tolist(),
    "platt": {"slope": -platt.a_, "intercept": -platt.b_},
    "grid": grid.tolist(),
    "plattOnGrid": platt.predict(np.log(grid / (1 - grid))).tolist(),
}
Path(__file__).with_name("calibration-reference.json").write_text(json.dumps(reference) + "\n")
