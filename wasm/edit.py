#!/usr/bin/env python3
"""Edits the unpacked source distribution for wasm: edit.py WASM_FOLDER TREE.

Each edit says what and why. A text that is not found exactly as often as expected stops the build: a newer source must be
looked at by a person. Nothing here changes what OpenSlide decodes, except where a line says so.
"""

import shutil
import sys
from pathlib import Path

WASM, TREE = Path(sys.argv[1]), Path(sys.argv[2])
SUB = TREE / "subprojects"


def project(prefix):
    found = sorted(p for p in SUB.glob(prefix + "-[0-9]*") if p.is_dir())
    if len(found) != 1:
        sys.exit(f"edit.py: expected one subproject {prefix}, found {[p.name for p in found]}")
    return found[0]


def replace(path, old, new, times=1):
    text = path.read_text(encoding="utf-8")
    if text.count(old) != times:
        sys.exit(f"edit.py: {path.relative_to(TREE)}: expected {times} of {old!r}, found {text.count(old)}")
    path.write_text(text.replace(old, new), encoding="utf-8")


def put(name, path):
    shutil.copyfile(WASM / "patches" / name, path)


# The tree: our top meson.build and our own C sources.
shutil.copyfile(WASM / "meson.build", TREE / "meson.build")
shutil.copytree(WASM / "openslide", TREE / "cs", dirs_exist_ok=True)

# GLib: only libglib. The folders stay (glib's meson checks that they are there), the lines go.
glib = project("glib")
for folder in ["gobject", "gthread", "gmodule", "gio", "girepository", "fuzzing", "docs/reference"]:
    replace(glib / "meson.build", f"\nsubdir('{folder}')\n", "\n")
put("gio.h", glib / "gio/gio.h")
put("glib-object.h", glib / "glib/glib-object.h")
replace(glib / "glib/glib-unix.c", '#error "g_unix_fd_query_path() not supported on this platform"', "return NULL;")

# GLib calls functions through other types than their own, which traps in wasm. A comparison of two arguments is called
# through a function of three, a destroy function through a loop of our own.
COMPARE = """
static gint cs_cmp0 (gconstpointer a, gconstpointer b, gpointer f) { return ((GCompareFunc) f) (a, b); }
"""
for name, header in [("garray.c", "garray.h"), ("glist.c", "glist.h"), ("gslist.c", "gslist.h"), ("gtree.c", "gtree.h")]:
    replace(glib / "glib" / name, f'#include "{header}"\n', f'#include "{header}"\n{COMPARE}')
replace(
    glib / "glib/garray.c",
    "(GCompareDataFunc) compare_func,\n                  NULL);",
    "cs_cmp0,\n                  (gpointer) compare_func);",
    2,
)
for name in ["glist", "gslist"]:
    kind = "g_list" if name == "glist" else "g_slist"
    replace(
        glib / f"glib/{name}.c",
        f"{kind}_insert_sorted_real (list, data, (GFunc) func, NULL)",
        f"{kind}_insert_sorted_real (list, data, (GFunc) cs_cmp0, (gpointer) func)",
    )
    replace(
        glib / f"glib/{name}.c",
        f"{kind}_sort_real (list, (GFunc) compare_func, NULL)",
        f"{kind}_sort_real (list, (GFunc) cs_cmp0, (gpointer) compare_func)",
    )
    replace(
        glib / f"glib/{name}.c",
        f"{kind}_foreach (list, (GFunc) free_func, NULL);",
        f"for ({'GList' if name == 'glist' else 'GSList'} *l = list; l; l = l->next) free_func (l->data);",
    )
replace(
    glib / "glib/gqueue.c",
    "g_queue_foreach (queue, (GFunc) free_func, NULL);",
    "for (GList *l = queue->head; l; l = l->next) free_func (l->data);",
    2,
)
replace(
    glib / "glib/gtree.c",
    "g_tree_new_full ((GCompareDataFunc) key_compare_func, NULL,",
    "g_tree_new_full (cs_cmp0, (gpointer) key_compare_func,",
)

# libdicom: an undefined-length element of these kinds would allocate length + 1 = 0 bytes and overrun; 32-bit size_t.
libdicom = project("libdicom")
replace(
    libdicom / "src/dicom-parse.c",
    "            // read to a static char buffer, if possible\n            if ((int64_t) length + 1",
    """            if (length > 0x7fffffff) {
                dcm_error_set(state->error, DCM_ERROR_CODE_PARSE,
                              "reading of data element failed",
                              "bad length for tag '%08x'",
                              tag);
                return false;
            }

            // read to a static char buffer, if possible
            if ((int64_t) length + 1""",
)
replace(
    libdicom / "src/dicom.c",
    "    void *result = calloc(n == 0 ? 1 : n, size);",
    "    void *result = n > 0x7fffffff || size > 0x7fffffff || n * size > 0x7fffffff ? NULL : calloc(n == 0 ? 1 : n, size);",
)
replace(
    libdicom / "src/dicom.c",
    "    void *result = realloc(ptr, size);",
    "    void *result = size > 0x7fffffff ? NULL : realloc(ptr, size);",
)

# OpenSlide: sizes that do not fit 32 bits (see cs_size.h); `sop` in dicom_file_new is read uninitialised.
openslide = project("openslide")
put("cs_size.h", openslide / "src/cs_size.h")
replace(
    openslide / "src/meson.build",
    "  c_args : ['-D_OPENSLIDE_BUILDING_DLL', '-DG_LOG_DOMAIN=\"OpenSlide\"'],",
    "  c_args : ['-D_OPENSLIDE_BUILDING_DLL', '-DG_LOG_DOMAIN=\"OpenSlide\"', '-include', meson.current_source_dir() /"
    " 'cs_size.h', '-ftrivial-auto-var-init=zero'],",
)
# A TIFF tag whose values need more than 4 GiB is only an error, as natively, once somebody wants its values.
replace(
    openslide / "src/openslide-decode-tifflike.c",
    "    size_t value_len;\n    if (!g_size_checked_mul(&value_len, value_size, count)) {",
    "    uint64_t value_len;\n    if (!g_uint64_checked_mul(&value_len, value_size, count)) {",
)
replace(openslide / "src/openslide-decode-tifflike.c", "  size_t len = value_size * count;", "  uint64_t len = value_size * count;")

# OpenJPEG, exactness: the native compiler, under -ffast-math, subtracts the sum of the two chroma terms from y. We write
# that down, in the SIMD and the scalar loop, and compile this one file without -ffast-math so that it stays.
openjpeg = project("openjpeg")
mct = openjpeg / "src/lib/openjp2/mct.c"
replace(
    mct,
    "vg = _mm_sub_ps(_mm_sub_ps(vy, _mm_mul_ps(vu, vgu)), _mm_mul_ps(vv, vgv));",
    "vg = _mm_sub_ps(vy, _mm_add_ps(_mm_mul_ps(vu, vgu), _mm_mul_ps(vv, vgv)));",
    2,
)
replace(
    mct,
    "OPJ_FLOAT32 g = y - (u * 0.34413f) - (v * (0.71414f));",
    "OPJ_FLOAT32 g = y - (u * 0.34413f + v * 0.71414f);",
)
meson = openjpeg / "src/lib/openjp2/meson.build"
replace(meson, "  'mct.c',\n", "")
replace(
    meson,
    "openjp2_lib = library(\n  'openjp2',\n  openjp2_srcs,\n",
    """mct_lib = static_library(
  'openjp2_mct',
  'mct.c',
  include_directories: inc_dirs,
  c_args: openjp2_c_args + ['-fno-fast-math'],
)
openjp2_lib = library(
  'openjp2',
  openjp2_srcs,
  objects: mct_lib.extract_all_objects(recursive: false),
""",
)

# OpenJPEG, speed: its SSE code (emscripten maps the intrinsics to wasm SIMD), renormalisation of the arithmetic decoder by a
# count of leading zeroes instead of bit by bit, and cs_shift.h.
replace(meson, "  '-fomit-frame-pointer',\n", "  '-fomit-frame-pointer',\n  '-msse4.1',\n")
replace(
    openjpeg / "src/lib/openjp2/mqc_inl.h",
    """    do { \\
        if (ct == 0) { \\
            opj_mqc_bytein_macro(mqc, c, ct); \\
        } \\
        a <<= 1; \\
        c <<= 1; \\
        ct--; \\
    } while (a < 0x8000); \\
""",
    """    OPJ_UINT32 cs_todo = (OPJ_UINT32)__builtin_clz(a) - 16; \\
    do { \\
        OPJ_UINT32 cs_now; \\
        if (ct == 0) { \\
            opj_mqc_bytein_macro(mqc, c, ct); \\
        } \\
        cs_now = cs_todo < ct ? cs_todo : ct; \\
        a <<= cs_now; \\
        c <<= cs_now; \\
        ct -= cs_now; \\
        cs_todo -= cs_now; \\
    } while (cs_todo); \\
""",
)
# The linker's optimiser would put all passes of the block decoder into one function, far too large for V8's register
# allocation: through a table they stay apart, which takes a third off lossless tiles.
t1 = openjpeg / "src/lib/openjp2/t1.c"
for name in ["sigpass_mqc", "clnpass"]:
    replace(
        t1,
        f"""    if (t1->w == 64 && t1->h == 64) {{
        if (cblksty & J2K_CCP_CBLKSTY_VSC) {{
            opj_t1_dec_{name}_64x64_vsc(t1, bpno);
        }} else {{
            opj_t1_dec_{name}_64x64_novsc(t1, bpno);
        }}
    }} else {{
        if (cblksty & J2K_CCP_CBLKSTY_VSC) {{
            opj_t1_dec_{name}_generic_vsc(t1, bpno);
        }} else {{
            opj_t1_dec_{name}_generic_novsc(t1, bpno);
        }}
    }}
""",
        f"""    static void (*const cs_passes[2][2])(opj_t1_t *, OPJ_INT32) = {{
        {{ opj_t1_dec_{name}_generic_novsc, opj_t1_dec_{name}_generic_vsc }},
        {{ opj_t1_dec_{name}_64x64_novsc, opj_t1_dec_{name}_64x64_vsc }}
    }};
    cs_passes[t1->w == 64 && t1->h == 64][(cblksty & J2K_CCP_CBLKSTY_VSC) != 0](t1, bpno);
""",
    )
replace(
    t1,
    """    if (t1->w == 64 && t1->h == 64) {
        opj_t1_dec_refpass_mqc_64x64(t1, bpno);
    } else {
        opj_t1_dec_refpass_mqc_generic(t1, bpno);
    }
""",
    """    static void (*const cs_passes[2])(opj_t1_t *, OPJ_INT32) = {
        opj_t1_dec_refpass_mqc_generic, opj_t1_dec_refpass_mqc_64x64
    };
    cs_passes[t1->w == 64 && t1->h == 64](t1, bpno);
""",
)
shutil.copyfile(WASM / "openslide/cs_shift.h", openjpeg / "src/lib/openjp2/cs_shift.h")
tcd = openjpeg / "src/lib/openjp2/tcd.c"
replace(tcd, '#include "opj_includes.h"\n', '#include "opj_includes.h"\n#include "cs_shift.h"\n')
replace(
    tcd,
    """                for (i = 0; i < l_width; ++i) {
                    OPJ_FLOAT32 l_value = *((OPJ_FLOAT32 *) l_current_ptr);
                    if (l_value > (OPJ_FLOAT32)INT_MAX) {
                        *l_current_ptr = l_max;
                    } else if (l_value < INT_MIN) {
                        *l_current_ptr = l_min;
                    } else {
                        /* Do addition on int64 to avoid overflows */
                        OPJ_INT64 l_value_int = (OPJ_INT64)opj_lrintf(l_value);
                        *l_current_ptr = (OPJ_INT32)opj_int64_clamp(
                                             l_value_int + l_tccp->m_dc_level_shift, l_min, l_max);
                    }
                    ++l_current_ptr;
                }
                l_current_ptr += l_stride;
""",
    """                cs_shift_row(l_current_ptr, l_width, l_tccp->m_dc_level_shift, l_min, l_max);
                l_current_ptr += l_width + l_stride;
""",
)

# libjpeg-turbo: 16-bit quantiser tables, as native has with its SIMD; cs_idct.c needs them.
libjpeg = project("libjpeg-turbo")
replace(
    libjpeg / "src/jmorecfg.h",
    "#define MULTIPLIER  int         /* type for fastest integer multiply */",
    "#define MULTIPLIER  short       /* as native with SIMD, which is not built here: see wasm/openslide/cs_idct.c */",
)

# libjpeg-turbo, speed: a 64-bit bit buffer, which native has too, and our decoder of one MCU tried before its own.
for name, times in [("jdhuff.h", 1), ("jdhuff.c", 1)]:
    replace(libjpeg / "src" / name, "defined(__x86_64__) && defined(__ILP32__)", "defined(__wasm__)", times)
jdhuff = libjpeg / "src/jdhuff.c"
shutil.copyfile(WASM / "openslide/cs_huff.h", libjpeg / "src/cs_huff.h")
replace(
    jdhuff,
    "} huff_entropy_decoder;\n",
    """
  /* See cs_huff.h. */
  boolean cs_ready;
  unsigned int cs_replaced_at_start;
  const int *cs_dc[D_MAX_BLOCKS_IN_MCU];
  const int *cs_ac[D_MAX_BLOCKS_IN_MCU];
  boolean (*cs_libjpeg)(j_decompress_ptr cinfo, JBLOCKROW *MCU_data);
} huff_entropy_decoder;
""",
)
replace(jdhuff, "typedef huff_entropy_decoder *huff_entropy_ptr;\n", 'typedef huff_entropy_decoder *huff_entropy_ptr;\n\n#include "cs_huff.h"\n')
replace(
    jdhuff,
    "  entropy->restarts_to_go = cinfo->restart_interval;\n}\n\n\n/*\n * Compute the derived values",
    "  entropy->restarts_to_go = cinfo->restart_interval;\n  cs_start_pass(cinfo);\n}\n\n\n/*\n * Compute the derived values",
)
replace(
    jdhuff,
    "  entropy->pub.decode_mcu = decode_mcu;\n",
    "  entropy->cs_libjpeg = decode_mcu;\n  entropy->pub.decode_mcu = cs_decode_or_fall_back;\n",
)
