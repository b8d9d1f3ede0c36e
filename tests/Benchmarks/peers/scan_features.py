"""Scans of a folder to 512 features each, as it is usually written in Python: the peer of `course bench brainscan`.

A Dataset of files opened by PIL, torchvision's transforms one image after the other, a DataLoader with two workers, and
torchvision's SqueezeNet 1.1. Its weights are random: they change the features, not the time.

    python3 scan_features.py FOLDER FILES SIZE BATCH

FILES names the scans, one path from FOLDER a line. Prints one JSON object.
"""
import json
import os
import sys
import time

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import models, transforms

WORKERS = 2


class Scans(Dataset):
    def __init__(self, paths, size):
        self.paths = paths
        self.transform = transforms.Compose([
            transforms.Grayscale(3), transforms.Resize((size, size)), transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as image:
            return self.transform(image)


def main():
    folder, files, size, batch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    with open(files, encoding="utf-8") as lines:
        paths = [os.path.join(folder, line.rstrip("\n")) for line in lines]
    network = models.squeezenet1_1().features.eval()
    with torch.no_grad():
        network(torch.zeros(batch, 3, size, size))  # the first time, memory is still being taken
        started = time.perf_counter()
        features = [network(images).mean(dim=(2, 3)) for images in DataLoader(Scans(paths, size), batch_size=batch, num_workers=WORKERS)]
        seconds = time.perf_counter() - started
    assert torch.cat(features).shape == (len(paths), 512)
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
