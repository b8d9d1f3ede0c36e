"""Writes resnet_golden.json: small ResNets in PyTorch, of torchvision's blocks, in double precision, on weights given by a formula
that the C# test repeats; and the names that torchvision gives to the parameters of ResNet-18 and ResNet-34.

    /usr/bin/python3 resnet_golden.py > resnet_golden.json      (PyTorch 1.13, torchvision 0.14, CPU)
"""
import json

import torch
import torchvision
from torch import nn
from torchvision.models.resnet import BasicBlock

CASES = [  # blocks, input channels, first channels, large stem, size
    ([2, 2, 2, 2], 3, 4, False, 28),
    ([1, 1, 1, 1], 1, 4, False, 28),
    ([1, 2], 3, 8, False, 13),
    ([3, 4, 6, 3], 3, 2, True, 64),
]


def scatter(count, salt):
    """Numbers in [-0.5, 0.5) that look random: the fractional part of multiples of the golden ratio."""
    i = torch.arange(count, dtype=torch.float64)
    return ((i + 1) * (salt + 1) * 0.6180339887498949) % 1 - 0.5


class ResNet(nn.Module):
    def __init__(self, blocks, inputs, channels, large):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 7, 2, 3, bias=False) if large else nn.Conv2d(inputs, channels, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.pool = nn.MaxPool2d(3, 2, 1) if large else nn.Identity()
        given = channels
        for stage, count in enumerate(blocks):
            wanted, stride, layer = channels * 2**stage, 1 if stage == 0 else 2, []
            for block in range(count):
                step = stride if block == 0 else 1
                shortcut = None
                if step != 1 or given != wanted:
                    shortcut = nn.Sequential(nn.Conv2d(given, wanted, 1, step, bias=False), nn.BatchNorm2d(wanted))
                layer.append(BasicBlock(given, wanted, step, shortcut))
                given = wanted
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layer))
        self.stages = len(blocks)

    def forward(self, x):
        x = self.pool(torch.relu(self.bn1(self.conv1(x))))
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return x.mean((2, 3))


def names(model):
    return [name for name in model.state_dict() if not name.startswith("fc.")]


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


# The class above is torchvision's where both exist.
published = torchvision.models.resnet18(weights=None).double()
own = ResNet([2, 2, 2, 2], 3, 64, True).double()
fill(published)
fill(own)
published.fc = nn.Identity()
images = scatter(2 * 3 * 64 * 64, 5).reshape(2, 3, 64, 64)
with torch.no_grad():
    assert names(own) == names(published) and torch.allclose(own.eval()(images), published.eval()(images), rtol=1e-12)

cases = []
for blocks, inputs, channels, large, size in CASES:
    model = ResNet(blocks, inputs, channels, large).double()
    fill(model)
    images = 2 * scatter(3 * inputs * size * size, 5).reshape(3, inputs, size, size)
    with torch.no_grad():
        features = model.eval()(images)
    model.train()(images).square().sum().backward()
    cases.append({
        "blocks": blocks, "inputs": inputs, "channels": channels, "large": large, "size": size, "names": names(model),
        "features": features.tolist(), "gradient": model.conv1.weight.grad.flatten()[:8].tolist(),
        "running_mean": model.bn1.running_mean.tolist()})
networks = [
    {"name": name, "names": names(model), "parameters": sum(p.numel() for n, p in model.named_parameters() if not n.startswith("fc."))}
    for name, model in (("18", torchvision.models.resnet18(weights=None)), ("34", torchvision.models.resnet34(weights=None)))]
print(json.dumps({"networks": networks, "cases": cases}))
