"""Writes squeezenet_golden.json: SqueezeNet 1.1 written out as functions of PyTorch, in double precision.

Once with weights given by a formula that the C# test repeats, at 64 pixels; once with the weights of a file, at 112.

    python3 squeezenet_golden.py FOLDER/squeezenet1_1-imagenet.safetensors > squeezenet_golden.json    (PyTorch 1.13, CPU)
"""
import json
import struct
import sys

import numpy
import torch
from torch.nn import functional as F

FIRES = {3: (64, 16, 64), 4: (128, 16, 64), 6: (128, 32, 128), 7: (256, 32, 128),
         9: (256, 48, 192), 10: (384, 48, 192), 11: (384, 64, 256), 12: (512, 64, 256)}


def scatter(count, salt):
    """Numbers in [-0.5, 0.5] that look random: the fractional part of multiples of the golden ratio."""
    i = torch.arange(count, dtype=torch.float64)
    return ((i + 1) * (salt + 1) * 0.6180339887498949) % 1 - 0.5


def made_up_weights():
    shapes = {"features.0.weight": (64, 3, 3, 3), "features.0.bias": (64,)}
    for i, (inputs, squeezed, expanded) in FIRES.items():
        for name, shape in (("squeeze", (squeezed, inputs, 1, 1)), ("expand1x1", (expanded, squeezed, 1, 1)),
                            ("expand3x3", (expanded, squeezed, 3, 3))):
            shapes[f"features.{i}.{name}.weight"] = shape
            shapes[f"features.{i}.{name}.bias"] = shape[:1]
    weights = {}
    for salt, (name, shape) in enumerate(shapes.items()):
        count = int(numpy.prod(shape))
        scale = (24 / (count / shape[0])) ** 0.5 if name.endswith("weight") else 0.1
        weights[name] = (scatter(count, salt) * scale).reshape(shape)
    return weights


def weights_of(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {name: torch.tensor(numpy.frombuffer(data[slice(*entry["data_offsets"])], "<f4").astype("f8").reshape(entry["shape"]))
            for name, entry in header.items() if name != "__metadata__"}


def features(w, x):
    def fire(x, i):
        s = F.relu(F.conv2d(x, w[f"features.{i}.squeeze.weight"], w[f"features.{i}.squeeze.bias"]))
        return torch.cat([F.relu(F.conv2d(s, w[f"features.{i}.expand1x1.weight"], w[f"features.{i}.expand1x1.bias"])),
                          F.relu(F.conv2d(s, w[f"features.{i}.expand3x3.weight"], w[f"features.{i}.expand3x3.bias"], padding=1))], 1)

    x = F.relu(F.conv2d(x, w["features.0.weight"], w["features.0.bias"], stride=2))
    for group in ((3, 4), (6, 7), (9, 10, 11, 12)):
        x = F.max_pool2d(x, 3, 2, ceil_mode=True)
        for i in group:
            x = fire(x, i)
    return x.mean((2, 3))


pixels = torch.floor((scatter(2 * 3 * 28 * 28, 5) + 0.5) * 256).to(torch.uint8).reshape(2, 3, 28, 28)


def standardised(size):
    mean, deviation = (torch.tensor(v, dtype=torch.float64).view(1, 3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    return F.interpolate((pixels.double() / 255 - mean) / deviation, size=(size, size), mode="bilinear", align_corners=False)


def blue_green_red(size):
    mean = torch.tensor([103.939, 116.779, 123.68], dtype=torch.float64).view(1, 3, 1, 1)
    return F.interpolate(pixels.double()[:, [2, 1, 0]] - mean, size=(size, size), mode="bilinear", align_corners=False)


made_up = made_up_weights()
print(json.dumps({
    "parameters": list(made_up),
    "made_up": features(made_up, standardised(64)).tolist(),
    "imagenet": features(weights_of(sys.argv[1]), blue_green_red(112)).tolist()}))
