#!/usr/bin/env python3
"""Writes golden.json: the built-in encoder's embeddings by its definition, in float64, with NumPy alone. No ONNX here.

  pip install numpy && ./make_golden.py
"""
import json, math, os
import numpy as np

SIDE, SCALES, ANGLES, RADIUS = 256, 4, 4, 2


def draw(kind):
    """Patches that the test draws by the same formulas: (256, 256, 3) uint8."""
    y, x, c = np.meshgrid(np.arange(SIDE), np.arange(SIDE), np.arange(3), indexing="ij")
    if kind == "cells":  # dark discs on pink, in a slanted lattice
        u, v = (x + 2 * (y // 24)) % 24 - 12, y % 24 - 12
        inside = u * u + v * v < 40 + (x // 24 * 7 + y // 24 * 11) % 30
        return np.where(inside, np.array([90, 60, 140])[c] + (x * 7 + y * 13) % 16, np.array([225, 170, 200])[c] - (x + y) % 9).astype(np.uint8)
    if kind == "fibres":  # stripes that turn slowly
        wave = (x * 3 + y * (1 + x // 64) * 2) % 40
        return (np.array([200, 120, 160])[c] + wave).astype(np.uint8)
    if kind == "noise":
        return ((x * 73 + y * 151 + c * 37 + x * y * 7) % 256).astype(np.uint8)
    if kind == "glass":
        return np.full((SIDE, SIDE, 3), 243, np.uint8)
    if kind == "black":
        return np.zeros((SIDE, SIDE, 3), np.uint8)
    raise KeyError(kind)


def stains(patch):
    """Ruifrok & Johnston: amounts of hematoxylin, eosin, residual of the halved patch, (3, 128, 128)."""
    light = patch.astype(np.float64) / 255
    light = (light[::2, ::2] + light[1::2, ::2] + light[::2, 1::2] + light[1::2, 1::2]) / 4
    density = -np.log(np.maximum(light, 1 / 255))
    h = np.array([0.65, 0.70, 0.29])
    e = np.array([0.07, 0.99, 0.11])
    h, e = h / np.linalg.norm(h), e / np.linalg.norm(e)
    r = np.cross(h, e)
    rows = np.stack([h, e, r / np.linalg.norm(r)])
    return np.moveaxis(density @ np.linalg.inv(rows), 2, 0)


def morlet(angle, sigma=0.8, xi=3 * math.pi / 4):
    y, x = np.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 1]
    gauss = np.exp(-(x**2 + y**2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)
    wave = np.exp(1j * xi * (x * math.cos(angle) + y * math.sin(angle)))
    beta = (gauss * wave).sum() / gauss.sum()
    return gauss * (wave - beta)


def filtered(plane, kernel):
    """Correlation with a 5 x 5 kernel, every second place, where the kernel lies wholly within."""
    windows = np.lib.stride_tricks.sliding_window_view(plane, (5, 5))[::2, ::2]
    return np.einsum("ijkl,kl->ij", windows, kernel)


ROW = np.array([1, 4, 6, 4, 1]) / 16
LOWPASS = np.outer(ROW, ROW)
WAVELETS = [morlet(math.pi * i / ANGLES) for i in range(ANGLES)]


def embed(patch):
    paths = {}  # (stain, scales, turn) -> [(mean, spread)]

    def keep(path, plane):
        paths.setdefault(path, []).append((plane.mean(), plane.std()))

    planes = stains(patch)
    for s in range(3):
        keep((s, (), 0), planes[s])
    first = {}
    for s in range(3):
        grid = planes[s]
        for j in range(SCALES):
            for a, wavelet in enumerate(WAVELETS):
                first[s, j, a] = np.abs(filtered(grid, wavelet))
            grid = filtered(grid, LOWPASS)
    for j in range(SCALES):
        for s in range(3):
            for a in range(ANGLES):
                keep((s, (j,), 0), first[s, j, a])
    for j1 in range(SCALES - 1):
        for j2 in range(j1 + 1, SCALES):
            for s in range(3):
                for a in range(ANGLES):
                    grid = first[s, j1, a]
                    for _ in range(j2 - j1 - 1):
                        grid = filtered(grid, LOWPASS)
                    for b, wavelet in enumerate(WAVELETS):
                        steps = abs(a - b)
                        keep((s, (j1, j2), min(steps, ANGLES - steps)), np.abs(filtered(grid, wavelet)))
    means = [np.mean([m for m, _ in values]) for values in paths.values()]
    spreads = [np.mean([d for _, d in values]) for values in paths.values()]
    features = np.array(means + spreads)
    return np.sign(features) * np.log1p(100 * np.abs(features))


cases = [dict(kind=kind, embedding=[round(float(v), 7) for v in embed(draw(kind))]) for kind in ("cells", "fibres", "noise", "glass", "black")]
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json")
with open(out, "w") as file:
    json.dump(dict(numpy=np.__version__, cases=cases), file, separators=(",", ":"))
    file.write("\n")
