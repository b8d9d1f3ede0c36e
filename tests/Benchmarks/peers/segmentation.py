"""Training steps of a U-Net with Dice and cross-entropy as they are usually written in Python: the peer of `course bench segmentation`.

    python3 segmentation.py WIDTH DEPTH BATCH WARM_UP STEPS SIDE [SIDE ...]

Images are noise, as in ours: they change the loss, not the time. Prints one JSON object: for each side, the seconds of every step and its processor time.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional


def block(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        channels = [width << level for level in range(depth + 1)]
        self.down = nn.ModuleList(block(1 if level == 0 else channels[level - 1], channels[level]) for level in range(depth + 1))
        self.halve = nn.ModuleList(nn.Conv2d(channels[level + 1], channels[level], 1, bias=False) for level in range(depth))
        self.up = nn.ModuleList(block(channels[level + 1], channels[level]) for level in range(depth))
        self.last = nn.Conv2d(width, 2, 1)

    def forward(self, x):
        seen = []
        for layer in self.down[:-1]:
            seen.append(layer(x))
            x = functional.max_pool2d(seen[-1], 2)
        x = self.down[-1](x)
        for level in reversed(range(len(self.up))):
            x = functional.interpolate(self.halve[level](x), scale_factor=2, mode="bilinear", align_corners=False)
            x = self.up[level](torch.cat([seen[level], x], 1))
        return self.last(x)


def loss_of(logits, masks):
    p, y = logits.softmax(1)[:, 1], (masks == 1).float()
    dice = 1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)
    return dice + functional.cross_entropy(logits, masks)


def main():
    width, depth, batch, warm_up, steps, *sides = map(int, sys.argv[1:])
    answer = {}
    for side in sides:
        torch.manual_seed(1)
        network = UNet(width, depth)
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
        images = torch.randn(batch, 1, side, side)
        masks = (images[:, 0] > 1).long()
        times = []
        for _ in range(warm_up + steps):
            started, cpu = time.perf_counter(), time.process_time()
            optimizer.zero_grad()
            loss_of(network(images), masks).backward()
            optimizer.step()
            times.append((time.perf_counter() - started, time.process_time() - cpu))
        answer[str(side)] = times[warm_up:]
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
