"""Writes trainer_golden.json: losses and weights of a linear classifier trained by PyTorch with other optimisers, learning-rate
schedules and class weights. Full batches, so that the order of the images does not matter; in double precision.

    python3 trainer_golden.py > trainer_golden.json      (PyTorch 1.13, CPU)
"""
import json

import torch
from torch import nn

COUNT, SIDE, CLASSES, EPOCHS, RATE = 24, 4, 3, 9, 0.2
WEIGHTS = [0.5, 2.0, 1.25]


def scatter(count, salt):
    """Numbers in [0, 1) that look random: the fractional part of multiples of the golden ratio."""
    i = torch.arange(count, dtype=torch.float64)
    return ((i + 1) * (salt + 1) * 0.6180339887498949) % 1


pixels = torch.floor(scatter(COUNT * SIDE * SIDE, 0) * 256)
labels = torch.floor(scatter(COUNT, 4) * CLASSES).long()
images = (pixels.float() / 127.5 - 1).double().reshape(COUNT, -1)  # as the C# side normalises bytes, in single precision
start = (scatter(CLASSES * SIDE * SIDE, 2) - 0.5).reshape(CLASSES, -1)


def train(make_optimizer, make_schedule, weights):
    model = nn.Linear(SIDE * SIDE, CLASSES).double()
    with torch.no_grad():
        model.weight.copy_(start)
        model.bias.zero_()
    optimizer = make_optimizer(model.parameters())
    schedule = make_schedule(optimizer) if make_schedule else None
    weights = None if weights is None else torch.tensor(weights, dtype=torch.float64)
    losses = []
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels, weights)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if schedule:
            schedule.step()
    return {"losses": losses, "weight": model.weight.flatten().tolist(), "bias": model.bias.tolist()}


def sgd(parameters):
    return torch.optim.SGD(parameters, RATE, momentum=0.9)


print(json.dumps({
    "pixels": pixels.int().tolist(), "labels": labels.tolist(), "start": start.flatten().tolist(),
    "side": SIDE, "classes": CLASSES, "epochs": EPOCHS, "rate": RATE, "weights": WEIGHTS,
    "runs": {
        "adam": train(lambda p: torch.optim.Adam(p, RATE), None, None),
        "sgd": train(sgd, None, None),
        "sgd_step": train(sgd, lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5), None),
        "sgd_cosine": train(sgd, lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, EPOCHS), None),
        "adam_weighted": train(lambda p: torch.optim.Adam(p, RATE), None, WEIGHTS),
        "all": train(sgd, lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5), WEIGHTS),
    },
}))
