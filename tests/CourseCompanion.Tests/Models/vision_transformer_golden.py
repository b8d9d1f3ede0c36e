"""Writes vision_transformer_golden.json: a vision transformer made of PyTorch's own nn.TransformerEncoderLayer, in double precision,
on weights and images given by a formula that the C# test repeats; once with all patches seeing all, once with a prefix of 3 patches.

    python3 vision_transformer_golden.py > vision_transformer_golden.json    (PyTorch 1.13, CPU)
"""
import json
import math
import sys

import torch
from torch import nn
from torch.nn import functional as F

WIDTH, DEPTH, HEADS, SIZE, PATCH, CHANNELS, PREFIX = 16, 2, 4, 12, 4, 3, 3
SIDE = SIZE // PATCH


def scatter(count, salt):
    """Numbers in [-0.5, 0.5] that look random: the fractional part of multiples of the golden ratio."""
    i = torch.arange(count, dtype=torch.float64)
    return ((i + 1) * (salt + 1) * 0.6180339887498949) % 1 - 0.5


def shapes():
    yield "embedding.weight", (WIDTH, PATCH * PATCH * CHANNELS)
    yield "embedding.bias", (WIDTH,)
    for block in range(DEPTH):
        for name, shape in (("norm.weight", (WIDTH,)), ("norm.bias", (WIDTH,)),
                            ("qkv.weight", (3 * WIDTH, WIDTH)), ("qkv.bias", (3 * WIDTH,)),
                            ("projection.weight", (WIDTH, WIDTH)), ("projection.bias", (WIDTH,)),
                            ("mlp.norm.weight", (WIDTH,)), ("mlp.norm.bias", (WIDTH,)),
                            ("mlp.wide.weight", (4 * WIDTH, WIDTH)), ("mlp.wide.bias", (4 * WIDTH,)),
                            ("mlp.narrow.weight", (WIDTH, 4 * WIDTH)), ("mlp.narrow.bias", (WIDTH,))):
            yield f"block{block}.{name}", shape
    yield "norm.weight", (WIDTH,)
    yield "norm.bias", (WIDTH,)


PYTORCH = {"norm": "norm1", "qkv": "self_attn.in_proj", "projection": "self_attn.out_proj",
           "mlp.norm": "norm2", "mlp.wide": "linear1", "mlp.narrow": "linear2"}


def layer(weights, block):
    made = nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, dropout=0, activation="gelu", layer_norm_eps=1e-6,
                                      batch_first=True, norm_first=True, dtype=torch.float64)
    state = {}
    for ours, theirs in PYTORCH.items():
        for kind in ("weight", "bias"):
            # The packed projection of queries, keys and values is in_proj_weight, all others are name.weight.
            state[f"{theirs}{'_' if ours == 'qkv' else '.'}{kind}"] = weights[f"block{block}.{ours}.{kind}"]
    made.load_state_dict(state)
    return made.train()  # in evaluation PyTorch takes another path


def positions():
    """Row first, then column; sines of all frequencies, then cosines."""
    table = torch.zeros(SIDE * SIDE, WIDTH, dtype=torch.float64)
    quarter = WIDTH // 4
    for row in range(SIDE):
        for column in range(SIDE):
            for part, place in ((0, row), (1, column)):
                for i in range(quarter):
                    angle = place / 10000 ** (i / quarter)
                    table[row * SIDE + column, part * 2 * quarter + i] = math.sin(angle)
                    table[row * SIDE + column, part * 2 * quarter + quarter + i] = math.cos(angle)
    return table


def main():
    weights = {}
    for salt, (name, shape) in enumerate(shapes()):
        count = math.prod(shape)
        scale = (12 / shape[1]) ** 0.5 if len(shape) > 1 else 0.5
        weights[name] = (scatter(count, salt) * scale + (1 if "norm.weight" in name else 0)).reshape(shape)
    images = (scatter(2 * CHANNELS * SIZE * SIZE, 70) * 2).reshape(2, CHANNELS, SIZE, SIZE)

    # unfold lists a patch channel by channel; ours go pixel by pixel.
    patches = F.unfold(images, PATCH, stride=PATCH).transpose(1, 2)
    patches = patches.reshape(2, SIDE * SIDE, CHANNELS, PATCH * PATCH).transpose(2, 3).reshape(2, SIDE * SIDE, -1)
    tokens = patches @ weights["embedding.weight"].T + weights["embedding.bias"] + positions()
    layers = [layer(weights, block) for block in range(DEPTH)]

    def encode(forbidden):
        x = tokens
        for one in layers:
            x = one(x, src_mask=forbidden)
        return F.layer_norm(x, (WIDTH,), weights["norm.weight"], weights["norm.bias"], 1e-6)

    place = torch.arange(SIDE * SIDE)
    seen = (place[None, :] <= place[:, None]) | (place[None, :] < PREFIX)
    with torch.no_grad():
        json.dump({
            "parameters": [name for name, _ in shapes()],
            "positions": positions().tolist(),
            "features": encode(None).mean(1).tolist(),
            "prefix_tokens": encode(~seen)[1].tolist(),
        }, sys.stdout)
        print()


main()
