"""The course's pseudo-labeling procedure as it is usually written in Python: the peer of `course bench pseudo-labeling`.

A map-style Dataset of PIL images, one ToTensor + Normalize per image, a DataLoader with batches of 32: what a student
finds in tutorials. It is timed in the same run as ours, on the same file, the same split and the same number of steps.

    python3 pseudo_labeling.py dermamnist.npz split.json

`split.json` holds {"labelled": [...]}, the indices of the labelled training images. Prints one JSON object.
"""
import itertools
import json
import resource
import sys
import time

import numpy as np
import torch
from PIL import Image
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset
from torchvision import transforms

ROUNDS, STEPS, BATCH, THRESHOLD, LEARNING_RATE, SEED = 5, 200, 32, 0.9, 1e-3, 42


class ImageDataset(Dataset):
    def __init__(self, images, labels, transform):
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.images[index])), int(self.labels[index])


class Relabelled(Dataset):
    """Images of another dataset under temporary labels; the dataset's own labels stay as they are."""

    def __init__(self, dataset, indices, labels):
        self.dataset, self.indices, self.labels = dataset, indices, labels

    def __len__(self):
        return len(self.indices)

    def __getitem__(self, position):
        image, _ = self.dataset[self.indices[position]]
        return image, self.labels[position]


class SimpleCNN(nn.Module):
    def __init__(self, channels, classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.classifier = nn.Linear(7 * 7 * 32, classes)

    def forward(self, x):
        return self.classifier(self.features(x))


def probabilities(model, dataset):
    model.eval()
    rows = []
    with torch.no_grad():
        for images, _ in DataLoader(dataset, batch_size=BATCH):
            rows.append(torch.softmax(model(images), 1))
    return torch.cat(rows)


def main(path, split_path):
    torch.manual_seed(SEED)
    started, started_cpu = time.perf_counter(), time.process_time()
    with np.load(path) as data:
        arrays = {key: data[key] for key in ("train_images", "train_labels", "test_images", "test_labels")}
    with open(split_path, encoding="utf-8") as file:
        labelled = json.load(file)["labelled"]
    channels = 3 if arrays["train_images"].ndim == 4 else 1
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.5] * channels, [0.5] * channels)])
    train = ImageDataset(arrays["train_images"], arrays["train_labels"].ravel(), transform)
    test = ImageDataset(arrays["test_images"], arrays["test_labels"].ravel(), transform)
    classes = int(arrays["train_labels"].max()) + 1
    unlabelled = np.setdiff1d(np.arange(len(train)), labelled)

    model = SimpleCNN(channels, classes)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    loss_function = nn.CrossEntropyLoss()
    current, added, scores = Subset(train, labelled), [], None
    for _ in range(ROUNDS):
        loader = DataLoader(current, batch_size=BATCH, shuffle=True)
        model.train()
        step = 0
        while step < STEPS:
            for images, labels in itertools.islice(loader, STEPS - step):
                optimizer.zero_grad()
                loss_function(model(images), labels).backward()
                optimizer.step()
                step += 1
        confidence, label = probabilities(model, Subset(train, unlabelled)).max(1)
        chosen = torch.nonzero(confidence >= THRESHOLD).ravel().numpy()
        current = ConcatDataset([
            Subset(train, labelled), Relabelled(train, unlabelled[chosen], label[chosen].tolist())])
        added.append(len(chosen))
        scores = probabilities(model, test).numpy()

    truth, predicted = arrays["test_labels"].ravel(), scores.argmax(1)
    print(json.dumps({
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - started_cpu,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "auc": roc_auc_score(truth, scores / scores.sum(1, keepdims=True), multi_class="ovr"),
        "accuracy": float((truth == predicted).mean()),
        "macro_f1": f1_score(truth, predicted, average="macro"),
        "balanced_accuracy": balanced_accuracy_score(truth, predicted),
        "added": added,
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main(*sys.argv[1:3])
