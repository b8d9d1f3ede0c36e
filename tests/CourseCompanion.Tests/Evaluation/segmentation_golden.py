"""Writes segmentation_golden.json: metrics of masks by definition (every pair of pixels, every neighbour), and scipy's own where it has one.

    /usr/bin/python3 segmentation_golden.py > segmentation_golden.json      (scipy 1.10, numpy 1.24)
"""
import json

import numpy as np
from scipy import ndimage

CROSS, SQUARE = ndimage.generate_binary_structure(2, 1), np.ones((3, 3))


def blobs(rng, height, width, count):
    mask = np.zeros((height, width), bool)
    rows, columns = np.mgrid[:height, :width]
    for _ in range(count):
        radius, row, column = rng.uniform(0.5, 4.5), rng.uniform(0, height), rng.uniform(0, width)
        mask |= ((rows - row) ** 2 + 1.7 * (columns - column) ** 2) < radius ** 2
    return mask ^ (mask & (rng.uniform(size=mask.shape) < 0.06))  # frayed


def outline(mask):
    height, width = mask.shape
    def inside(r, c):
        return 0 <= r < height and 0 <= c < width and mask[r, c]
    return [(r, c) for r in range(height) for c in range(width)
            if mask[r, c] and not all(inside(r + dr, c + dc) for dr, dc in ((1, 0), (-1, 0), (0, 1), (0, -1)))]


def directed(first, second):
    return [min(np.hypot(r - s, c - d) for s, d in second) for r, c in first]


def worse(there, back):
    return float(max(np.percentile(there, 95), np.percentile(back, 95)))


def parts(mask):
    left, found = {(int(r), int(c)) for r, c in np.argwhere(mask)}, []
    while left:
        part, front = set(), [min(left)]
        while front:
            pixel = front.pop()
            if pixel in left:
                left.remove(pixel)
                part.add(pixel)
                front += [(pixel[0] + dr, pixel[1] + dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1)]
        found.append(part)
    assert len(found) == ndimage.label(mask, SQUARE)[1]
    return found


def dice(predicted, truth):
    return 2 * int((predicted & truth).sum()) / int(predicted.sum() + truth.sum())


def text(mask):
    return ["".join("#" if pixel else "." for pixel in row) for row in mask]


def pair(seed, height, width):
    rng = np.random.RandomState(seed)
    truth = blobs(rng, height, width, 2 + seed % 3)
    predicted = (np.roll(truth, rng.randint(-2, 3, 2), (0, 1)) & (rng.uniform(size=truth.shape) < 0.93)) | blobs(rng, height, width, seed % 2)
    assert (ndimage.binary_erosion(truth, CROSS) == (truth & ~np.isin(np.arange(truth.size).reshape(truth.shape), [r * width + c for r, c in outline(truth)]))).all()
    return {"predicted": text(predicted), "truth": text(truth), "dice": dice(predicted, truth),
            "hausdorff95": worse(directed(outline(predicted), outline(truth)), directed(outline(truth), outline(predicted))),
            "parts": sorted(len(part) for part in parts(truth)),
            "squared_distances": [round(float(d) ** 2) for d in ndimage.distance_transform_edt(~truth).ravel()]}


def stack():
    """Four patients: one with two tumour slices, one in whom nothing is found, one without a tumour, one painted in the wrong slice."""
    rng = np.random.RandomState(11)
    size, patients = 20, [0, 0, 0, 1, 1, 2, 2, 2, 3, 3]
    truth, predicted = np.zeros((10, size, size), bool), np.zeros((10, size, size), bool)
    truth[0], truth[1] = blobs(rng, size, size, 3), blobs(rng, size, size, 1)
    truth[0, 0, 19] = True                                             # one pixel in the corner
    predicted[0], predicted[1] = np.roll(truth[0], 1, 0), np.roll(truth[1], 1, 1)
    predicted[2, 4:6, 4:6] = True                                      # a false alarm in a slice without tumour
    truth[3, 5:12, 5:13] = True
    predicted[5, 2, 2] = predicted[5, 3, 3] = predicted[5, 9, 9] = True   # two parts: the first over a corner
    truth[8, 3:9, 3:9] = True
    predicted[9, 3:9, 3:9] = True
    figures = []
    for patient in range(4):
        rows = [k for k, other in enumerate(patients) if other == patient]
        p, t = predicted[rows], truth[rows]
        there, back = [], []
        for a, b in zip(p, t):
            if a.any() and b.any():
                there += directed(outline(a), outline(b))
                back += directed(outline(b), outline(a))
        lesions = [(len(part), sum(a[pixel] for pixel in part) / len(part)) for a, b in zip(p, t) for part in parts(b)]
        figures.append({
            "dice": dice(p, t) if t.any() else None,
            "hausdorff95": None if not t.any() else worse(there, back) if there else float(np.hypot(size - 1, size - 1)),
            "lesions": [pixels for pixels, _ in lesions], "covered": [float(covered) for _, covered in lesions],
            "false_positives": sum(not any(b[pixel] for pixel in part) for a, b in zip(p, t) for part in parts(a)),
            "empty": int(sum(not b.any() for b in t)), "clean": int(sum(not b.any() and not a.any() for a, b in zip(p, t)))})
    return {"patients": patients, "predicted": [text(m) for m in predicted], "truth": [text(m) for m in truth], "figures": figures}


print(json.dumps({"pairs": [pair(seed, 14 + seed, 19 - seed) for seed in range(6)], "stack": stack()}, separators=(",", ":")))
