"""Writes simple_cnn_golden.json: SimpleCNN in PyTorch, its weights and images given by formulas that the C# test repeats.

In double precision: in single precision Adam turns the rounding of near-zero gradients into whole steps, and two correct
implementations drift apart by 1e-4 within three steps.

    python3 simple_cnn_golden.py > simple_cnn_golden.json      (PyTorch 1.13, CPU)
"""
import json

import torch
from torch import nn

STEPS, BATCH, CLASSES = 20, 32, 7


def scatter(count, salt):
    """Numbers in [-0.5, 0.5) that look random: the fractional part of multiples of the golden ratio."""
    i = torch.arange(count, dtype=torch.float64)
    return ((i + 1) * (salt + 1) * 0.6180339887498949) % 1 - 0.5


class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.classifier = nn.Linear(7 * 7 * 32, CLASSES)

    def forward(self, x):
        return self.classifier(self.features(x))


def batch(step):
    pixels = torch.floor((scatter(BATCH * 3 * 28 * 28, step) + 0.5) * 256).to(torch.uint8).reshape(BATCH, 3, 28, 28)
    labels = torch.floor((scatter(BATCH, step + 100) + 0.5) * CLASSES).long()
    # A signal to learn: the images of class c are darker the larger c is.
    pixels = (pixels.float() * (1 - labels.reshape(-1, 1, 1, 1) / (2.0 * CLASSES))).floor().to(torch.uint8)
    return (pixels.float() / 127.5 - 1).double(), labels


model = SimpleCNN().double()
with torch.no_grad():
    for salt, (name, parameter) in enumerate(model.named_parameters()):
        values = scatter(parameter.numel(), salt).float().reshape(parameter.shape) * 0.1
        parameter.copy_(values + 1 if name in ("features.1.weight", "features.5.weight") else values)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
losses = []
for step in range(STEPS):
    images, labels = batch(step)
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
model.eval()
with torch.no_grad():
    images, _ = batch(0)
    logits, features = model(images), model.features(images)
print(json.dumps({"parameters": [name for name, _ in model.named_parameters()], "losses": losses,
                  "logits": logits.tolist(), "feature_shape": list(features.shape), "feature_sum": features.double().sum().item()}))
