#!/usr/bin/env python3
"""Writes golden.json: what OpenCV and scikit-image, which TRIDENT segments with, make of pictures that the test draws alike.

  pip install opencv-python-headless scikit-image numpy && ./make_golden.py
"""
import base64, hashlib, json, os
import cv2
import numpy as np
import skimage
from skimage import color, filters, morphology


def noise(count, seed):
    """A linear congruential generator's high bits, 0..255."""
    out, state = np.empty(count, np.uint8), seed
    for i in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        out[i] = state >> 20 & 255
    return out


def digest(array, dtype):
    return hashlib.sha256(np.ascontiguousarray(array, dtype).tobytes()).hexdigest()


def discs(width, height, seed, grain):
    """0/255: discs, rings and, for one pixel in `grain`, noise."""
    y, x = np.mgrid[:height, :width]
    mask = np.zeros((height, width), np.uint8)
    for cx, cy, r, kind in noise(4 * 12, seed).reshape(-1, 4).astype(int):
        cx, cy, r = cx * width // 256, cy * height // 256, 1 + r * min(width, height) // 1024
        d = (x - cx) ** 2 + (y - cy) ** 2
        mask[d <= r * r] = 255
        if kind % 2:
            mask[4 * d <= r * r] = 0
    if grain:
        mask[(noise(width * height, seed + 1).reshape(height, width).astype(int) % grain) == 0] ^= 255
    return mask


def tile(width, height, seed):
    """Stained, grey and dark discs on glass, all noisy."""
    mask = discs(width, height, seed, 0) > 0
    spots = discs(width, height, seed + 7, 0) > 0
    n = noise(width * height * 3, seed + 2).reshape(height, width, 3).astype(int) % 24
    rgb = 225 + n
    rgb[mask] = np.array([170, 90, 140]) + 3 * n[mask]
    rgb[spots & ~mask] = 60 + n[spots & ~mask]
    rgb[:3] = 0
    return rgb.astype(np.uint8)


def few_colours(width, height, seed):
    """One colour of stain and its neighbours: the edges of a histogram lie on their lumas, where the last bit decides."""
    n = noise(width * height * 3, seed).reshape(height, width, 3) % 3
    return (np.array([170, 95, 143]) + n).astype(np.uint8)


def otsu(rgb):
    """The published steps of the segmenter (trident-contract.md 2.12)."""
    thresholds = []

    def luma_below_otsu(image):
        luma = color.rgb2gray(image) * 255
        thresholds.append(float(filters.threshold_otsu(luma)))
        return luma < thresholds[-1]

    plain = rgb.copy()
    plain[(plain == 0).all(-1)] = 255
    hsv = cv2.cvtColor(plain, cv2.COLOR_RGB2HSV)
    stain = plain.copy()
    stain[((hsv[..., 1] <= 10) & (hsv[..., 2] >= 70)) | (hsv[..., 2] <= 85)] = 255
    found = morphology.remove_small_objects(luma_below_otsu(stain), max_size=60)
    plain[~found] = np.where(plain[~found] > 0, 255, 0)
    return morphology.remove_small_holes(luma_below_otsu(plain), max_size=5000), thresholds


resize = []
for width, height, channels, to_width, to_height in [(97, 61, 3, 40, 33), (40, 33, 3, 97, 61), (64, 32, 1, 32, 16), (7, 50, 1, 300, 50), (90, 1, 3, 13, 9), (130, 131, 3, 64, 64)]:
    image = noise(width * height * channels, width).reshape(height, width, channels)
    out = cv2.resize(image, (to_width, to_height), interpolation=cv2.INTER_LINEAR)
    resize.append(dict(size=[width, height], channels=channels, to=[to_width, to_height], sha256=digest(out, np.uint8)))

contours = []
for width, height, seed, grain in [(60, 40, 1, 0), (60, 40, 2, 2), (33, 70, 3, 3), (90, 80, 4, 11), (128, 128, 5, 0), (1, 9, 6, 2), (9, 1, 7, 2)]:
    mask = discs(width, height, seed, grain)
    for hierarchy, mode in [("tree", cv2.RETR_TREE), ("two-level", cv2.RETR_CCOMP)]:
        found, links = cv2.findContours(mask, mode, cv2.CHAIN_APPROX_NONE)
        points = np.concatenate([c.reshape(-1) for c in found]) if found else np.zeros(0)
        parents = links[0, :, 3] if found else np.zeros(0)
        contours.append(dict(size=[width, height], seed=seed, grain=grain, hierarchy=hierarchy, mask=digest(mask, np.uint8), count=len(found),
                             lengths=digest([len(c) for c in found], "<i4"), points=digest(points, "<i4"), parents=digest(parents, "<i4")))

tiles = []
for draw, width, height, seed in [(tile, 256, 256, 11), (tile, 300, 200, 12), (tile, 90, 140, 13), (tile, 512, 512, 14),
                                  (few_colours, 64, 64, 21), (few_colours, 64, 64, 22), (few_colours, 256, 256, 23)]:
    rgb = draw(width, height, seed)
    mask, thresholds = otsu(rgb)
    tiles.append(dict(draw=draw.__name__, size=[width, height], seed=seed, rgb=digest(rgb, np.uint8), thresholds=thresholds, tissue=int(mask.sum()), sha256=digest(mask, np.uint8)))

lines = []
for i, points in enumerate([[(10, 10), (50, 10), (50, 40)], [(5, 30), (9, 33), (14, 33), (20, 41), (12, 55), (8, 44)], [(-5, 20), (70, 28)], [(20, 20), (40, 23), (43, 50)]]):
    for thickness in [1, 2, 3, 8]:
        canvas = np.zeros((64, 64), np.uint8)
        cv2.polylines(canvas, [np.array(points, np.int32)], True, 1, thickness)
        lines.append(dict(points=[v for p in points for v in p], thickness=thickness, bits64=base64.b64encode(np.packbits(canvas)).decode()))

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "golden.json"), "w") as f:
    json.dump(dict(opencv=cv2.__version__, scikit_image=skimage.__version__, resize=resize, contours=contours, otsu=tiles, lines=lines), f, indent=1)
    f.write("\n")
