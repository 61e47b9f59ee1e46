"""Opens what Coverslip wrote with h5py and geopandas, and says what they see, as JSON. Arguments: packages, folder."""

import json
import os
import sys

sys.path.insert(0, sys.argv[1])
import geopandas
import h5py
import numpy

folder = sys.argv[2]


def attribute(dataset, name):
    attr = h5py.h5a.open(dataset.id, name.encode())
    kind = attr.get_type()
    facts = {"scalar": attr.get_space().get_simple_extent_type() == h5py.h5s.SCALAR}
    value = dataset.attrs[name]
    facts["value"] = value if isinstance(value, str) else numpy.asarray(value).tolist()
    if isinstance(kind, h5py.h5t.TypeStringID):
        facts["type"] = ["string", kind.is_variable_str(), kind.get_cset(), kind.get_strpad()]
    else:
        facts["type"] = kind.dtype.str
    return facts


def dataset(data):
    plan = data.id.get_create_plist()
    return {
        "dtype": data.dtype.str,
        "shape": data.shape,
        "maxshape": data.maxshape,
        "chunks": data.chunks,
        "filters": plan.get_nfilters(),
        "fill": [plan.get_fill_time(), plan.get_alloc_time(), float(data.fillvalue)],
        # h5py says 1 for every version-1 header, whether it holds a time or not: so the time itself.
        "mtime": h5py.h5o.get_info(data.id).mtime if hasattr(h5py.h5o.get_info(data.id), "mtime") else 0,
        "stored_chunks": data.id.get_num_chunks() if data.shape[0] else 0,
        "sum": float(data[:].astype("f8").sum()),
        "last": numpy.asarray(data[-1:]).ravel().tolist(),
        "attributes": {name: attribute(data, name) for name in data.attrs},
    }


def hdf5(path):
    with open(path, "rb") as file:
        superblock = file.read(9)[8]
    with h5py.File(path, "r") as file:
        return {"superblock": superblock, "root": dict(file.attrs), "datasets": {name: dataset(data) for name, data in file.items()}}


def goes_on(path):
    """As TRIDENT appends to a file: every dataset grows by 100 rows, one is added, and nothing is lost."""
    with h5py.File(path, "r") as file:
        before = {name: data[:] for name, data in file.items()}
    with h5py.File(path, "a") as file:
        for data in file.values():
            data.resize(len(data) + 100, axis=0)
            data[-100:] = 7
        file["added"] = [1, 2, 3]
        first = next(iter(file.values()))
        first.attrs["later"] = "text"
        first.attrs["large"] = numpy.zeros(1000)
    with h5py.File(path, "r") as file:
        return bool(
            all((file[name][:-100] == data).all() and (file[name][-100:] == 7).all() for name, data in before.items())
            and file["added"][:].tolist() == [1, 2, 3]
        )


def geojson(path):
    frame = geopandas.read_file(path)
    # Read from its bytes, so that GDAL does not take the file for one to be updated.
    again = path + ".again/" + os.path.basename(path)
    os.makedirs(os.path.dirname(again))
    if len(frame):
        frame.to_file(again, driver="GeoJSON")
        with open(again, encoding="utf-8") as file:
            text = file.read()
    else:
        text = None
    return {"rows": len(frame), "crs": str(frame.crs), "area": float(frame.geometry.area.sum()), "written_again": text}


out = {}
for name in sorted(os.listdir(folder)):
    path = os.path.join(folder, name)
    if name.endswith(".h5"):
        out[name] = {**hdf5(path), "goes_on": goes_on(path)}
    elif name.endswith(".geojson"):
        out[name] = geojson(path)
print(json.dumps(out))
