"""Label spreading by scikit-learn: the peer of `course bench graph`.

    python3 label_spreading.py points.f32 known.json NEIGHBOURS ALPHA REPETITIONS

`points.f32` holds the features, float32, row after row; `known.json` one label per row, -1 where unknown. Prints one JSON
object with the best time of the repetitions and the labels found.
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.semi_supervised import LabelSpreading


def main(points_path, known_path, neighbours, alpha, repetitions):
    with open(known_path, encoding="utf-8") as file:
        known = np.array(json.load(file))
    points = np.fromfile(points_path, dtype=np.float32).reshape(len(known), -1)
    seconds, cpu_seconds = [], []
    for _ in range(int(repetitions)):
        started, started_cpu = time.perf_counter(), time.process_time()
        model = LabelSpreading(kernel="knn", n_neighbors=int(neighbours), alpha=float(alpha), n_jobs=-1).fit(points, known)
        seconds.append(time.perf_counter() - started)
        cpu_seconds.append(time.process_time() - started_cpu)
    # It answers the first class where no label arrives; -1 says so.
    labels = np.where(model.label_distributions_.sum(axis=1) > 0, model.transduction_, -1)
    print(json.dumps({
        "seconds": min(seconds), "cpu_seconds": min(cpu_seconds), "labels": labels.tolist(), "scikit_learn": sklearn.__version__}))


if __name__ == "__main__":
    main(*sys.argv[1:6])
