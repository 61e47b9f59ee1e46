/*
 * Fancy upsampling of chroma in wasm SIMD, 16 columns a step. Linked around jinit_upsampler by --wrap: the real function
 * runs first, then the methods that ours equal are replaced. Also clears coefficient blocks by SIMD (jzero_far).
 *
 * 2:1 across: even = (3 c + previous + 1) >> 2, odd = (3 c + next + 2) >> 2. Both ways, with c = 3 near + far of two rows:
 * even = (3 c + previous + 8) >> 4, odd = (3 c + next + 7) >> 4. The end columns come out right by repeating the end value.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wasm_simd128.h>

#define JPEG_INTERNALS
#include <jpeglib.h>
#include <jpegapicomp.h>
#include <jdsample.h>

#define INLINE static inline __attribute__((always_inline))

typedef struct {
  v128_t low, high; /* 16 columns as 16-bit numbers */
} Columns;

INLINE Columns sum_of(v128_t near, v128_t far) {
  const v128_t three = wasm_i8x16_const_splat(3);
  return (Columns){wasm_i16x8_add(wasm_u16x8_extmul_low_u8x16(near, three), wasm_u16x8_extend_low_u8x16(far)),
                   wasm_i16x8_add(wasm_u16x8_extmul_high_u8x16(near, three), wasm_u16x8_extend_high_u8x16(far))};
}

/* Columns of a row pair from x on; past the width the last column repeats. Without `far` the columns of one row. */
INLINE Columns columns_at(const JSAMPLE *near, const JSAMPLE *far, JDIMENSION x, JDIMENSION width) {
  v128_t n, f = wasm_i8x16_const_splat(0);
  if (x + 16 <= width) {
    n = wasm_v128_load(near + x);
    if (far)
      f = wasm_v128_load(far + x);
  } else {
    JSAMPLE copy[2][16];
    memset(copy[0], near[width - 1], 16);
    memcpy(copy[0], near + x, width - x);
    n = wasm_v128_load(copy[0]);
    if (far) {
      memset(copy[1], far[width - 1], 16);
      memcpy(copy[1], far + x, width - x);
      f = wasm_v128_load(copy[1]);
    }
  }
  if (far)
    return sum_of(n, f);
  return (Columns){wasm_u16x8_extend_low_u8x16(n), wasm_u16x8_extend_high_u8x16(n)};
}

INLINE v128_t blend(v128_t c, v128_t previous, v128_t next, int even_bias, int odd_bias, int shift) {
  v128_t c3 = wasm_i16x8_add(wasm_i16x8_shl(c, 1), c);
  v128_t even = wasm_u16x8_shr(wasm_i16x8_add(wasm_i16x8_add(c3, previous), wasm_i16x8_splat(even_bias)), shift);
  v128_t odd = wasm_u16x8_shr(wasm_i16x8_add(wasm_i16x8_add(c3, next), wasm_i16x8_splat(odd_bias)), shift);
  return wasm_v128_or(even, wasm_i16x8_shl(odd, 8));
}

INLINE void row(const JSAMPLE *near, const JSAMPLE *far, JSAMPLE *out, JDIMENSION width, int even_bias, int odd_bias, int shift) {
#define BEFORE(a, b) wasm_i16x8_shuffle(a, b, 7, 8, 9, 10, 11, 12, 13, 14)
#define AFTER(a, b) wasm_i16x8_shuffle(a, b, 1, 2, 3, 4, 5, 6, 7, 8)
  Columns c = columns_at(near, far, 0, width);
  v128_t previous = wasm_i16x8_shuffle(c.low, c.low, 0, 0, 0, 0, 0, 0, 0, 0);
  for (JDIMENSION x = 0; x < width; x += 16) {
    Columns next = {wasm_i16x8_shuffle(c.high, c.high, 7, 7, 7, 7, 7, 7, 7, 7), c.high};
    if (x + 16 < width)
      next = columns_at(near, far, x + 16, width);
    v128_t left = blend(c.low, BEFORE(previous, c.low), AFTER(c.low, c.high), even_bias, odd_bias, shift);
    v128_t right = blend(c.high, BEFORE(c.low, c.high), AFTER(c.high, next.low), even_bias, odd_bias, shift);
    if (x + 16 <= width) {
      wasm_v128_store(out + 2 * x, left);
      wasm_v128_store(out + 2 * x + 16, right);
    } else {
      JSAMPLE copy[32];
      wasm_v128_store(copy, left);
      wasm_v128_store(copy + 16, right);
      memcpy(out + 2 * x, copy, 2 * (width - x));
    }
    previous = c.high;
    c = next;
  }
#undef BEFORE
#undef AFTER
}

static void h2v1(j_decompress_ptr cinfo, jpeg_component_info *component, JSAMPARRAY input, JSAMPARRAY *output) {
  for (int y = 0; y < cinfo->max_v_samp_factor; y++)
    row(input[y], NULL, (*output)[y], component->downsampled_width, 1, 2, 2);
}

static void h2v2(j_decompress_ptr cinfo, jpeg_component_info *component, JSAMPARRAY input, JSAMPARRAY *output) {
  for (int y = 0; y < cinfo->max_v_samp_factor; y += 2, input++) {
    row(input[0], input[-1], (*output)[y], component->downsampled_width, 8, 7, 4);
    row(input[0], input[1], (*output)[y + 1], component->downsampled_width, 8, 7, 4);
  }
}

void __real_jinit_upsampler(j_decompress_ptr cinfo);

void __wrap_jinit_upsampler(j_decompress_ptr cinfo) {
  __real_jinit_upsampler(cinfo);
  if (!cinfo->do_fancy_upsampling || cinfo->_min_DCT_scaled_size <= 1)
    return;
  my_upsample_ptr upsampler = (my_upsample_ptr) cinfo->upsample;
  for (int i = 0; i < cinfo->num_components; i++) {
    jpeg_component_info *component = cinfo->comp_info + i;
    int across = component->h_samp_factor * component->_DCT_scaled_size / cinfo->_min_DCT_scaled_size;
    int down = component->v_samp_factor * component->_DCT_scaled_size / cinfo->_min_DCT_scaled_size;
    if (!component->component_needed || component->downsampled_width <= 2 || across * 2 != cinfo->max_h_samp_factor)
      continue;
    if (down == cinfo->max_v_samp_factor)
      upsampler->methods[i] = h2v1;
    else if (down * 2 == cinfo->max_v_samp_factor)
      upsampler->methods[i] = h2v2;
  }
}

void __wrap_jzero_far(void *target, size_t bytes) {
  uint8_t *at = (uint8_t *) target, *end = at + bytes;
  const v128_t zero = wasm_i8x16_const_splat(0);
  for (; end - at >= 64; at += 64) {
    wasm_v128_store(at, zero);
    wasm_v128_store(at + 16, zero);
    wasm_v128_store(at + 32, zero);
    wasm_v128_store(at + 48, zero);
  }
  memset(at, 0, (size_t) (end - at));
}
