/*
 * What the TypeScript side calls beside openslide.h itself. These functions pass 64-bit numbers as doubles, so that no
 * BigInt crosses, and hand out straight RGBA, as openslide-python does, instead of premultiplied ARGB. Nothing else.
 *
 * Those that can fail return 0 when all went well, 1 when openslide_get_error() has the reason (or there is no such image),
 * 2 when the image is too large for this address space.
 */

#include <stdint.h>
#include <string.h>
#include <wasm_simd128.h>

#include <openslide.h>

enum { CS_OK = 0, CS_FAILED = 1, CS_TOO_LARGE = 2 };

#define MAX_IMAGE_BYTES (1024.0 * 1024 * 1024)

/* Premultiplied to straight, one channel of four pixels: the integer quotient c * 255 / a, cut to 8 bits. */
static inline v128_t straight(v128_t channel, v128_t alpha) {
  v128_t product = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(channel), wasm_f32x4_const_splat(255));
  return wasm_v128_and(wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_div(product, alpha)), wasm_i32x4_const_splat(255));
}

static inline v128_t swap_red_and_blue(v128_t pixels) {
  return wasm_i8x16_shuffle(pixels, pixels, 2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15);
}

static inline v128_t rgba4(v128_t bgra) {
  const v128_t mask = wasm_i32x4_const_splat((int32_t) 0xff000000), byte = wasm_i32x4_const_splat(255);
  v128_t swapped = swap_red_and_blue(bgra);
  v128_t alpha = wasm_v128_and(bgra, mask);
  v128_t opaque = wasm_i32x4_eq(alpha, mask);
  if (wasm_i32x4_all_true(opaque))
    return swapped;
  /* A pixel of alpha 0 stays as it is, channels unswapped, as in Python. */
  if (!wasm_v128_any_true(alpha))
    return bgra;
  v128_t a = wasm_f32x4_convert_i32x4(wasm_u32x4_shr(bgra, 24));
  v128_t b = straight(wasm_v128_and(bgra, byte), a);
  v128_t g = straight(wasm_v128_and(wasm_u32x4_shr(bgra, 8), byte), a);
  v128_t r = straight(wasm_v128_and(wasm_u32x4_shr(bgra, 16), byte), a);
  v128_t mixed = wasm_v128_or(wasm_v128_or(r, wasm_i32x4_shl(g, 8)), wasm_v128_or(wasm_i32x4_shl(b, 16), alpha));
  mixed = wasm_v128_bitselect(swapped, mixed, opaque);
  return wasm_v128_bitselect(bgra, mixed, wasm_i32x4_eq(alpha, wasm_i32x4_const_splat(0)));
}

/* Sixteen pixels if all are opaque, as most are. */
static inline int opaque16(uint32_t *pixels) {
  v128_t a = wasm_v128_load(pixels), b = wasm_v128_load(pixels + 4);
  v128_t c = wasm_v128_load(pixels + 8), d = wasm_v128_load(pixels + 12);
  v128_t all = wasm_v128_and(wasm_v128_and(a, b), wasm_v128_and(c, d));
  const v128_t mask = wasm_i32x4_const_splat((int32_t) 0xff000000);
  if (!wasm_i32x4_all_true(wasm_i32x4_eq(wasm_v128_and(all, mask), mask)))
    return 0;
  wasm_v128_store(pixels, swap_red_and_blue(a));
  wasm_v128_store(pixels + 4, swap_red_and_blue(b));
  wasm_v128_store(pixels + 8, swap_red_and_blue(c));
  wasm_v128_store(pixels + 12, swap_red_and_blue(d));
  return 1;
}

static void argb_to_rgba(uint32_t *pixels, size_t count) {
  size_t i = 0;
  while (i + 16 <= count) {
    if (opaque16(pixels + i)) {
      i += 16;
      continue;
    }
    for (size_t end = i + 16; i < end; i += 4)
      wasm_v128_store(pixels + i, rgba4(wasm_v128_load(pixels + i)));
  }
  for (; i + 4 <= count; i += 4)
    wasm_v128_store(pixels + i, rgba4(wasm_v128_load(pixels + i)));
  if (i < count) {
    uint32_t rest[4] = {0};
    memcpy(rest, pixels + i, 4 * (count - i));
    wasm_v128_store(rest, rgba4(wasm_v128_load(rest)));
    memcpy(pixels + i, rest, 4 * (count - i));
  }
}

/* For tests: the conversion alone. */
void cs_argb_to_rgba(uint32_t *pixels, int count) { argb_to_rgba(pixels, (size_t) count); }

double cs_level_width(openslide_t *osr, int level) {
  int64_t w, h;
  openslide_get_level_dimensions(osr, level, &w, &h);
  return (double) w;
}

double cs_level_height(openslide_t *osr, int level) {
  int64_t w, h;
  openslide_get_level_dimensions(osr, level, &w, &h);
  return (double) h;
}

/* dest must hold w * h * 4 bytes, fewer than 2 GiB. On failure it is all zero. */
int cs_read_region(openslide_t *osr, uint32_t *dest, double x, double y, int level, int w, int h) {
  openslide_read_region(osr, dest, (int64_t) x, (int64_t) y, level, w, h);
  if (openslide_get_error(osr))
    return CS_FAILED;
  argb_to_rgba(dest, (size_t) w * (size_t) h);
  return CS_OK;
}

/* Writes width and height to wh. */
int cs_associated_size(openslide_t *osr, const char *name, double *wh) {
  int64_t w, h;
  openslide_get_associated_image_dimensions(osr, name, &w, &h);
  wh[0] = (double) w;
  wh[1] = (double) h;
  if (w < 0 || h < 0)
    return CS_FAILED;
  return (double) w * (double) h * 4 > MAX_IMAGE_BYTES ? CS_TOO_LARGE : CS_OK;
}

/* dest must hold the whole image. */
int cs_read_associated(openslide_t *osr, const char *name, uint32_t *dest) {
  double wh[2];
  int status = cs_associated_size(osr, name, wh);
  if (status != CS_OK)
    return status;
  openslide_read_associated_image(osr, name, dest);
  if (openslide_get_error(osr))
    return CS_FAILED;
  argb_to_rgba(dest, (size_t) wh[0] * (size_t) wh[1]);
  return CS_OK;
}

/* Bytes of the slide's ICC profile: 0 without one, -1 in error. */
double cs_icc_size(openslide_t *osr) { return (double) openslide_get_icc_profile_size(osr); }

int cs_read_icc(openslide_t *osr, void *dest) {
  openslide_read_icc_profile(osr, dest);
  return openslide_get_error(osr) ? CS_FAILED : CS_OK;
}

double cs_associated_icc_size(openslide_t *osr, const char *name) {
  return (double) openslide_get_associated_image_icc_profile_size(osr, name);
}

int cs_read_associated_icc(openslide_t *osr, const char *name, void *dest) {
  openslide_read_associated_image_icc_profile(osr, name, dest);
  return openslide_get_error(osr) ? CS_FAILED : CS_OK;
}

/* Replaces the slide's cache of decoded tiles, 32 MiB until then, by one of this many bytes. */
void cs_set_cache(openslide_t *osr, double bytes) {
  openslide_cache_t *cache = openslide_cache_create((size_t) bytes);
  openslide_set_cache(osr, cache);
  openslide_cache_release(cache);
}
