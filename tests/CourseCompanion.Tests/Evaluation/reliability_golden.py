"""Writes reliability_golden.json: outliers, wrong labels and prototypes as scikit-learn, scipy and a naive reference see them.

    python3 reliability_golden.py > reliability_golden.json      (scikit-learn 1.2.1, scipy 1.10, numpy 1.24)
"""
import json

import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.covariance import ShrunkCovariance
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.neighbors import NearestCentroid

rng = np.random.RandomState(7)
labels = np.arange(30) % 3
features = np.round(rng.normal(size=(30, 4)) @ rng.normal(size=(4, 4)) + labels[:, None], 4)
queries = np.round(2 * rng.normal(size=(12, 4)), 4)

means = np.stack([features[labels == k].mean(0) for k in range(3)])
distances = {}
for shrinkage in (0.0, 0.1, 0.5):
    covariance = ShrunkCovariance(shrinkage=shrinkage, assume_centered=True).fit(features - means[labels])
    away = queries[:, None] - means[None]
    distances[str(shrinkage)] = np.einsum("mkd,de,mke->mk", away, covariance.precision_, away).min(1).tolist()

logits = np.round(4 * rng.normal(size=(9, 5)), 4)
known, foreign = np.round(rng.normal(size=40), 2), np.round(rng.normal(1.2, 1, size=30), 2)
is_known = np.r_[np.ones(40), np.zeros(30)]
rates, kept, _ = roc_curve(is_known, -np.r_[known, foreign], drop_intermediate=False)

# Confident learning, said as in the paper: sets of images rather than a loop over them.
true = rng.choice(4, 200, p=[0.4, 0.3, 0.2, 0.1])
given = np.where(rng.uniform(size=200) < 0.25, rng.choice(4, 200), true)
probabilities = np.round(softmax(1.5 * rng.normal(size=(200, 4)) + 2.5 * np.eye(4)[true], axis=1), 5)
probabilities /= probabilities.sum(1, keepdims=True)
probabilities = probabilities.astype(np.float32).astype(np.float64)
thresholds = np.array([probabilities[given == k, k].mean() for k in range(4)])
above = probabilities >= thresholds
sure = above.any(1)
seems = np.where(above, probabilities, -1).argmax(1)
joint = np.array([[np.sum(sure & (given == i) & (seems == j)) for j in range(4)] for i in range(4)])
share = joint / joint.sum(1, keepdims=True) * np.bincount(given)[:, None]
suspects = np.flatnonzero(sure & (seems != given))
suspects = suspects[np.argsort(probabilities[suspects, given[suspects]], kind="stable")]

centroids = NearestCentroid().fit(features, labels)
away = ((queries[:, None] - centroids.centroids_[None]) ** 2).sum(-1)

print(json.dumps({
    "features": features.tolist(), "labels": labels.tolist(), "queries": queries.tolist(), "distances": distances,
    "logits": logits.tolist(), "energy": (-logsumexp(logits, axis=1)).tolist(), "energy_2": (-2 * logsumexp(logits / 2, axis=1)).tolist(),
    "known": known.tolist(), "foreign": foreign.tolist(), "auroc": 1 - roc_auc_score(is_known, np.r_[known, foreign]),
    "fpr95": float(rates[np.flatnonzero(kept >= 0.95)[0]]),
    "probabilities": probabilities.tolist(), "given": given.tolist(), "thresholds": thresholds.tolist(), "confident_joint": joint.tolist(),
    "joint": (share / share.sum()).tolist(), "suspects": suspects.tolist(), "suggested": seems[suspects].tolist(),
    "centroid_answers": centroids.predict(queries).tolist(), "centroid_probabilities": softmax(-away, axis=1).tolist(),
}))
