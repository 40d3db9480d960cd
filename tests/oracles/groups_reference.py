"""Writes groups-reference.json: mixed columns, their encoding, groups, silhouettes, gaps and fifths by scikit-learn and NumPy.

python3 tests/oracles/groups_reference.py
"""
import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler

generator = np.random.default_rng(11)
groups = np.repeat([0, 1, 2], 40)
tenure = (np.array([5, 30, 60])[groups] + generator.normal(0, 4, 120)).round(3)
spend = np.exp(generator.normal(0, 1.2, 120) + groups).round(3)
contract = np.where(groups == 2, "Two year", generator.choice(["Monthly", "One year"], 120))
contract[generator.choice(120, 6, replace=False)] = ""
known_tenure = generator.uniform(0, 1, 120) > 0.05

# What is not known is the average of what is, after scaling: 0.
scaled = StandardScaler().fit(tenure[known_tenure].reshape(-1, 1)).transform(tenure.reshape(-1, 1))[:, 0]
scaled[~known_tenure] = 0
logged = StandardScaler().fit_transform(np.log1p(spend).reshape(-1, 1))[:, 0]
levels, counts = np.unique(contract, return_counts=True)
order = [str(level) for level in levels[np.lexsort((levels, -counts))]]
one_hot = OneHotEncoder(categories=[order]).fit_transform(contract.reshape(-1, 1)).toarray()
weight = 1 / np.sqrt(one_hot.var(axis=0).sum())
rows = np.column_stack([scaled, logged, one_hot * weight])

starts = {k: rows[np.linspace(0, 119, k).astype(int)] for k in (2, 3, 4)}
fits = {k: KMeans(k, init=start, n_init=1, algorithm="lloyd", tol=0).fit(rows) for k, start in starts.items()}
references = [generator.uniform(rows.min(axis=0), rows.max(axis=0), rows.shape) for _ in range(5)]


def gap(k):
    # Inertia of the reference data, also from given starts.
    inertias = [
        KMeans(k, init=data[np.linspace(0, 119, k).astype(int)], n_init=1, algorithm="lloyd", tol=0).fit(data).inertia_
        for data in references
    ]
    logs = np.log(inertias)
    return {
        "inertias": inertias,
        "value": logs.mean() - np.log(fits[k].inertia_),
        "error": logs.std() * np.sqrt(1 + 1 / len(logs)),
    }


reference = {
    "scikit-learn": sklearn.__version__,
    "tenure": [value if known else None for value, known in zip(tenure.tolist(), known_tenure)],
    "spend": spend.tolist(),
    "contract": contract.tolist(),
    "rows": rows.tolist(),
    "references": [data.tolist() for data in references],
    "fits": [
        {
            "k": k,
            "start": starts[k].tolist(),
            "centres": fit.cluster_centers_.tolist(),
            "assignment": fit.labels_.tolist(),
            "inertia": fit.inertia_,
            "silhouette": silhouette_score(rows, fit.labels_),
            "gap": gap(k),
        }
        for k, fit in fits.items()
    ],
    "fifths": np.quantile(spend, [0.2, 0.4, 0.6, 0.8]).tolist(),
}
Path(__file__).with_name("groups-reference.json").write_text(json.dumps(reference) + "\n")
