"""Label spreading and propagation by scikit-learn 1.2 on given embeddings: what RealEmbeddingsTests compares with.

    python3 real_embeddings_peer.py FOLDER NEIGHBOURS GAMMA ALPHA SEARCHED > answers.json

FOLDER holds `points.f32` (features, float32, row after row), `known.json` (one label per row, -1 where unknown) and the graph to
answer on: `neighbours.i64`, the k nearest other points of each point, nearest first, and `distances.f32`. Both sides answer on the
same edges: on some points two neighbours are equally far in single precision, and which of them is the k-th is nobody's mistake.
`searched` is scikit-learn's own search, for the first SEARCHED points. `dense` is its kernel of all pairs, on the first thousand
points: on all of them it would take gigabytes.
"""
import json
import pathlib
import sys
import warnings

import numpy as np
import scipy.sparse
from sklearn.neighbors import NearestNeighbors
from sklearn.semi_supervised import LabelPropagation, LabelSpreading

folder, neighbours, gamma, alpha, searched = sys.argv[1:6]
folder, neighbours, gamma, alpha, searched = pathlib.Path(folder), int(neighbours), float(gamma), float(alpha), int(searched)
known = np.array(json.loads((folder / "known.json").read_text(encoding="utf-8")))
count = len(known)
points = np.fromfile(folder / "points.f32", dtype=np.float32).reshape(count, -1)
indices = np.fromfile(folder / "neighbours.i64", dtype=np.int64).reshape(count, neighbours)
distances = np.fromfile(folder / "distances.f32", dtype=np.float32).reshape(count, neighbours).astype(np.float64)


def edges(weights, targets):
    sources = np.repeat(np.arange(count), targets.shape[1])
    return scipy.sparse.csr_matrix((weights.ravel(), (sources, targets.ravel())), shape=(count, count))


# What its knn kernel makes: each point and its k - 1 nearest, weight 1.
nearest = edges(np.ones((count, neighbours - 1)), indices[:, :-1]) + scipy.sparse.identity(count, format="csr")
weights = edges(np.exp(-gamma * distances ** 2), indices)
weights = weights.maximum(weights.T).tocsr()


def answer(model, points, known):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(points, known)
    # It answers the first class where no label arrives; -1 says so.
    labels = np.where(np.nan_to_num(model.label_distributions_).sum(axis=1) > 0, model.transduction_, -1)
    return {"labels": labels.tolist(), "probabilities": np.nan_to_num(model.label_distributions_).round(9).tolist(),
            "iterations": int(model.n_iter_)}


def knn(left, right):
    return nearest.copy()


def symmetric_rbf(left, right):
    return weights.copy()


found = NearestNeighbors().fit(points).kneighbors(points[:searched], neighbours + 1)[0][:, 1:]
first = slice(0, 1000)
print(json.dumps({
    "searched": found.tolist(),
    "spreading_knn": answer(LabelSpreading(kernel=knn, alpha=alpha), points, known),
    "propagation_knn": answer(LabelPropagation(kernel=knn), points, known),
    "spreading_rbf": answer(LabelSpreading(kernel=symmetric_rbf, alpha=alpha), points, known),
    "propagation_rbf": answer(LabelPropagation(kernel=symmetric_rbf), points, known),
    "spreading_dense": answer(LabelSpreading(kernel="rbf", gamma=gamma, alpha=alpha), points[first].astype(np.float64), known[first]),
    "propagation_dense": answer(LabelPropagation(kernel="rbf", gamma=gamma), points[first].astype(np.float64), known[first])}))
