"""Writes resnet18_golden.json: ResNet-18 written out as functions of PyTorch, in double precision, on weights given by a formula
that the C# test repeats.

    python3 resnet18_golden.py > resnet18_golden.json      (PyTorch 1.13, CPU)
"""
import json

import torch
from torch.nn import functional as F

SIZE = 64
LAYERS = [("layer1", 64, 64, 1), ("layer2", 64, 128, 2), ("layer3", 128, 256, 2), ("layer4", 256, 512, 2)]


def scatter(count, salt):
    """Numbers in [-0.5, 0.5] that look random: the fractional part of multiples of the golden ratio."""
    i = torch.arange(count, dtype=torch.float64)
    return ((i + 1) * (salt + 1) * 0.6180339887498949) % 1 - 0.5


def normalisation(name, channels):
    return {f"{name}.{part}": (channels,) for part in ("weight", "bias", "running_mean", "running_var")}


shapes = {"conv1.weight": (64, 3, 7, 7), **normalisation("bn1", 64)}
for layer, inputs, outputs, _ in LAYERS:
    for block in range(2):
        prefix, given = f"{layer}.{block}", inputs if block == 0 else outputs
        shapes[f"{prefix}.conv1.weight"] = (outputs, given, 3, 3)
        shapes.update(normalisation(f"{prefix}.bn1", outputs))
        shapes[f"{prefix}.conv2.weight"] = (outputs, outputs, 3, 3)
        shapes.update(normalisation(f"{prefix}.bn2", outputs))
        if given != outputs:
            shapes[f"{prefix}.downsample.0.weight"] = (outputs, given, 1, 1)
            shapes.update(normalisation(f"{prefix}.downsample.1", outputs))

w = {}
for salt, (name, shape) in enumerate(shapes.items()):
    count = torch.Size(shape).numel()
    values = scatter(count, salt)
    if len(shape) == 4:
        values = values * (24 / (count / shape[0])) ** 0.5
    elif name.endswith(("running_var", "weight")):
        values = 1 + 0.4 * values
    else:
        values = 0.1 * values
    w[name] = values.reshape(shape)


def normalise(x, name):
    return F.batch_norm(x, w[f"{name}.running_mean"], w[f"{name}.running_var"], w[f"{name}.weight"], w[f"{name}.bias"])


pixels = torch.floor((scatter(2 * 3 * 28 * 28, 5) + 0.5) * 256).to(torch.uint8).reshape(2, 3, 28, 28)
mean, deviation = (torch.tensor(v, dtype=torch.float64).view(1, 3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
x = F.interpolate((pixels.double() / 255 - mean) / deviation, size=(SIZE, SIZE), mode="bilinear", align_corners=False)
x = F.max_pool2d(F.relu(normalise(F.conv2d(x, w["conv1.weight"], stride=2, padding=3), "bn1")), 3, 2, 1)
for layer, inputs, outputs, stride in LAYERS:
    for block in range(2):
        prefix, step = f"{layer}.{block}", stride if block == 0 else 1
        y = F.relu(normalise(F.conv2d(x, w[f"{prefix}.conv1.weight"], stride=step, padding=1), f"{prefix}.bn1"))
        y = normalise(F.conv2d(y, w[f"{prefix}.conv2.weight"], padding=1), f"{prefix}.bn2")
        if f"{prefix}.downsample.0.weight" in w:
            x = normalise(F.conv2d(x, w[f"{prefix}.downsample.0.weight"], stride=step), f"{prefix}.downsample.1")
        x = F.relu(x + y)
print(json.dumps({"names": list(w), "features": x.mean((2, 3)).tolist()}))
