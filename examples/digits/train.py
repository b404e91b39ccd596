#!/usr/bin/env python3
"""Trains the network of digits.rn on scikit-learn's digits and writes everything that lies beside this script.

    python3 -m venv VENV
    VENV/bin/pip install torch==2.14.1 torchvision==0.29.1 scikit-learn==1.9.1 pillow==13.0.0 safetensors==0.8.0
    VENV/bin/python examples/digits/train.py

1,797 pictures of 8x8 pixels with 16 shades (UCI's optical recognition of handwritten digits, CC BY 4.0); 400 of them, chosen by chance and with
every digit in proportion, are for testing and never seen in training. About a minute on two cores. The last line is the accuracy on the test
pictures, read back from the files.
"""
import io
import zipfile
from pathlib import Path

import numpy as np
import torch
from network import ResNetD
from PIL import Image
from safetensors.torch import save_file
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.nn import functional as F
from torchvision import transforms

HERE = Path(__file__).resolve().parent
MEAN, STD = 0.306, 0.324
EPOCHS, BATCH = 40, 64
SEED = 20

prepare = transforms.Compose([
    transforms.Grayscale(), transforms.Resize(32), transforms.CenterCrop(32), transforms.ToTensor(),
    transforms.Normalize([MEAN], [STD]),
])


def pictures():
    """Gray pictures of 8 bits, their digits, and which are for training and for testing."""
    digits = load_digits()
    pixels = np.round(digits.images * (255 / 16)).astype(np.uint8)
    indices = np.arange(len(pixels))
    train, test = train_test_split(indices, test_size=400, stratify=digits.target, random_state=0)
    return pixels, digits.target, np.sort(train), np.sort(test)


def png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "png", optimize=True)
    return stream.getvalue()


def write_archive(name, pixels, labels, indices):
    """One folder a digit; a picture's name is its number in scikit-learn's array."""
    with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_STORED) as archive:
        for label, index in sorted((int(labels[i]), int(i)) for i in indices):
            archive.writestr(zipfile.ZipInfo(f"{label}/{index:04}.png"), png(pixels[index]))


def read_archive(name):
    with zipfile.ZipFile(HERE / name) as archive:
        names = archive.namelist()
        inputs = [prepare(Image.open(io.BytesIO(archive.read(each)))) for each in names]
    return torch.stack(inputs), torch.tensor([int(each[0]) for each in names])


def jitter(batch):
    """Turns, scales and moves each picture a little; what comes in from outside is paper."""
    n = len(batch)
    angle = (torch.rand(n) - 0.5) * 0.5
    scale = 1 + (torch.rand(n, 2) - 0.5) * 0.3
    shift = (torch.rand(n, 2) - 0.5) * 0.3
    cos, sin = torch.cos(angle), torch.sin(angle)
    theta = torch.stack([
        torch.stack([cos * scale[:, 0], -sin, shift[:, 0]], 1), torch.stack([sin, cos * scale[:, 1], shift[:, 1]], 1),
    ], 1)
    paper = -MEAN / STD
    grid = F.affine_grid(theta, batch.shape, align_corners=False)
    return F.grid_sample(batch - paper, grid, align_corners=False) + paper


def train(network, inputs, labels):
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    steps = EPOCHS * (len(inputs) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=steps)
    network.train()
    for epoch in range(EPOCHS):
        order = torch.randperm(len(inputs))
        for start in range(0, len(inputs) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            loss = F.cross_entropy(network(jitter(inputs[chosen])), labels[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {loss.item():.3f}", flush=True)


def main():
    # One thread: the same numbers on machines of any size, and no slower for a network this small.
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    pixels, labels, train_indices, test_indices = pictures()
    write_archive("test.zip", pixels, labels, test_indices)
    write_archive("calibration.zip", pixels, labels, train_indices[:: len(train_indices) // 100][:100])
    (HERE / "four.png").write_bytes(png(pixels[next(i for i in test_indices if labels[i] == 4)]))

    inputs = torch.stack([prepare(Image.fromarray(pixels[i])) for i in train_indices])
    print(f"{len(inputs)} pictures; mean {inputs.mean() * STD + MEAN:.3f}, std {inputs.std() * STD:.3f}")
    network = ResNetD(1, 10, stages=(2, 2, 2), widths=(16, 32, 64))
    train(network, inputs, torch.tensor(labels[train_indices]))

    network.eval()
    save_file(network.state_dict(), HERE / "digits.safetensors")
    test, expected = read_archive("test.zip")
    with torch.no_grad():
        logits = network(test)
    np.save(HERE / "reference.input.npy", test[::50].numpy())
    np.save(HERE / "reference.logits.npy", logits[::50].numpy())
    right = int((logits.argmax(1) == expected).sum())
    margins = logits.topk(2).values
    print(f"least margin {(margins[:, 0] - margins[:, 1]).min():.3f}, spread {logits.std():.3f}")
    print(f"parameters {sum(p.numel() for p in network.parameters())}")
    print(f"top1 {right}/{len(test)} = {right / len(test):.2%}")


if __name__ == "__main__":
    main()
