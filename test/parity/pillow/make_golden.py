#!/usr/bin/env python3
"""Writes golden.json: what Pillow makes of a picture that the test draws by the same formula.

  pip install pillow numpy && ./make_golden.py
"""
import hashlib, json, os
import numpy as np
import PIL
from PIL import Image


def draw(width, height, channels):
    """Hash noise over gradients: every filter tap and rounding matters."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    noise = ((x * 73 + y * 151 + c * 37 + x * y * 7) % 256).astype(np.int64)
    ramp = (x * 3 + y * 2 + c * 80) % 256
    return np.where((x // 9 + y // 7) % 3 == 0, noise, ramp).astype(np.uint8)


def digest(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


cases = []
sizes = [(97, 61, 40, 33), (97, 61, 13, 7), (64, 64, 64, 20), (30, 20, 75, 64), (301, 203, 1, 1), (341, 341, 256, 256), (112, 112, 224, 224), (130, 96, 65, 48),
         (64, 192, 33, 99), (64, 192, 60, 99), (64, 192, 64, 99)]
for name in ("lanczos", "bicubic", "bilinear"):
    kind = Image.Resampling[name.upper()]
    for width, height, to_width, to_height in sizes:
        image = Image.fromarray(draw(width, height, 3))
        cases.append(dict(kind="resize", filter=name, size=[width, height], to=[to_width, to_height],
                          sha256=digest(image.resize((to_width, to_height), kind))))
    for box in [(0.25, 1.5, 90.75, 60.2)]:
        image = Image.fromarray(draw(97, 61, 3))
        cases.append(dict(kind="resize", filter=name, size=[97, 61], to=[30, 17], box=list(box),
                          sha256=digest(image.resize((30, 17), kind, box=box))))
for fx, fy in [(2, 2), (3, 2), (1, 4), (5, 5), (7, 11)]:
    image = Image.fromarray(draw(97, 61, 3))
    cases.append(dict(kind="reduce", size=[97, 61], factor=[fx, fy], sha256=digest(image.reduce((fx, fy)))))
for width, height, side in [(2220, 1967, 256), (300, 250, 100), (1000, 31, 64), (640, 480, 1000), (777, 1000, 30), (515, 673, 99), (150, 460, 100)]:
    image = Image.fromarray(draw(width, height, 4), "RGBA")
    background = Image.new("RGB", image.size, "#f3e1d2")
    background.paste(image, None, image)
    background.thumbnail((side, side), Image.Resampling.LANCZOS)
    cases.append(dict(kind="thumbnail", size=[width, height], side=side, to=list(background.size), sha256=digest(background)))
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "golden.json"), "w") as f:
    json.dump(dict(pillow=PIL.__version__, cases=cases), f, indent=1)
    f.write("\n")
