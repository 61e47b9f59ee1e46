"""Tissue, coords and features as a researcher would make them with libraries from PyPI: the chain's reference in the bench.

The steps are TRIDENT's (its Otsu segmenter, 1.25x; patches of 256 px at 20x; the encoder's own ONNX file), in our own words:
openslide-python reads, OpenCV and NumPy find tissue, Shapely chooses patches, Pillow resizes, onnxruntime runs the model with
its default threads, h5py writes. Reader threads make patches while the model runs; all of these let go of Python's lock.

Takes one JSON command a line and answers with one JSON line:
  {"do": "chain", "file": PATH, "out": FOLDER, "mpp": 0.25, "batch": 8, "readers": 2}  -> seconds by stage
  {"do": "tissue", "file": PATH, "mpp": 0.25}                                      -> the same of tissue alone
  {"do": "write", "file": PATH, "rows": N, "columns": D}                           -> {} a features file, a chunk a row
  {"do": "read", "file": PATH}                                                     -> {"wall": seconds} for all of it

Arguments: the model's file.
"""
import json, os, resource, sys, threading, time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import cv2, h5py, numpy as np, onnxruntime, openslide, shapely
from PIL import Image

TILE_PX, TISSUE_MPP = 512, 8.0
PATCH_PX, PATCH_MAG = 256, 20
BATCHES_AHEAD = 4
THUMBNAIL_PX = 1000


class Clock:
    """Seconds by stage; stages of several threads add up."""

    def __init__(self):
        self.seconds = dict.fromkeys(("tissue", "coords", "features", "reading", "preprocessing", "model", "writing"), 0.0)
        self.lock = threading.Lock()

    def add(self, stage, begin):
        with self.lock:
            self.seconds[stage] += time.perf_counter() - begin


def choose_level(downsamples, wanted, tolerance):
    for level, downsample in enumerate(downsamples):
        if abs(downsample - wanted) <= tolerance:
            return level
    return max(level for level, downsample in enumerate(downsamples) if downsample <= max(wanted, downsamples[0]))


def plan(slide, downsample, patch_px):
    """Level, side of what is read there, and step in level-0 pixels of a grid without overlap."""
    step = round(patch_px * downsample)
    level = choose_level(slide.level_downsamples, downsample, 0.1)
    side = round(step / int(slide.level_downsamples[level]))
    width, height = slide.dimensions
    corners = [(x, y) for y in range(0, height, step) for x in range(0, width, step)]
    return level, side, step, corners


def otsu(luma):
    """The centre of the bin that parts the values best (Otsu 1979; scikit-image's 256 bins)."""
    if luma.min() == luma.max():
        return luma.min()
    counts, edges = np.histogram(luma, bins=256)
    centres = (edges[:-1] + edges[1:]) / 2
    below, above = np.cumsum(counts), np.cumsum(counts[::-1])[::-1]
    mean_below = np.cumsum(counts * centres) / below
    mean_above = (np.cumsum((counts * centres)[::-1]) / np.cumsum(counts[::-1]))[::-1]
    variance = below[:-1] * above[1:] * (mean_below[:-1] - mean_above[1:]) ** 2
    return centres[np.argmax(variance)]


def luma_of(rgb):
    return (rgb * (1 / 255)) @ np.array([0.2125, 0.7154, 0.0721]) * 255


def flip_small(mask, limit):
    """Clears 4-connected groups of at most so many pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    keep = stats[:, cv2.CC_STAT_AREA] > limit
    keep[0] = False
    return keep[labels] if count > 1 else mask


def otsu_tissue(tile):
    tile = tile.copy()
    tile[(tile == 0).all(axis=2)] = 255
    hsv = cv2.cvtColor(tile, cv2.COLOR_RGB2HSV)
    saturation, value = hsv[..., 1], hsv[..., 2]
    clean = tile.copy()
    clean[((saturation <= 10) & (value >= 70)) | (value <= 85)] = 255
    luma = luma_of(clean)
    candidates = flip_small(luma < otsu(luma), 60)
    white = tile.copy()
    white[~candidates] = np.where(white[~candidates] > 0, 255, 0)
    luma = luma_of(white)
    return ~flip_small(~(luma < otsu(luma)), 5000)


def outline(mask, scale):
    """Polygons in level-0 pixels, holes filled."""
    height, width = mask.shape
    factor = 2000 / height
    large = cv2.resize(mask, (round(width * factor), round(height * factor)), interpolation=cv2.INTER_LINEAR)
    contours, hierarchy = cv2.findContours((large > 0).astype(np.uint8), cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    area = [cv2.contourArea(contour) for contour in contours]
    polygons = []
    for index, contour in enumerate(contours):
        _, _, child, parent = hierarchy[0][index]
        if parent >= 0:
            continue
        net = area[index]
        while child >= 0:
            net -= area[child]
            child = hierarchy[0][child][0]
        if net <= 1000 or len(contour) < 3:
            continue
        points = (contour[:, 0].astype(float) * (scale / factor)).astype(np.int32)
        polygon = shapely.Polygon(points)
        if not polygon.is_valid:
            mended = [polygon.buffer(distance) for distance in (0, 0.1, -0.1, 0.2)]
            polygon = next(one for one in mended if one.is_valid and one.geom_type == "Polygon")
        polygons.append(polygon)
    return polygons


def find_tissue(slide, mpp):
    level, side, _, corners = plan(slide, TISSUE_MPP / mpp, TILE_PX)
    width, height = slide.dimensions
    canvas = np.zeros((round(height * mpp / TISSUE_MPP), round(width * mpp / TISSUE_MPP)), np.uint8)

    def segment(corner):
        tile = np.asarray(slide.read_region(corner, level, (side, side)).convert("RGB"))
        if side != TILE_PX:
            tile = cv2.resize(tile, (TILE_PX, TILE_PX), interpolation=cv2.INTER_LINEAR)
        left, top = (min(round(at * mpp / TISSUE_MPP), edge - 1) for at, edge in zip(corner, canvas.shape[::-1]))
        place = canvas[top : top + TILE_PX, left : left + TILE_PX]
        place += (otsu_tissue(tile) * np.uint8(255))[: place.shape[0], : place.shape[1]]

    with ThreadPoolExecutor(os.cpu_count()) as readers:
        list(readers.map(segment, corners))
    return outline(canvas, TISSUE_MPP / mpp)


def write_contours(slide, polygons, out):
    features = [
        dict(type="Feature", properties=dict(tissue_id=i), geometry=shapely.geometry.mapping(polygon))
        for i, polygon in enumerate(polygons)
    ]
    with open(os.path.join(out, "contours.geojson"), "w") as file:
        json.dump(dict(type="FeatureCollection", features=features), file)
    thumbnail = slide.get_thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    thumbnail.save(os.path.join(out, "thumbnail.jpg"))
    picture = np.array(thumbnail)
    lines = [(np.array(polygon.exterior.coords) * (picture.shape[1] / slide.dimensions[0])).astype(np.int32) for polygon in polygons]
    cv2.polylines(picture, lines, True, (0, 255, 0), 2)
    cv2.imwrite(os.path.join(out, "contours.jpg"), picture[..., ::-1])


def select_patches(polygons, corners, step):
    """Squares that touch the tissue, its outline simplified as TRIDENT does."""
    tissue = shapely.union_all([polygon.simplify(PATCH_PX / 4) for polygon in polygons])
    shapely.prepare(tissue)
    at = np.array(corners, np.int64)
    squares = shapely.box(at[:, 0], at[:, 1], at[:, 0] + step, at[:, 1] + step)
    return at[shapely.intersects(tissue, squares)]


def encode(slide, coords, level, side, session, batch, readers, clock):
    """One vector a patch; patches are made by reader threads, some batches ahead of the model."""
    name = session.get_inputs()[0].name

    def make(corner):
        begin = time.perf_counter()
        region = slide.read_region(corner, level, (side, side))
        clock.add("reading", begin)
        begin = time.perf_counter()
        patch = region.convert("RGB")
        if side != PATCH_PX:
            patch = patch.resize((PATCH_PX, PATCH_PX), Image.Resampling.BICUBIC)
        # torchvision's ToTensor; the card's mean and std are 0 and 1.
        values = np.asarray(patch).transpose(2, 0, 1).astype(np.float32) / np.float32(255)
        clock.add("preprocessing", begin)
        return values

    corners = [(int(x), int(y)) for x, y in coords]
    rows = []
    with ThreadPoolExecutor(readers) as pool:
        waiting = deque()
        begin_at = 0
        while begin_at < len(corners) or waiting:
            while begin_at < len(corners) and len(waiting) < BATCHES_AHEAD:
                waiting.append([pool.submit(make, corner) for corner in corners[begin_at : begin_at + batch]])
                begin_at += batch
            patches = np.stack([patch.result() for patch in waiting.popleft()])
            begin = time.perf_counter()
            rows.append(session.run(None, {name: patches})[0])
            clock.add("model", begin)
    return np.concatenate(rows)


def write_rows(file, name, rows):
    file.create_dataset(name, data=rows, chunks=(1, rows.shape[1]), maxshape=(None, rows.shape[1]))


def chain(file, out, mpp, batch, readers):
    clock = Clock()
    os.makedirs(out, exist_ok=True)
    cpu = time.process_time()
    began = begin = time.perf_counter()
    slide = openslide.OpenSlide(file)
    polygons = find_tissue(slide, mpp)
    write_contours(slide, polygons, out)
    clock.add("tissue", begin)
    begin = time.perf_counter()
    level, side, step, corners = plan(slide, 10 / PATCH_MAG / mpp, PATCH_PX)
    coords = select_patches(polygons, corners, step)
    with h5py.File(os.path.join(out, "patches.h5"), "w") as h5:
        write_rows(h5, "coords", coords)
    clock.add("coords", begin)
    begin = time.perf_counter()
    features = encode(slide, coords, level, side, session, batch, readers, clock)
    writing = time.perf_counter()
    with h5py.File(os.path.join(out, "features.h5"), "w") as h5:
        write_rows(h5, "features", features)
        write_rows(h5, "coords", coords)
    clock.add("writing", writing)
    clock.add("features", begin)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    slide.close()
    features.astype("<f4").tofile(os.path.join(out, "features.f4"))
    coords.astype("<i4").tofile(os.path.join(out, "coords.i4"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return dict(wall=wall, cpu=cpu, peakBytes=peak, patches=len(coords), **clock.seconds)


def tissue(file, mpp):
    begin = time.perf_counter()
    with openslide.OpenSlide(file) as slide:
        find_tissue(slide, mpp)
    return dict(wall=time.perf_counter() - begin)


def write(file, rows, columns):
    random = np.random.default_rng(1)
    part = file + ".part"
    with h5py.File(part, "w") as h5:
        write_rows(h5, "features", random.standard_normal((rows, columns), np.float32))
        write_rows(h5, "coords", np.arange(2 * rows, dtype=np.int64).reshape(rows, 2))
    os.replace(part, file)
    return {}


def read(file):
    begin = time.perf_counter()
    with h5py.File(file) as h5:
        h5["features"][:], h5["coords"][:]
    return dict(wall=time.perf_counter() - begin)


session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
versions = dict(onnxruntime=onnxruntime.__version__, openslide=openslide.__version__, opencv=cv2.__version__)
print(json.dumps(versions), flush=True)
for line in sys.stdin:
    command = json.loads(line)
    do = command.pop("do")
    print(json.dumps(dict(chain=chain, tissue=tissue, write=write, read=read)[do](**command)), flush=True)
