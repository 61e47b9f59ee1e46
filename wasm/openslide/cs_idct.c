/*
 * The inverse DCTs of libjpeg in wasm SIMD: 8x8 ("islow"), and those that give a half and a quarter of its size, from which
 * NDPI and VMS slides have levels. Linked in place of jpeg_idct_islow, _4x4 and _2x2 by --wrap.
 *
 * Native libjpeg-turbo runs its SSE2 or AVX2 assembler here, and our pixels must be its pixels, for damaged files too. So
 * this follows the assembler's arithmetic, not the C fallback's: 16-bit products and sums that wrap, 32-bit sums of two
 * 16-bit products, saturation only when narrowing, and a first pass that only shifts when rows 1 to 7 are zero.
 * 8x8 blocks with nothing in their lower or right half, which is most of them, skip that half.
 *
 * Coefficients are in natural order, rows of 8. Constants are jidctint.c's and jidctred.c's, scaled by 2^13.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <wasm_simd128.h>

#define JPEG_INTERNALS
#include <jpeglib.h>
#include <jdct.h>

#define F_0_211 1730
#define F_0_298 2446
#define F_0_390 3196
#define F_0_509 4176
#define F_0_541 4433
#define F_0_601 4926
#define F_0_720 5906
#define F_0_765 6270
#define F_0_850 6967
#define F_0_899 7373
#define F_1_061 8697
#define F_1_175 9633
#define F_1_272 10426
#define F_1_451 11893
#define F_1_501 12299
#define F_1_847 15137
#define F_1_961 16069
#define F_2_053 16819
#define F_2_172 17799
#define F_2_562 20995
#define F_3_072 25172
#define F_3_624 29692

#define PAIR(a, b) wasm_i16x8_const((a), (b), (a), (b), (a), (b), (a), (b))
#define LOW(a, b) wasm_i16x8_shuffle((a), (b), 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH(a, b) wasm_i16x8_shuffle((a), (b), 4, 12, 5, 13, 6, 14, 7, 15)
#define DOT(a, b) wasm_i32x4_dot_i16x8((a), (b))
#define INLINE static inline __attribute__((always_inline))

typedef struct {
  v128_t t0, t1, t2, t3; /* the even part's tmp10 to tmp13, or the odd part's tmp0 to tmp3 */
} Part;

INLINE Part even(v128_t in26, v128_t sum, v128_t difference) {
  v128_t t3 = DOT(in26, PAIR(F_0_541 + F_0_765, F_0_541));
  v128_t t2 = DOT(in26, PAIR(F_0_541, F_0_541 - F_1_847));
  return (Part){wasm_i32x4_add(sum, t3), wasm_i32x4_add(difference, t2), wasm_i32x4_sub(difference, t2),
                wasm_i32x4_sub(sum, t3)};
}

INLINE Part odd(v128_t z34, v128_t in71, v128_t in53) {
  v128_t z3 = DOT(z34, PAIR(F_1_175 - F_1_961, F_1_175));
  v128_t z4 = DOT(z34, PAIR(F_1_175, F_1_175 - F_0_390));
  return (Part){wasm_i32x4_add(DOT(in71, PAIR(F_0_298 - F_0_899, -F_0_899)), z3),
                wasm_i32x4_add(DOT(in53, PAIR(F_2_053 - F_2_562, -F_2_562)), z4),
                wasm_i32x4_add(DOT(in53, PAIR(-F_2_562, F_3_072 - F_2_562)), z3),
                wasm_i32x4_add(DOT(in71, PAIR(-F_0_899, F_1_501 - F_0_899)), z4)};
}

/* The odd part when in5 and in7 are zero: the constants of a term added up beforehand. */
INLINE Part odd_few(v128_t in31) {
  return (Part){DOT(in31, PAIR(F_1_175 - F_1_961, F_1_175 - F_0_899)),
                DOT(in31, PAIR(F_1_175 - F_2_562, F_1_175 - F_0_390)),
                DOT(in31, PAIR(F_1_175 - F_1_961 + F_3_072 - F_2_562, F_1_175)),
                DOT(in31, PAIR(F_1_175, F_1_175 - F_0_390 + F_1_501 - F_0_899))};
}

INLINE v128_t descale(v128_t x, int shift) {
  return wasm_i32x4_shr(wasm_i32x4_add(x, wasm_i32x4_splat(1 << (shift - 1))), shift);
}

/*
 * One pass over eight lanes: in[0..7] to out[0..7]. `few` says that in[4..7] are zero, `half` that lanes 4 to 7 of all
 * inputs are zero, so that those of all outputs are.
 */
INLINE void pass(const v128_t in[8], v128_t out[8], int shift, bool few, bool half) {
  const v128_t zero = wasm_i16x8_const_splat(0);
  v128_t sum = few ? in[0] : wasm_i16x8_add(in[0], in[4]);
  v128_t difference = few ? in[0] : wasm_i16x8_sub(in[0], in[4]);
  v128_t in6 = few ? zero : in[6];
  Part el = even(LOW(in[2], in6), wasm_i32x4_shl(wasm_i32x4_extend_low_i16x8(sum), 13),
                 wasm_i32x4_shl(wasm_i32x4_extend_low_i16x8(difference), 13));
  Part eh = el, ol, oh;
  if (!half)
    eh = even(HIGH(in[2], in6), wasm_i32x4_shl(wasm_i32x4_extend_high_i16x8(sum), 13),
              wasm_i32x4_shl(wasm_i32x4_extend_high_i16x8(difference), 13));
  if (few) {
    ol = odd_few(LOW(in[3], in[1]));
    oh = half ? ol : odd_few(HIGH(in[3], in[1]));
  } else {
    v128_t z3 = wasm_i16x8_add(in[3], in[7]);
    v128_t z4 = wasm_i16x8_add(in[1], in[5]);
    ol = odd(LOW(z3, z4), LOW(in[7], in[1]), LOW(in[5], in[3]));
    oh = half ? ol : odd(HIGH(z3, z4), HIGH(in[7], in[1]), HIGH(in[5], in[3]));
  }
#define OUT(k, op, e, o)                                                                          \
  out[k] = wasm_i16x8_narrow_i32x4(descale(wasm_i32x4_##op(el.e, ol.o), shift),                   \
                                   half ? zero : descale(wasm_i32x4_##op(eh.e, oh.o), shift))
  OUT(0, add, t0, t3);
  OUT(7, sub, t0, t3);
  OUT(1, add, t1, t2);
  OUT(6, sub, t1, t2);
  OUT(2, add, t2, t1);
  OUT(5, sub, t2, t1);
  OUT(3, add, t3, t0);
  OUT(4, sub, t3, t0);
#undef OUT
}

INLINE v128_t low32(v128_t a, v128_t b) { return wasm_i32x4_shuffle(a, b, 0, 4, 1, 5); }
INLINE v128_t high32(v128_t a, v128_t b) { return wasm_i32x4_shuffle(a, b, 2, 6, 3, 7); }
INLINE v128_t low64(v128_t a, v128_t b) { return wasm_i64x2_shuffle(a, b, 0, 2); }
INLINE v128_t high64(v128_t a, v128_t b) { return wasm_i64x2_shuffle(a, b, 1, 3); }

/* Columns of the 8x8 matrix whose rows are r; only the first four with `half`. */
INLINE void transpose(const v128_t r[8], v128_t c[8], bool half) {
  v128_t a = LOW(r[0], r[1]), b = LOW(r[2], r[3]), d = LOW(r[4], r[5]), e = LOW(r[6], r[7]);
  v128_t ab = low32(a, b), de = low32(d, e);
  c[0] = low64(ab, de);
  c[1] = high64(ab, de);
  ab = high32(a, b);
  de = high32(d, e);
  c[2] = low64(ab, de);
  c[3] = high64(ab, de);
  if (half)
    return;
  a = HIGH(r[0], r[1]), b = HIGH(r[2], r[3]), d = HIGH(r[4], r[5]), e = HIGH(r[6], r[7]);
  ab = low32(a, b), de = low32(d, e);
  c[4] = low64(ab, de);
  c[5] = high64(ab, de);
  ab = high32(a, b);
  de = high32(d, e);
  c[6] = low64(ab, de);
  c[7] = high64(ab, de);
}

/* Narrows the output columns to bytes around 128, turns them into rows and stores these. */
INLINE void store(const v128_t c[8], JSAMPARRAY rows, JDIMENSION column) {
  const v128_t centre = wasm_i8x16_const_splat((int8_t) 0x80);
  v128_t a = wasm_v128_xor(wasm_i8x16_narrow_i16x8(c[0], c[4]), centre);
  v128_t b = wasm_v128_xor(wasm_i8x16_narrow_i16x8(c[1], c[5]), centre);
  v128_t d = wasm_v128_xor(wasm_i8x16_narrow_i16x8(c[2], c[6]), centre);
  v128_t e = wasm_v128_xor(wasm_i8x16_narrow_i16x8(c[3], c[7]), centre);
  v128_t ab = wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  v128_t AB = wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128_t de = wasm_i8x16_shuffle(d, e, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  v128_t DE = wasm_i8x16_shuffle(d, e, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128_t left = LOW(ab, de), right = LOW(AB, DE); /* columns 0 to 3 and 4 to 7 of rows 0 to 3 */
  v128_t r01 = low32(left, right), r23 = high32(left, right);
  left = HIGH(ab, de), right = HIGH(AB, DE);
  v128_t r45 = low32(left, right), r67 = high32(left, right);
  wasm_v128_store64_lane(rows[0] + column, r01, 0);
  wasm_v128_store64_lane(rows[1] + column, r01, 1);
  wasm_v128_store64_lane(rows[2] + column, r23, 0);
  wasm_v128_store64_lane(rows[3] + column, r23, 1);
  wasm_v128_store64_lane(rows[4] + column, r45, 0);
  wasm_v128_store64_lane(rows[5] + column, r45, 1);
  wasm_v128_store64_lane(rows[6] + column, r67, 0);
  wasm_v128_store64_lane(rows[7] + column, r67, 1);
}

#define CONST_PASS1 11
#define CONST_PASS2 18

/* Only the first row has coefficients. */
INLINE void first_row(v128_t row, JSAMPARRAY rows, JDIMENSION column) {
  row = wasm_i16x8_shl(row, 2);
  if (!wasm_v128_any_true(wasm_v128_and(row, wasm_i16x8_const(0, -1, -1, -1, -1, -1, -1, -1)))) {
    int value = (wasm_i16x8_extract_lane(row, 0) + 16) >> 5;
    value = (value < -128 ? -128 : value > 127 ? 127 : value) + 128;
    v128_t flat = wasm_i8x16_splat((int8_t) value);
    for (int y = 0; y < 8; y++)
      wasm_v128_store64_lane(rows[y] + column, flat, 0);
    return;
  }
  v128_t columns[8], out[8];
#define SPLAT(k) columns[k] = wasm_i16x8_shuffle(row, row, k, k, k, k, k, k, k, k)
  SPLAT(0);
  SPLAT(1);
  SPLAT(2);
  SPLAT(3);
  SPLAT(4);
  SPLAT(5);
  SPLAT(6);
  SPLAT(7);
#undef SPLAT
  pass(columns, out, CONST_PASS2, false, false);
  store(out, rows, column);
}

INLINE void both_passes(const v128_t in[8], JSAMPARRAY rows, JDIMENSION column, bool few_rows, bool few_columns) {
  v128_t work[8], columns[8], out[8];
  pass(in, work, CONST_PASS1, few_rows, few_columns);
  transpose(work, columns, few_columns);
  pass(columns, out, CONST_PASS2, few_columns, false);
  store(out, rows, column);
}

void __wrap_jpeg_idct_islow(j_decompress_ptr cinfo, jpeg_component_info *component, JCOEFPTR coefficients, JSAMPARRAY rows,
                            JDIMENSION column) {
  (void) cinfo;
  _Static_assert(sizeof(ISLOW_MULT_TYPE) == 2, "the quantiser table must be 16 bits wide: see edit.py");
  const ISLOW_MULT_TYPE *quantisers = (const ISLOW_MULT_TYPE *) component->dct_table;
  v128_t c[8], in[8];
  for (int k = 0; k < 8; k++)
    c[k] = wasm_v128_load(coefficients + 8 * k);
  in[0] = wasm_i16x8_mul(c[0], wasm_v128_load(quantisers));
  v128_t lower = wasm_v128_or(wasm_v128_or(c[4], c[5]), wasm_v128_or(c[6], c[7]));
  v128_t upper = wasm_v128_or(wasm_v128_or(c[1], c[2]), c[3]);
  v128_t rest = wasm_v128_or(upper, lower);
  if (!wasm_v128_any_true(rest)) {
    first_row(in[0], rows, column);
    return;
  }
  for (int k = 1; k < 4; k++)
    in[k] = wasm_i16x8_mul(c[k], wasm_v128_load(quantisers + 8 * k));
  bool few_columns = wasm_i64x2_extract_lane(wasm_v128_or(rest, c[0]), 1) == 0;
  if (!wasm_v128_any_true(lower)) {
    if (few_columns)
      both_passes(in, rows, column, true, true);
    else
      both_passes(in, rows, column, true, false);
    return;
  }
  for (int k = 4; k < 8; k++)
    in[k] = wasm_i16x8_mul(c[k], wasm_v128_load(quantisers + 8 * k));
  if (few_columns)
    both_passes(in, rows, column, false, true);
  else
    both_passes(in, rows, column, false, false);
}

/* Coefficients times quantisers: 16-bit products that wrap. */
INLINE void dequantise(jpeg_component_info *component, const v128_t c[8], v128_t in[8]) {
  const ISLOW_MULT_TYPE *quantisers = (const ISLOW_MULT_TYPE *) component->dct_table;
  for (int k = 0; k < 8; k++)
    in[k] = wasm_i16x8_mul(c[k], wasm_v128_load(quantisers + 8 * k));
}

typedef struct {
  v128_t out[4];
} Four;

/* One pass of the 4x4 over four lanes. The fifth input counts for nothing. */
INLINE Four four(v128_t in0, v128_t in13, v128_t in26, v128_t in57, int shift) {
  v128_t t0 = wasm_i32x4_shl(in0, 14);
  v128_t t2 = DOT(in26, PAIR(F_1_847, -F_0_765));
  v128_t sum = wasm_i32x4_add(t0, t2), difference = wasm_i32x4_sub(t0, t2);
  v128_t inner = wasm_i32x4_add(DOT(in13, PAIR(F_1_061, -F_2_172)), DOT(in57, PAIR(F_1_451, -F_0_211)));
  v128_t outer = wasm_i32x4_add(DOT(in13, PAIR(F_2_562, F_0_899)), DOT(in57, PAIR(-F_0_601, -F_0_509)));
  return (Four){{descale(wasm_i32x4_add(sum, outer), shift), descale(wasm_i32x4_add(difference, inner), shift),
                 descale(wasm_i32x4_sub(difference, inner), shift), descale(wasm_i32x4_sub(sum, outer), shift)}};
}

void __wrap_jpeg_idct_4x4(j_decompress_ptr cinfo, jpeg_component_info *component, JCOEFPTR coefficients, JSAMPARRAY rows,
                          JDIMENSION column) {
  (void) cinfo;
  v128_t c[8], in[8], work[4];
  for (int k = 0; k < 8; k++)
    c[k] = wasm_v128_load(coefficients + 8 * k);
  dequantise(component, c, in);
  v128_t rest = wasm_v128_or(wasm_v128_or(wasm_v128_or(c[1], c[2]), wasm_v128_or(c[3], c[5])), wasm_v128_or(c[6], c[7]));
  if (wasm_v128_any_true(rest)) {
    Four low = four(wasm_i32x4_extend_low_i16x8(in[0]), LOW(in[1], in[3]), LOW(in[2], in[6]), LOW(in[5], in[7]), 12);
    Four high = four(wasm_i32x4_extend_high_i16x8(in[0]), HIGH(in[1], in[3]), HIGH(in[2], in[6]), HIGH(in[5], in[7]), 12);
    for (int y = 0; y < 4; y++)
      work[y] = wasm_i16x8_narrow_i32x4(low.out[y], high.out[y]);
  } else {
    work[0] = work[1] = work[2] = work[3] = wasm_i16x8_shl(in[0], 2);
  }
  v128_t a = LOW(work[0], work[1]), b = LOW(work[2], work[3]);
  v128_t c01 = low32(a, b), c23 = high32(a, b);
  a = HIGH(work[0], work[1]), b = HIGH(work[2], work[3]);
  v128_t c45 = low32(a, b), c67 = high32(a, b);
  Four o = four(wasm_i32x4_extend_low_i16x8(c01), HIGH(c01, c23), LOW(c23, c67), HIGH(c45, c67), 19);
  v128_t bytes = wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(o.out[0], o.out[1]),
                                         wasm_i16x8_narrow_i32x4(o.out[2], o.out[3]));
  bytes = wasm_v128_xor(bytes, wasm_i8x16_const_splat((int8_t) 0x80));
  bytes = wasm_i8x16_shuffle(bytes, bytes, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  wasm_v128_store32_lane(rows[0] + column, bytes, 0);
  wasm_v128_store32_lane(rows[1] + column, bytes, 1);
  wasm_v128_store32_lane(rows[2] + column, bytes, 2);
  wasm_v128_store32_lane(rows[3] + column, bytes, 3);
}

/* The odd part of the 2x2 over four lanes. */
INLINE v128_t odd_2(v128_t in13, v128_t in57) {
  return wasm_i32x4_add(DOT(in13, PAIR(F_3_624, -F_1_272)), DOT(in57, PAIR(F_0_850, -F_0_720)));
}

/* One row of the 2x2: its eight columns as 32-bit sums. The first column is not narrowed between the passes. */
INLINE void row_2(v128_t low, v128_t high, JSAMPROW row) {
  v128_t narrow = wasm_i16x8_narrow_i32x4(low, high);
  v128_t t = DOT(narrow, wasm_i16x8_const(0, F_3_624, 0, -F_1_272, 0, F_0_850, 0, -F_0_720));
  t = wasm_i32x4_add(t, wasm_i32x4_shuffle(t, t, 2, 3, 0, 1));
  t = wasm_i32x4_add(t, wasm_i32x4_shuffle(t, t, 1, 0, 3, 2));
  v128_t even = wasm_i32x4_shl(low, 15);
  v128_t left = descale(wasm_i32x4_add(even, t), 20), right = descale(wasm_i32x4_sub(even, t), 20);
  v128_t pair = wasm_i32x4_shuffle(left, right, 0, 4, 0, 4);
  pair = wasm_i16x8_narrow_i32x4(pair, pair);
  pair = wasm_v128_xor(wasm_i8x16_narrow_i16x8(pair, pair), wasm_i8x16_const_splat((int8_t) 0x80));
  wasm_v128_store16_lane(row, pair, 0);
}

void __wrap_jpeg_idct_2x2(j_decompress_ptr cinfo, jpeg_component_info *component, JCOEFPTR coefficients, JSAMPARRAY rows,
                          JDIMENSION column) {
  (void) cinfo;
  v128_t c[8], in[8];
  for (int k = 0; k < 8; k++)
    c[k] = wasm_v128_load(coefficients + 8 * k);
  dequantise(component, c, in);
  v128_t odd_low = odd_2(LOW(in[1], in[3]), LOW(in[5], in[7]));
  v128_t odd_high = odd_2(HIGH(in[1], in[3]), HIGH(in[5], in[7]));
  v128_t even_low = wasm_i32x4_shl(wasm_i32x4_extend_low_i16x8(in[0]), 15);
  v128_t even_high = wasm_i32x4_shl(wasm_i32x4_extend_high_i16x8(in[0]), 15);
  row_2(descale(wasm_i32x4_add(even_low, odd_low), 13), descale(wasm_i32x4_add(even_high, odd_high), 13), rows[0] + column);
  row_2(descale(wasm_i32x4_sub(even_low, odd_low), 13), descale(wasm_i32x4_sub(even_high, odd_high), 13), rows[1] + column);
}
