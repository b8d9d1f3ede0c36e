"""Writes graphs_golden.json: label spreading and propagation by scikit-learn 1.2, the values that GraphGoldenTests expects.

    python3 graphs_golden.py            # needs scikit-learn 1.2, NumPy
"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.datasets import make_blobs, make_moons
from sklearn.semi_supervised import LabelPropagation, LabelSpreading

CASES = [
    ("spreading", "knn", {"n_neighbors": 7, "alpha": 0.2}),
    ("spreading", "knn", {"n_neighbors": 10, "alpha": 0.9, "max_iter": 300}),
    ("spreading", "rbf", {"gamma": 20, "alpha": 0.2}),
    ("propagation", "knn", {"n_neighbors": 7}),
    ("propagation", "rbf", {"gamma": 20}),
]


def rounded(values):
    return [[float(f"{value:.7g}") for value in row] for row in values]


def problem(name, points, labels, queries, labelled):
    # What is stored is what is used: single precision, as our library reads it.
    points, queries = points.astype(np.float32), queries.astype(np.float32)
    known = np.full(len(points), -1)
    known[labelled] = labels[labelled]
    cases = []
    for method, kernel, settings in CASES:
        settings = dict(settings)
        if name == "blobs" and kernel == "rbf":
            settings["gamma"] = 0.05
        model = {"spreading": LabelSpreading, "propagation": LabelPropagation}[method](kernel=kernel, **settings)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(points.astype(np.float64), known)
            # Where no label arrives it divides zero by zero; we have zeros there.
            predicted = np.nan_to_num(model.predict_proba(queries.astype(np.float64)), nan=0.0)
        cases.append({
            "method": method, "kernel": kernel, **settings, "iterations": model.n_iter_,
            "probabilities": rounded(model.label_distributions_), "labels": model.transduction_.tolist(),
            "query_probabilities": rounded(predicted)})
    return {"name": name, "points": [[float(v) for v in row] for row in points], "known": known.tolist(),
            "queries": [[float(v) for v in row] for row in queries], "cases": cases}


def main():
    random = np.random.RandomState(0)
    points, labels = make_moons(200, noise=0.1, random_state=0)
    queries, _ = make_moons(20, noise=0.1, random_state=1)
    moons = problem("moons", points, labels, queries, np.concatenate([np.flatnonzero(labels == c)[:3] for c in (0, 1)]))
    points, labels = make_blobs(300, 8, centers=5, cluster_std=4, random_state=0)
    queries = points[:20] + random.normal(size=(20, 8))
    blobs = problem("blobs", points, labels, queries, np.concatenate([np.flatnonzero(labels == c)[:4] for c in range(5)]))
    document = {"scikit_learn": sklearn.__version__, "problems": [moons, blobs]}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
