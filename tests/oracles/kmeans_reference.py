"""Writes kmeans-reference.json: rows, starting centres, and what scikit-learn's KMeans makes of them.

python3 tests/oracles/kmeans_reference.py
"""
import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import KMeans

generator = np.random.default_rng(3)
middles = np.array([[0, 0, 0], [4, 1, -2], [-3, 3, 2], [1, -4, 3]])
rows = np.vstack([middle + generator.normal(size=(30, 3)) for middle in middles]).round(6)
start = rows[[0, 1, 40, 100]]
model = KMeans(n_clusters=4, init=start, n_init=1, algorithm="lloyd", tol=0, max_iter=300).fit(rows)
best = KMeans(n_clusters=4, n_init=20, random_state=1).fit(rows)
reference = {
    "scikit-learn": sklearn.__version__,
    "rows": rows.tolist(),
    "start": start.tolist(),
    "centres": model.cluster_centers_.tolist(),
    "assignment": model.labels_.tolist(),
    "inertia": model.inertia_,
    "bestInertia": best.inertia_,
}
Path(__file__).with_name("kmeans-reference.json").write_text(json.dumps(reference) + "\n")
