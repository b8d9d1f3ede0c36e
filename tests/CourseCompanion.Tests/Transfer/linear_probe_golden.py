"""Writes linear_probe_golden.json: what scikit-learn's logistic regression says on a small case. Run with scikit-learn 1.2 or later."""
import json
import pathlib

import numpy
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

rows = numpy.arange(60)
features = numpy.stack([numpy.sin(0.7 * rows + 1.3 * j) * (j + 1) + (rows % 3) * 0.5 * (j - 1) for j in range(4)], 1)
labels = rows % 3
queries = numpy.stack([numpy.cos(0.9 * numpy.arange(5) + j) * (j + 1) for j in range(4)], 1)
scale = StandardScaler().fit(features)
probabilities = {
    str(c): LogisticRegression(C=c, tol=1e-10, max_iter=10_000).fit(scale.transform(features), labels).predict_proba(scale.transform(queries)).round(7).tolist()
    for c in (1.0, 0.1)
}
target = pathlib.Path(__file__).with_suffix(".json")
golden = {"scikit_learn": sklearn.__version__, "features": features.round(7).tolist(), "labels": labels.tolist(), "queries": queries.round(7).tolist(), "probabilities": probabilities}
target.write_text(json.dumps(golden) + "\n")
