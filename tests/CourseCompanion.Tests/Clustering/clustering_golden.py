"""Writes clustering_golden.json: clusterings and scores of scikit-learn and scipy on small random problems.

    python3 clustering_golden.py > clustering_golden.json      (scikit-learn 1.2.1, scipy 1.10, numpy 1.24)
"""
import json

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN, KMeans, SpectralClustering
from sklearn.datasets import make_moons
from sklearn.metrics import (adjusted_rand_score, calinski_harabasz_score, davies_bouldin_score,
                             normalized_mutual_info_score, silhouette_samples)
from sklearn.metrics.cluster import contingency_matrix
from sklearn.mixture import GaussianMixture


def single(x):
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def blobs(seed, sizes, dimensions, spread):
    rng = np.random.RandomState(seed)
    parts = [rng.normal(size=(size, dimensions)) * rng.uniform(0.5, 1.5, size=dimensions) + spread * rng.normal(size=dimensions)
             for size in sizes]
    return single(np.concatenate(parts)), np.repeat(np.arange(len(sizes)), sizes)


def inner(x, labels):
    return {"labels": labels.tolist(), "silhouettes": silhouette_samples(x, labels).tolist(),
            "davies_bouldin": davies_bouldin_score(x, labels), "calinski_harabasz": calinski_harabasz_score(x, labels)}


def outer(truth, labels):
    table = contingency_matrix(truth, labels)
    return {"truth": truth.tolist(), "labels": labels.tolist(), "ari": adjusted_rand_score(truth, labels),
            "nmi": normalized_mutual_info_score(truth, labels), "purity": table.max(0).sum() / table.sum()}


def mixture(x, clusters, kind):
    m = GaussianMixture(clusters, covariance_type=kind, tol=1e-10, max_iter=1000, n_init=5, random_state=0).fit(x)
    order = np.argsort(m.means_[:, 0])
    covariances = [np.diag(c) for c in m.covariances_] if kind == "diag" else list(m.covariances_)
    return {"weights": m.weights_[order].tolist(), "means": m.means_[order].tolist(),
            "covariances": [covariances[k].tolist() for k in order], "log_likelihood": m.score(x), "bic": m.bic(x),
            "responsibilities": m.predict_proba(x)[:, order].tolist()}


x, truth = blobs(1, [30, 22, 14, 9], 4, 3.0)
rng = np.random.RandomState(7)
kmeans = KMeans(4, n_init=50, tol=0, random_state=0).fit(x)
order = np.argsort(kmeans.cluster_centers_[:, 0])
trees = {}
for name in ("ward", "average"):
    z = linkage(x, name)
    trees[name] = {"merges": z.tolist(), "cuts": {str(k): fcluster(z, k, "maxclust").tolist() for k in (2, 3, 4, 7)}}
dbscan = DBSCAN(eps=1.6, min_samples=5).fit(x).labels_
crowd = np.sort(cdist(x, x), axis=1)[:, 4]

moons = single(make_moons(120, noise=0.06, random_state=1)[0])
neighbours = np.argsort(cdist(moons, moons), axis=1, kind="stable")[:, 1:9]
weights = np.zeros((120, 120))
weights[np.arange(120)[:, None], neighbours] = 1
weights = np.maximum(weights, weights.T)
scale = 1 / np.sqrt(weights.sum(1))
laplacian = np.eye(120) - scale[:, None] * weights * scale
spectral = SpectralClustering(2, affinity="precomputed", random_state=0).fit(weights).labels_

clustered = dbscan >= 0
costs = [rng.normal(size=(n, n)).round(3) for n in (1, 2, 5, 8)]
json.dump({
    "points": x.tolist(),
    "kmeans": {"labels": kmeans.labels_.tolist(), "centres": kmeans.cluster_centers_[order].tolist(), "inertia": kmeans.inertia_},
    "trees": trees,
    "dbscan": {"radius": 1.6, "labels": dbscan.tolist(), "crowd_distances": crowd.tolist()},
    "mixtures": {"diag": mixture(x, 4, "diag"), "full": mixture(x, 3, "full")},
    "moons": moons.tolist(),
    "spectral": {"labels": spectral.tolist(), "eigenvalues": np.linalg.eigvalsh(laplacian)[:10].tolist()},
    "inner": {"kmeans": inner(x, kmeans.labels_), "random": inner(x, rng.randint(0, 5, len(x))),
              "alone": inner(x, np.minimum(np.arange(len(x)), 20)), "noise": inner(x, dbscan)},
    "inner_without_noise": {**inner(x[clustered], dbscan[clustered]), "labels": dbscan.tolist()},
    "outer": [outer(truth, kmeans.labels_), outer(truth, rng.randint(0, 6, len(x))), outer(truth, np.zeros(len(x), int)),
              outer(truth, np.arange(len(x))), outer(truth, (truth + 2) % 4), outer(truth, dbscan)],
    "assignments": [{"cost": c.tolist(), "columns": linear_sum_assignment(c)[1].tolist()} for c in costs],
}, __import__("sys").stdout)
