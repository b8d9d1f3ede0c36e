"""Label spreading and propagation by scikit-learn 1.2 on given embeddings: what RealEmbeddingsTests compares with.

    python3 real_embeddings_peer.py points.f32 known.json NEIGHBOURS GAMMA ALPHA > answers.json

`points.f32` holds the features, float32, row after row; `known.json` one label per row, -1 where unknown. `spreading_knn` is
scikit-learn's own kernel, `propagation_knn` the same matrix. The rbf cases give it the weights exp(-gamma d^2) of its own nearest neighbours, made symmetric:
its kernel of all pairs would take gigabytes; `dense` is that one, on the first thousand points.
"""
import json
import sys
import warnings

import numpy as np
import scipy.sparse
from sklearn.neighbors import kneighbors_graph
from sklearn.semi_supervised import LabelPropagation, LabelSpreading

points_path, known_path, neighbours, gamma, alpha = sys.argv[1:6]
neighbours, gamma, alpha = int(neighbours), float(gamma), float(alpha)
with open(known_path, encoding="utf-8") as file:
    known = np.array(json.load(file))
points = np.fromfile(points_path, dtype=np.float32).reshape(len(known), -1)

distances = kneighbors_graph(points, neighbours, mode="distance", include_self=False)
weights = distances.copy()
weights.data = np.exp(-gamma * weights.data.astype(np.float64) ** 2)
weights = weights.maximum(weights.T).tocsr()

# What its knn kernel makes: each point and its k - 1 nearest, weight 1. Searching takes long, so that it is done by the kernel
# itself once, below, and taken from the distances for propagation.
last = distances.data.reshape(-1, neighbours).argmax(axis=1) + neighbours * np.arange(len(points))
kernel = distances.copy()
kernel.data[:] = 1
kernel.data[last] = 0
kernel = (kernel + scipy.sparse.identity(len(points))).tocsr()
kernel.eliminate_zeros()


def answer(model, points, known):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(points, known)
    # It answers the first class where no label arrives; -1 says so.
    labels = np.where(np.nan_to_num(model.label_distributions_).sum(axis=1) > 0, model.transduction_, -1)
    return {"labels": labels.tolist(), "probabilities": np.nan_to_num(model.label_distributions_).round(9).tolist(),
            "iterations": int(model.n_iter_)}


def knn(left, right):
    return kernel


def symmetric_rbf(left, right):
    return weights


first = slice(0, 1000)
print(json.dumps({
    "spreading_knn": answer(LabelSpreading(kernel="knn", n_neighbors=neighbours, alpha=alpha), points, known),
    "propagation_knn": answer(LabelPropagation(kernel=knn), points, known),
    "spreading_rbf": answer(LabelSpreading(kernel=symmetric_rbf, alpha=alpha), points, known),
    "propagation_rbf": answer(LabelPropagation(kernel=symmetric_rbf), points, known),
    "spreading_dense": answer(LabelSpreading(kernel="rbf", gamma=gamma, alpha=alpha), points[first].astype(np.float64), known[first]),
    "propagation_dense": answer(LabelPropagation(kernel="rbf", gamma=gamma), points[first].astype(np.float64), known[first])}))
