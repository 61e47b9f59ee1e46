#!/usr/bin/env python3
"""Writes golden.json: what shapely makes of polygons, and which squares of a grid they touch or cover.

  pip install shapely numpy && ./make_golden.py
"""
import hashlib, json, math, os, random, struct
import shapely
from shapely.geometry import Polygon, box
from shapely.ops import unary_union

rng = random.Random(7)


def digest(numbers):
    return hashlib.sha256(struct.pack(f"<{len(numbers)}d", *numbers)).hexdigest()


def flat(ring):
    return [value for point in ring.coords for value in point]


def parts(geometry):
    """The polygons of a geometry as digests of their rings."""
    found = [g for g in getattr(geometry, "geoms", [geometry]) if g.geom_type == "Polygon" and not g.is_empty]
    return [dict(area=g.area, rings=[digest(flat(r)) for r in [g.exterior, *g.interiors]]) for g in found]


def blob(cx, cy, r, n, rough, step=1):
    points = []
    for k in range(n):
        a = 2 * math.pi * k / n
        q = r * (1 - rough + 2 * rough * rng.random())
        points.append((int((cx + q * math.cos(a)) // step * step), int((cy + q * math.sin(a)) // step * step)))
    return points


def stairs(cx, cy, r, step):
    """The outline of a disc of pixels, every corner kept: what a mask's contour looks like."""
    cells = [box(x, y, x + step, y + step) for x in range(cx - r, cx + r, step) for y in range(cy - r, cy + r, step)
             if (x + step / 2 - cx) ** 2 + (y + step / 2 - cy) ** 2 < r * r]
    return [(int(x), int(y)) for x, y in unary_union(cells).exterior.coords[:-1]]


shapes = {
    "blob": [[blob(2000, 1500, 1200, 60, 0.2)]],
    "spiky": [[blob(2000, 1500, 1400, 90, 0.6)]],
    "hole": [[blob(2000, 1500, 1400, 80, 0.1), blob(1800, 1400, 500, 30, 0.2)]],
    "overlapping": [[blob(1500, 1500, 900, 50, 0.2)], [blob(2300, 1600, 900, 50, 0.2)], [blob(2000, 1200, 300, 20, 0.1)]],
    "stairs": [[stairs(1700, 1500, 640, 32)]],
    "fractions": [[[(x + 0.1, y + 0.7) for x, y in blob(2000, 1500, 1200, 60, 0.2)]]],
    "rectangle": [[[(512, 512), (1536, 512), (1536, 1024), (512, 1024)]]],
    "bow tie": [[[(500, 500), (2500, 2000), (2500, 500), (500, 2000)]]],
    "thin": [[[(1000, 100), (1004, 100), (1010, 2900), (1003, 2900)]]],
    "outside": [[[(-700, 2000), (300, 1800), (4700, 2900), (3000, 4000)]]],
}
cases = []
for name, rings in shapes.items():
    polygons = [Polygon(r[0], r[1:]) for r in rings]
    case = dict(name=name, polygons=rings, valid=[bool(p.is_valid) for p in polygons], simplify={}, buffer={})
    for tolerance in (8, 64, 128.25):
        case["simplify"][tolerance] = [parts(p.simplify(tolerance)) for p in polygons]
    for distance in (0, 0.1, -0.1, 0.2):
        case["buffer"][distance] = [parts(p.buffer(distance)) for p in polygons]
    case["repaired"] = [shapely.make_valid(p).area for p in polygons]
    union = unary_union(polygons) if all(case["valid"]) else shapely.make_valid(polygons[0])
    case["unionArea"] = union.area
    case["grids"] = []
    for step, side in ((256, 256), (192, 256), (100, 100)):
        squares = [box(c * step, r * step, c * step + side, r * step + side)
                   for r in range(math.ceil(3000 / step)) for c in range(math.ceil(4000 / step))]
        grid = dict(columns=math.ceil(4000 / step), rows=math.ceil(3000 / step), step=step, side=side,
                    touched="".join(str(int(any(p.intersects(s) for p in polygons))) for s in squares), covered={})
        for share in (0.1, 0.25, 0.5, 1.0):
            grid["covered"][share] = "".join(str(int(s.intersection(union).area >= share * side * side)) for s in squares)
        case["grids"].append(grid)
    cases.append(case)
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "golden.json"), "w") as f:
    json.dump(dict(shapely=shapely.__version__, geos=shapely.geos_version_string, cases=cases), f)
    f.write("\n")
