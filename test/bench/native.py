"""Native OpenSlide (the openslide-bin wheel, through ctypes) as the bench's reference.

Reads one JSON command a line, answers with one JSON line:
  {"do": "open", "file": PATH}                         -> {"ms": ...}   a fresh handle, with its own empty tile cache
  {"do": "batch", "requests": [[x, y, level, w, h]...], "threads": N}
                                                       -> {"wallMs": ..., "doneAtMs": [...]}
The buffer is allocated once per size and reused, as ours is; Python's own share is a few microseconds a request.
"""
import ctypes, glob, json, os, sys, threading, time

folder = sys.argv[1]
library = ctypes.CDLL(glob.glob(os.path.join(folder, "openslide_bin", "libopenslide*.so*"))[0])
library.openslide_open.restype = ctypes.c_void_p
library.openslide_open.argtypes = [ctypes.c_char_p]
library.openslide_close.argtypes = [ctypes.c_void_p]
library.openslide_get_error.restype = ctypes.c_char_p
library.openslide_get_error.argtypes = [ctypes.c_void_p]
library.openslide_get_version.restype = ctypes.c_char_p
library.openslide_read_region.restype = None
library.openslide_read_region.argtypes = [
    ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int32, ctypes.c_int64, ctypes.c_int64]

slide = None


def open_slide(file):
    global slide
    if slide:
        library.openslide_close(slide)
    began = time.perf_counter()
    slide = library.openslide_open(file.encode())
    ms = (time.perf_counter() - began) * 1e3
    check()
    return {"ms": ms}


def check():
    error = library.openslide_get_error(slide) if slide else b"cannot open"
    if error:
        raise RuntimeError(error.decode())


def batch(requests, threads):
    done_at = []
    waiting = iter(requests)
    lock = threading.Lock()

    def work():
        buffers = {}
        while True:
            with lock:
                request = next(waiting, None)
            if request is None:
                return
            x, y, level, w, h = request
            if (w, h) not in buffers:
                buffers[w, h] = ctypes.create_string_buffer(w * h * 4)
            library.openslide_read_region(slide, buffers[w, h], x, y, level, w, h)
            done_at.append((time.perf_counter() - began) * 1e3)

    began = time.perf_counter()
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    wall = (time.perf_counter() - began) * 1e3
    check()
    return {"wallMs": wall, "doneAtMs": done_at}


print(json.dumps({"version": library.openslide_get_version().decode()}), flush=True)
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "open":
        answer = open_slide(command["file"])
    else:
        answer = batch(command["requests"], command["threads"])
    print(json.dumps(answer), flush=True)
