/*
 * YCbCr and RGB planes to BGRA in wasm SIMD, 16 pixels a step. Linked around jinit_color_deconverter by --wrap: the real
 * function runs first, then its row converter is replaced where ours does the same.
 *
 * The fixed-point formulas give libjpeg's table values for all 256 inputs: R = y + cr + round(cr * 13174 / 2^15),
 * B = y + 2 cb + round(cb * -7471 / 2^15), G = y - cr + ((-22554 cb + 18734 cr + 32768) >> 16), cb and cr centred on 0.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wasm_simd128.h>

#define JPEG_INTERNALS
#include <jpeglib.h>

#define INLINE static inline __attribute__((always_inline))

INLINE void store_bgra(uint8_t *out, v128_t b, v128_t g, v128_t r) {
  const v128_t opaque = wasm_i8x16_const_splat((int8_t) 0xff);
#define LOW8(p, q) wasm_i8x16_shuffle(p, q, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH8(p, q) wasm_i8x16_shuffle(p, q, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
  v128_t bg = LOW8(b, g), ra = LOW8(r, opaque);
  wasm_v128_store(out, wasm_i16x8_shuffle(bg, ra, 0, 8, 1, 9, 2, 10, 3, 11));
  wasm_v128_store(out + 16, wasm_i16x8_shuffle(bg, ra, 4, 12, 5, 13, 6, 14, 7, 15));
  bg = HIGH8(b, g), ra = HIGH8(r, opaque);
  wasm_v128_store(out + 32, wasm_i16x8_shuffle(bg, ra, 0, 8, 1, 9, 2, 10, 3, 11));
  wasm_v128_store(out + 48, wasm_i16x8_shuffle(bg, ra, 4, 12, 5, 13, 6, 14, 7, 15));
#undef LOW8
#undef HIGH8
}

INLINE void ycc_half(v128_t y, v128_t cb, v128_t cr, v128_t *b, v128_t *g, v128_t *r) {
  const v128_t green = wasm_i16x8_const(-22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734);
  const v128_t half = wasm_i32x4_const_splat(32768);
  *r = wasm_i16x8_add(wasm_i16x8_add(y, cr), wasm_i16x8_q15mulr_sat(cr, wasm_i16x8_const_splat(13174)));
  *b = wasm_i16x8_add(wasm_i16x8_add(y, wasm_i16x8_shl(cb, 1)), wasm_i16x8_q15mulr_sat(cb, wasm_i16x8_const_splat(-7471)));
  v128_t low = wasm_i32x4_dot_i16x8(wasm_i16x8_shuffle(cb, cr, 0, 8, 1, 9, 2, 10, 3, 11), green);
  v128_t high = wasm_i32x4_dot_i16x8(wasm_i16x8_shuffle(cb, cr, 4, 12, 5, 13, 6, 14, 7, 15), green);
  low = wasm_i32x4_shr(wasm_i32x4_add(low, half), 16);
  high = wasm_i32x4_shr(wasm_i32x4_add(high, half), 16);
  *g = wasm_i16x8_add(wasm_i16x8_sub(y, cr), wasm_i16x8_narrow_i32x4(low, high));
}

INLINE void ycc_step(v128_t y, v128_t cb, v128_t cr, uint8_t *out) {
  const v128_t centre = wasm_i8x16_const_splat((int8_t) 0x80);
  cb = wasm_v128_xor(cb, centre);
  cr = wasm_v128_xor(cr, centre);
  v128_t bl, gl, rl, bh, gh, rh;
  ycc_half(wasm_u16x8_extend_low_u8x16(y), wasm_i16x8_extend_low_i8x16(cb), wasm_i16x8_extend_low_i8x16(cr), &bl, &gl, &rl);
  ycc_half(wasm_u16x8_extend_high_u8x16(y), wasm_i16x8_extend_high_i8x16(cb), wasm_i16x8_extend_high_i8x16(cr), &bh, &gh, &rh);
  store_bgra(out, wasm_u8x16_narrow_i16x8(bl, bh), wasm_u8x16_narrow_i16x8(gl, gh), wasm_u8x16_narrow_i16x8(rl, rh));
}

INLINE void rgb_step(v128_t r, v128_t g, v128_t b, uint8_t *out) { store_bgra(out, b, g, r); }

/* Rows of any width: whole steps, then the rest by way of 16-byte copies. */
#define CONVERTER(name, step)                                                                                      \
  static void name(j_decompress_ptr cinfo, JSAMPIMAGE input, JDIMENSION row, JSAMPARRAY output, int rows) {        \
    const JDIMENSION width = cinfo->output_width;                                                                  \
    for (; rows > 0; rows--, row++, output++) {                                                                    \
      const uint8_t *in0 = input[0][row], *in1 = input[1][row], *in2 = input[2][row];                              \
      uint8_t *out = *output;                                                                                      \
      JDIMENSION x = 0;                                                                                            \
      for (; x + 16 <= width; x += 16)                                                                             \
        step(wasm_v128_load(in0 + x), wasm_v128_load(in1 + x), wasm_v128_load(in2 + x), out + 4 * x);              \
      if (x < width) {                                                                                             \
        uint8_t tail[3][16] = {{0}}, pixels[64];                                                                   \
        memcpy(tail[0], in0 + x, width - x);                                                                       \
        memcpy(tail[1], in1 + x, width - x);                                                                       \
        memcpy(tail[2], in2 + x, width - x);                                                                       \
        step(wasm_v128_load(tail[0]), wasm_v128_load(tail[1]), wasm_v128_load(tail[2]), pixels);                   \
        memcpy(out + 4 * x, pixels, 4 * (width - x));                                                              \
      }                                                                                                            \
    }                                                                                                              \
  }

CONVERTER(ycc_to_bgra, ycc_step)
CONVERTER(rgb_to_bgra, rgb_step)

void __real_jinit_color_deconverter(j_decompress_ptr cinfo);

void __wrap_jinit_color_deconverter(j_decompress_ptr cinfo) {
  __real_jinit_color_deconverter(cinfo);
  if (cinfo->num_components != 3 || (cinfo->out_color_space != JCS_EXT_BGRA && cinfo->out_color_space != JCS_EXT_BGRX))
    return;
  if (cinfo->jpeg_color_space == JCS_YCbCr)
    cinfo->cconvert->color_convert = ycc_to_bgra;
  else if (cinfo->jpeg_color_space == JCS_RGB)
    cinfo->cconvert->color_convert = rgb_to_bgra;
}
