/*
 * The last step of a lossy JPEG 2000 tile, included by OpenJPEG's tcd.c (see edit.py): float samples to integers, rounded,
 * shifted and clamped, four at a time. Clamping before the shift keeps the sum inside 32 bits.
 */

#include <string.h>
#include <wasm_simd128.h>

static v128_t cs_shift4(v128_t samples, OPJ_INT32 shift, OPJ_INT32 min, OPJ_INT32 max) {
  v128_t whole = wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(samples));
  whole = wasm_i32x4_max(wasm_i32x4_min(whole, wasm_i32x4_splat(max - shift)), wasm_i32x4_splat(min - shift));
  return wasm_i32x4_add(whole, wasm_i32x4_splat(shift));
}

static void cs_shift_row(OPJ_INT32 *row, OPJ_UINT32 width, OPJ_INT32 shift, OPJ_INT32 min, OPJ_INT32 max) {
  OPJ_UINT32 x = 0;
  for (; x + 4 <= width; x += 4)
    wasm_v128_store(row + x, cs_shift4(wasm_v128_load(row + x), shift, min, max));
  if (x < width) {
    OPJ_INT32 rest[4] = {0, 0, 0, 0};
    memcpy(rest, row + x, (width - x) * sizeof(OPJ_INT32));
    wasm_v128_store(rest, cs_shift4(wasm_v128_load(rest), shift, min, max));
    memcpy(row + x, rest, (width - x) * sizeof(OPJ_INT32));
  }
}
