"""Writes unet_golden.json: small U-Nets in PyTorch, in double precision, on weights given by a formula that the C# test repeats.

    /usr/bin/python3 unet_golden.py > unet_golden.json      (PyTorch 1.13, CPU)
"""
import json

import torch
from torch import nn
from torch.nn import functional

CASES = [  # channels, classes, width, depth, height, width of the image
    (1, 2, 4, 2, 16, 16),
    (3, 3, 2, 1, 6, 10),
    (1, 2, 8, 3, 16, 24),
]
WATCHED = ["down0.conv1.weight", "down1.norm1.weight", "halve0.weight", "up0.conv1.weight", "up0.conv2.weight", "last.weight", "last.bias"]


def scatter(count, salt):
    """Numbers in [-0.5, 0.5) that look random: the fractional part of multiples of the golden ratio."""
    i = torch.arange(count, dtype=torch.float64)
    return ((i + 1) * (salt + 1) * 0.6180339887498949) % 1 - 0.5


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        x = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(x)))


class UNet(nn.Module):
    def __init__(self, channels, classes, width, depth):
        super().__init__()
        self.depth = depth
        for level in range(depth + 1):
            setattr(self, f"down{level}", Block(channels if level == 0 else width << (level - 1), width << level))
        for level in reversed(range(depth)):
            setattr(self, f"halve{level}", nn.Conv2d(width << (level + 1), width << level, 1, bias=False))
            setattr(self, f"up{level}", Block(width << (level + 1), width << level))
        self.last = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        seen = []
        for level in range(self.depth):
            seen.append(getattr(self, f"down{level}")(x))
            x = functional.max_pool2d(seen[-1], 2)
        x = getattr(self, f"down{self.depth}")(x)
        for level in reversed(range(self.depth)):
            # In this order, the usual one: first as many pixels, then half the channels.
            x = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = torch.cat([seen[level], getattr(self, f"halve{level}")(x)], 1)
            x = getattr(self, f"up{level}")(x)
        return self.last(x)


def fill(model):
    with torch.no_grad():
        salt = 0
        for name, weights in model.state_dict().items():
            if name.endswith("num_batches_tracked"):
                continue
            values = scatter(weights.numel(), salt)
            salt += 1
            if weights.dim() == 4:
                values = values * (24 / (weights.numel() / weights.shape[0])) ** 0.5
            elif name.endswith(("running_var", "weight")):
                values = 1 + 0.4 * values
            else:
                values = 0.1 * values
            weights.copy_(values.reshape(weights.shape))


def rounded(values):
    return [float(f"{value:.12g}") for value in values.flatten().tolist()]


cases = []
for channels, classes, width, depth, high, wide in CASES:
    model = UNet(channels, classes, width, depth).double()
    fill(model)
    images = 2 * scatter(3 * channels * high * wide, 5).reshape(3, channels, high, wide)
    masks = ((scatter(3 * high * wide, 9) + 0.5) * classes).long().reshape(3, high, wide)
    with torch.no_grad():
        logits = model.eval()(images)
    loss = functional.cross_entropy(model.train()(images), masks)
    loss.backward()
    parameters = dict(model.named_parameters())
    cases.append({
        "channels": channels, "classes": classes, "width": width, "depth": depth, "height": high, "image_width": wide,
        "names": [name for name in model.state_dict() if not name.endswith("num_batches_tracked")],
        "parameters": sum(p.numel() for p in model.parameters()),
        "logits": rounded(logits[:2]), "loss": loss.item(),
        "gradients": {name: rounded(parameters[name].grad.flatten()[:12]) for name in WATCHED},
        "running_mean": rounded(model.up0.norm2.running_mean)})
print(json.dumps({"cases": cases}))
