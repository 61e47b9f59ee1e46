#!/usr/bin/env python3
"""Native OpenSlide's answers for damaged slides: make_damaged.py SLIDES [SEEDS] [OUT]

Needs openslide-python 1.4.6, openslide-bin 4.0.1.2, numpy and Pillow. Writes damaged.json beside this file (or OUT).

Each case is a slide with bits flipped by a seeded generator: `flips` bits of one file, at positions from `start` on, then tiles
read from each level. The slide is a shared one, or made here and kept in the answers: one whose coarse levels a decoder makes
at a half, a quarter and an eighth of their size, of quantiser tables so large that its sums run over. damage() here and in
wasm/check-damaged.mjs must stay the same. An answer is the first 8 hex digits of the SHA-256 of a tile's straight
R,G,B,A bytes, or '!' and the error text; after an error the slide is opened anew.
Each case is run in processes of its own, once for each of two fillings of fresh heap memory. One that native does not survive
is left out; an answer that depends on uninitialised memory becomes '?', which is not compared.
"""

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy
import openslide
from PIL import Image

# slide, bytes between flips
SLIDES = [
    ("svs/CMU-1-Small-Region.svs", [400, 4000, 40000]),
    ("tiff/example.tif", [300, 3000]),
    ("tiff/tiled-jpeg-rgb-u8.tif", [300, 3000]),
    ("tiff/quad-tile.jpg.tiff", [300, 3000]),
    ("tiff/test_orient1.tif", [200, 1000]),
    ("ndpi/test3-TRITC 2 (560).ndpi", [1000, 30000]),
    ("dicom/camelyon-jpeg/multi_frame_jpeg_camelyon_challenge_image.dcm", [300, 3000]),
    ("dicom/wsi2dcm-jpeg/jpeg.dicom", [300, 3000]),
    ("dicom/wsi2dcm-jpeg2000/jpeg2000.dicom", [3000, 100000]),
    ("svs/tcga-cr-7395-01a-01-ts1.svs", [1000, 20000]),
    ("tiff/valid_tiff.tif", [1000]),
]
QUANTISER_FACTORS = [1, 5, 20, 255]
TILES = 12  # read per level
MAX_LEVELS = 4


class Random:
    """Marsaglia's xorshift32."""

    def __init__(self, seed):
        self.state = (seed * 2654435761 + 1) & 0xFFFFFFFF or 1

    def below(self, n):
        x = self.state
        x ^= (x << 13) & 0xFFFFFFFF
        x ^= x >> 17
        x ^= (x << 5) & 0xFFFFFFFF
        self.state = x
        return x % n


def damage(data, seed, flips, start):
    random = Random(seed)
    for _ in range(flips):
        at = start + random.below(len(data) - start)
        data[at] ^= 1 << random.below(8)


def jpeg(rgb, quantiser_factor):
    """With a restart interval in eight 8x8 blocks."""
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "JPEG", quality=75, subsampling="4:2:2", restart_marker_blocks=4)
    data = bytearray(out.getvalue())
    at = data.find(b"\xff\xdb\x00\x43")
    while at >= 0:
        for i in range(at + 5, at + 69):
            data[i] = min(data[i] * quantiser_factor, 255)
        at = data.find(b"\xff\xdb\x00\x43", at + 69)
    return bytes(data)


def make_vms(quantiser_factor):
    """The files of a small VMS slide by name: noise that grows from left to right."""
    random = Random(quantiser_factor)
    noise = numpy.array([random.below(256) for _ in range(64 * 256 * 3)]).reshape(64, 256, 3)
    share = numpy.linspace(0, 1, 256)[None, :, None]
    rgb = (128 + (noise - 128) * share).astype(numpy.uint8)
    lines = ["[Virtual Microscope Specimen]", "NoLayers=1", "NoJpegColumns=1", "NoJpegRows=1", "ImageFile=made.jpg",
             "MapFile=map.jpg", "OptimisationFile=made.opt", "MacroImage=map.jpg", "PhysicalWidth=100000",
             "PhysicalHeight=25000", "SourceLens=20", ""]
    files = {
        "made.vms": "\r\n".join(lines).encode(),
        "made.jpg": jpeg(rgb, quantiser_factor),
        "map.jpg": jpeg(numpy.ascontiguousarray(rgb[:8, :64]), 1),
    }
    return {name: base64.b64encode(data).decode() for name, data in files.items()}


def place(slide, made, root, folder):
    """Puts the files of a case's slide into a folder."""
    source, target = os.path.join(root, slide), os.path.join(folder, slide)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if made:
        for name, data in made.items():
            with open(os.path.join(os.path.dirname(target), name), "wb") as f:
                f.write(base64.b64decode(data))
    elif slide.startswith("dicom/"):
        shutil.copytree(os.path.dirname(source), os.path.dirname(target), dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)
    os.chmod(target, 0o644)
    return target


def plan(slide, seed):
    """Aligned tiles of the first levels (the last of a huge slide): [level, x, y, w, h] with x, y of level 0."""
    random = Random(seed + 77777)
    out = []
    width, height = slide.dimensions
    first = max(0, slide.level_count - MAX_LEVELS) if width * height > 10**9 else 0
    for level in range(first, min(slide.level_count, first + MAX_LEVELS)):
        w, h = slide.level_dimensions[level]
        tw = int(slide.properties.get(f"openslide.level[{level}].tile-width", 256))
        th = int(slide.properties.get(f"openslide.level[{level}].tile-height", 256))
        tw, th = min(tw, 512), min(th, 512)
        scale = slide.level_downsamples[level]
        for _ in range(TILES):
            x = random.below((w + tw - 1) // tw) * tw
            y = random.below((h + th - 1) // th) * th
            out.append([level, int(x * scale), int(y * scale), tw, th])
    return out


def answers(path, tiles):
    def opened():
        try:
            return openslide.OpenSlide(path), None
        except openslide.OpenSlideError as error:
            return None, "!" + str(error)

    out = []
    slide, error = opened()
    for level, x, y, w, h in tiles:
        if slide is None:
            return [error]
        try:
            out.append(hashlib.sha256(slide.read_region((x, y), level, (w, h)).tobytes()).hexdigest()[:8])
        except openslide.OpenSlideError as failure:
            out.append("!" + str(failure))
            slide.close()
            slide, error = opened()
    return out


def run_one(root, case):
    """The answers for one case, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        slide = case["slide"]
        target = place(slide, case.get("made"), root, folder)
        with open(target, "r+b") as f:
            data = bytearray(f.read())
            damage(data, case["seed"], case["flips"], case["start"])
            f.seek(0)
            f.write(data)
        os.chdir(folder)
        return answers(slide, case["tiles"])


def ask(root, case, heap_filling):
    """The answers for one case from a process of its own, or None."""
    command = [sys.executable, os.path.abspath(__file__), "--one", root, json.dumps(case)]
    environment = {**os.environ, "MALLOC_PERTURB_": str(heap_filling)}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=True)
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return None


def main():
    if sys.argv[1] == "--one":
        print(json.dumps(run_one(sys.argv[2], json.loads(sys.argv[3]))))
        return
    root = os.path.abspath(sys.argv[1])
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    out = sys.argv[3] if len(sys.argv) > 3 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "damaged.json")
    cases = []
    for number, (slide, gaps) in enumerate(SLIDES):
        with openslide.OpenSlide(os.path.join(root, slide)) as intact:
            size = os.path.getsize(os.path.join(root, slide))
            for gap in gaps:
                for i in range(seeds):
                    seed = number * 100000 + gap * 10 + i
                    case = {"slide": slide, "seed": seed, "flips": max(1, size // gap), "start": 0 if i % 2 else min(4096, size // 4)}
                    case["tiles"] = plan(intact, seed)
                    cases.append(case)
    for factor in QUANTISER_FACTORS:
        case = {"slide": "vms/made.vms", "seed": 9000000 + factor, "flips": 0, "start": 0, "made": make_vms(factor)}
        with tempfile.TemporaryDirectory() as folder:
            with openslide.OpenSlide(place(case["slide"], case["made"], root, folder)) as intact:
                case["tiles"] = plan(intact, case["seed"])
        cases.append(case)
    kept = []
    for case in cases:
        first, second = ask(root, case, 85), ask(root, case, 170)
        if first is None or second is None or len(first) != len(second):
            print("left out:", case["slide"], case["seed"], flush=True)
            continue
        case["answers"] = [a if a == b else "?" for a, b in zip(first, second)]
        kept.append(case)
    # Tiles and answers as one string each, a line per tile: formatters leave strings alone.
    for case in kept:
        case["tiles"] = "\n".join(" ".join(map(str, tile)) for tile in case["tiles"])
    texts = sum(a.startswith("!") for c in kept for a in c["answers"])
    count = sum(len(c["answers"]) for c in kept)
    for case in kept:
        case["answers"] = "\n".join(case["answers"])
    with open(out, "w", encoding="utf-8") as f:
        json.dump({"cases": kept}, f, indent=2)
        f.write("\n")
    print(len(kept), "cases", count, "answers,", texts, "of them errors")


if __name__ == "__main__":
    main()
