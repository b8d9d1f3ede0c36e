"""Writes evaluation_golden.json: metrics of scikit-learn, and minima found by scipy, on small random problems.

    python3 evaluation_golden.py > evaluation_golden.json      (scikit-learn 1.2.1, scipy 1.10, numpy 1.24)
"""
import json
import warnings

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from scipy.stats import bootstrap
from sklearn.calibration import calibration_curve
from sklearn.metrics import (balanced_accuracy_score, confusion_matrix, log_loss, precision_recall_fscore_support,
                             roc_auc_score)

warnings.filterwarnings("ignore")


def problem(name, seed, count, classes, round_to=None, weights=None):
    rng = np.random.RandomState(seed)
    labels = rng.choice(classes, count, p=weights)
    labels[:classes] = np.arange(classes)
    logits = rng.normal(size=(count, classes)) + 2.0 * np.eye(classes)[labels] * rng.uniform(size=(count, 1))
    logits = (3 * logits).astype(np.float32)
    if round_to is not None:  # many ties
        logits = np.round(logits, round_to)
    scores = softmax(logits.astype(np.float64), axis=1).astype(np.float32)
    predicted = scores.argmax(1)
    precision, recall, f1, support = precision_recall_fscore_support(labels, predicted, labels=range(classes))
    correct, confidence = labels == predicted, scores.max(1).astype(np.float64)
    accuracy_curve, confidence_curve = calibration_curve(correct, np.minimum(confidence, 1), n_bins=15)
    bins = np.clip(np.ceil(np.minimum(confidence, 1) * 15).astype(int) - 1, 0, 14)
    ece = sum((bins == b).mean() * abs(correct[bins == b].mean() - confidence[bins == b].mean()) for b in np.unique(bins))
    temperature = minimize_scalar(
        lambda t: -log_softmax(logits.astype(np.float64) / t, axis=1)[np.arange(count), labels].mean(),
        bounds=(0.05, 20), method="bounded", options={"xatol": 1e-10})
    columns = scores.astype(np.float64)
    areas = [roc_auc_score(labels == c, scores[:, c]) for c in range(classes)]
    return {
        "name": name, "logits": logits.tolist(), "scores": scores.tolist(), "labels": labels.tolist(),
        # Rows must sum to 1 in double precision for multi_class="ovr"; dividing would break ties, so those go class by class.
        "auc": roc_auc_score(labels, columns / columns.sum(1, keepdims=True), multi_class="ovr")
        if classes > 2 and round_to is None else float(np.mean(areas)),
        "auc_per_class": areas,
        "accuracy": float(correct.mean()), "balanced_accuracy": balanced_accuracy_score(labels, predicted),
        "macro_f1": float(f1.mean()), "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(),
        "support": support.tolist(), "confusion": confusion_matrix(labels, predicted, labels=range(classes)).tolist(),
        "ece": float(ece), "curve_accuracy": accuracy_curve.tolist(), "curve_confidence": confidence_curve.tolist(),
        "temperature": float(temperature.x),
        "log_loss_calibrated": float(log_loss(labels, softmax(logits.astype(np.float64) / temperature.x, axis=1))),
    }


def absent_class():
    """Class 2 has no image and class 3 neither image nor prediction."""
    labels, predicted = np.array([0, 0, 1, 1, 1]), np.array([0, 2, 1, 1, 0])
    return {"labels": labels.tolist(), "predicted": predicted.tolist(), "classes": 4,
            "balanced_accuracy": balanced_accuracy_score(labels, predicted),
            "macro_f1": float(precision_recall_fscore_support(labels, predicted, zero_division=0)[2].mean())}


def abstentions():
    """Answers of a method that may abstain (-1); it has a row of zeros there, whose highest score is that of class 0."""
    rng = np.random.RandomState(11)
    labels = rng.choice(4, 80, p=[0.5, 0.2, 0.2, 0.1])
    scores = softmax(rng.normal(size=(80, 4)) + 1.5 * np.eye(4)[labels], axis=1).astype(np.float32)
    predicted = scores.argmax(1)
    abstained = rng.uniform(size=80) < 0.2
    scores[abstained], predicted[abstained] = 0, -1
    precision, recall, f1, support = precision_recall_fscore_support(labels, predicted, labels=range(4), zero_division=0)
    return {"scores": scores.tolist(), "labels": labels.tolist(), "predicted": predicted.tolist(),
            "abstained": [int((abstained & (labels == c)).sum()) for c in range(4)],
            "accuracy": float((labels == predicted).mean()), "balanced_accuracy": float(recall.mean()), "macro_f1": float(f1.mean()),
            "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(), "support": support.tolist(),
            "auc": float(np.mean([roc_auc_score(labels == c, scores[:, c]) for c in range(4)]))}


def bootstrap_of_accuracy():
    rng = np.random.RandomState(5)
    correct = (rng.uniform(size=500) < 0.7).astype(int)
    interval = bootstrap((correct,), np.mean, method="percentile", n_resamples=20000, random_state=1).confidence_interval
    return {"correct": correct.tolist(), "lower": interval.low, "upper": interval.high}


def percentiles():
    values = np.sort(np.random.RandomState(9).normal(size=37))
    shares = [0, 0.025, 0.3, 0.5, 0.975, 1]
    return {"values": values.tolist(), "shares": shares, "percentiles": [float(np.percentile(values, 100 * s)) for s in shares]}


print(json.dumps({
    "problems": [
        problem("balanced, 3 classes", 0, 60, 3),
        problem("unbalanced, 7 classes", 1, 200, 7, weights=[0.03, 0.05, 0.11, 0.01, 0.11, 0.67, 0.02]),
        problem("ties", 2, 120, 4, round_to=0),
        problem("2 classes", 3, 40, 2),
    ],
    "absent_class": absent_class(), "abstentions": abstentions(), "bootstrap": bootstrap_of_accuracy(), "percentiles": percentiles(),
}))
