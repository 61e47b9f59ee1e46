/*
 * Replacements at link time, by --wrap: no threads, and a fast exact path for the one way OpenSlide paints tiles.
 */

#include <cairo.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wasm_simd128.h>

/*
 * g_thread_new() aborts where no thread can start. Only the Hamamatsu driver calls it, for a scan ahead of time; with NULL
 * it scans when it must.
 */
void *__wrap_g_thread_new(const char *name, void *function, void *data) {
  (void) name;
  (void) function;
  (void) data;
  return NULL;
}

/* Named by GLib and never called by OpenSlide. */
int pthread_getname_np(void *thread, char *name, size_t length) {
  (void) thread;
  if (length > 0)
    name[0] = 0;
  return 0;
}

int posix_spawnp(void *pid, const char *file, const void *actions, const void *attributes, char *const argv[],
                 char *const envp[]) {
  (void) pid;
  (void) file;
  (void) actions;
  (void) attributes;
  (void) argv;
  (void) envp;
  return ENOSYS;
}

/*
 * cairo_paint(). OpenSlide paints each tile with the operator SATURATE ("saturate those seams away"), for which pixman has
 * only a slow float path. Where tile and target line up on whole pixels the answer is plain:
 *   target alpha 0      the tile's pixel
 *   target alpha 255    the target's pixel, unchanged (a tile pixel of alpha 0 must be all zero)
 *   alphas sum to <=255 the sum of both, channel by channel
 * We look at every pixel first. Anything else goes to the real cairo_paint().
 */

void __real_cairo_paint(cairo_t *cr);

typedef struct {
  uint8_t *target;
  const uint8_t *source;
  ptrdiff_t target_stride, source_stride;
  int width, height;
} Blit;

typedef enum { BLIT_EMPTY, BLIT_MIXED, BLIT_IMPOSSIBLE } BlitKind;

static bool is_whole(double value) { return value == floor(value) && fabs(value) < 1e6; }

static bool is_plain_argb32(cairo_surface_t *surface) {
  double x, y, sx, sy;
  if (cairo_surface_get_type(surface) != CAIRO_SURFACE_TYPE_IMAGE || cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS ||
      cairo_image_surface_get_format(surface) != CAIRO_FORMAT_ARGB32)
    return false;
  cairo_surface_get_device_offset(surface, &x, &y);
  cairo_surface_get_device_scale(surface, &sx, &sy);
  return x == 0 && y == 0 && sx == 1 && sy == 1 && cairo_image_surface_get_data(surface);
}

static bool is_whole_translation(const cairo_matrix_t *m) {
  return m->xx == 1 && m->yy == 1 && m->xy == 0 && m->yx == 0 && is_whole(m->x0) && is_whole(m->y0);
}

/* The one rectangle, in pixels of the target, that the clip leaves. */
static bool clip_rectangle(cairo_t *cr, const cairo_matrix_t *ctm, int *x0, int *y0, int *x1, int *y1) {
  cairo_rectangle_list_t *list = cairo_copy_clip_rectangle_list(cr);
  bool ok = list->status == CAIRO_STATUS_SUCCESS && list->num_rectangles == 1;
  if (ok) {
    cairo_rectangle_t r = list->rectangles[0];
    ok = is_whole(r.x) && is_whole(r.y) && is_whole(r.width) && is_whole(r.height);
    if (ok) {
      *x0 = (int) (r.x + ctm->x0);
      *y0 = (int) (r.y + ctm->y0);
      *x1 = *x0 + (int) r.width;
      *y1 = *y0 + (int) r.height;
    }
  }
  cairo_rectangle_list_destroy(list);
  return ok;
}

static bool prepare(cairo_t *cr, Blit *blit, cairo_surface_t **target_out) {
  cairo_matrix_t ctm, pattern_matrix;
  cairo_surface_t *source;
  cairo_surface_t *target = cairo_get_group_target(cr);
  cairo_pattern_t *pattern = cairo_get_source(cr);
  if (cairo_status(cr) != CAIRO_STATUS_SUCCESS || cairo_get_operator(cr) != CAIRO_OPERATOR_SATURATE ||
      cairo_pattern_get_type(pattern) != CAIRO_PATTERN_TYPE_SURFACE || cairo_pattern_get_extend(pattern) != CAIRO_EXTEND_NONE ||
      cairo_pattern_get_surface(pattern, &source) != CAIRO_STATUS_SUCCESS || source == target || !is_plain_argb32(target) ||
      !is_plain_argb32(source))
    return false;
  cairo_get_matrix(cr, &ctm);
  cairo_pattern_get_matrix(pattern, &pattern_matrix);
  int x0, y0, x1, y1;
  if (!is_whole_translation(&ctm) || !is_whole_translation(&pattern_matrix) || !clip_rectangle(cr, &ctm, &x0, &y0, &x1, &y1))
    return false;

  /* Where the source's (0, 0) falls in the target. OpenSlide sets the source right before it paints, under this matrix. */
  int dx = (int) (ctm.x0 - pattern_matrix.x0), dy = (int) (ctm.y0 - pattern_matrix.y0);
  int right = dx + cairo_image_surface_get_width(source), bottom = dy + cairo_image_surface_get_height(source);
  int width = cairo_image_surface_get_width(target), height = cairo_image_surface_get_height(target);
  x0 = x0 > dx ? x0 : dx;
  y0 = y0 > dy ? y0 : dy;
  x0 = x0 > 0 ? x0 : 0;
  y0 = y0 > 0 ? y0 : 0;
  x1 = x1 < right ? x1 : right;
  y1 = y1 < bottom ? y1 : bottom;
  x1 = x1 < width ? x1 : width;
  y1 = y1 < height ? y1 : height;

  cairo_surface_flush(target);
  cairo_surface_flush(source);
  blit->width = x1 > x0 ? x1 - x0 : 0;
  blit->height = y1 > y0 ? y1 - y0 : 0;
  blit->target_stride = cairo_image_surface_get_stride(target);
  blit->source_stride = cairo_image_surface_get_stride(source);
  blit->target = cairo_image_surface_get_data(target) + y0 * blit->target_stride + 4 * (ptrdiff_t) x0;
  blit->source = cairo_image_surface_get_data(source) + (y0 - dy) * blit->source_stride + 4 * (ptrdiff_t) (x0 - dx);
  *target_out = target;
  return true;
}

static inline bool allowed(uint32_t d, uint32_t s) {
  uint32_t da = d >> 24, sa = s >> 24;
  return d == 0 || (da == 255 ? sa != 0 || s == 0 : da + sa <= 255);
}

static inline bool is_blank16(const uint8_t *pixels) {
  v128_t a = wasm_v128_or(wasm_v128_load(pixels), wasm_v128_load(pixels + 16));
  v128_t b = wasm_v128_or(wasm_v128_load(pixels + 32), wasm_v128_load(pixels + 48));
  return !wasm_v128_any_true(wasm_v128_or(a, b));
}

static BlitKind look(const Blit *blit) {
  const v128_t alpha = wasm_i32x4_const_splat((int32_t) 0xff000000);
  bool empty = true;
  for (int y = 0; y < blit->height; y++) {
    const uint8_t *d = blit->target + y * blit->target_stride, *s = blit->source + y * blit->source_stride;
    int x = 0;
    for (; x + 4 <= blit->width; x += 4) {
      /* Mostly nothing has been painted yet: 16 pixels at a time then. */
      while (x + 16 <= blit->width && is_blank16(d + 4 * x))
        x += 16;
      if (x + 4 > blit->width)
        break;
      v128_t dv = wasm_v128_load(d + 4 * x);
      if (!wasm_v128_any_true(dv))
        continue;
      empty = false;
      /* All four opaque in target and tile, the case of overlapping tiles, needs no closer look. */
      if (wasm_i32x4_all_true(wasm_i32x4_eq(wasm_v128_and(wasm_v128_and(dv, wasm_v128_load(s + 4 * x)), alpha), alpha)))
        continue;
      for (int i = 0; i < 4; i++)
        if (!allowed(((const uint32_t *) d)[x + i], ((const uint32_t *) s)[x + i]))
          return BLIT_IMPOSSIBLE;
    }
    for (; x < blit->width; x++) {
      if (((const uint32_t *) d)[x] != 0)
        empty = false;
      if (!allowed(((const uint32_t *) d)[x], ((const uint32_t *) s)[x]))
        return BLIT_IMPOSSIBLE;
    }
  }
  return empty ? BLIT_EMPTY : BLIT_MIXED;
}

/* Adds where the target is not opaque: a target pixel of 0 becomes the tile's. Never carries, as look() has seen. */
static void add(const Blit *blit) {
  const v128_t alpha = wasm_i32x4_const_splat((int32_t) 0xff000000);
  for (int y = 0; y < blit->height; y++) {
    uint8_t *d = blit->target + y * blit->target_stride;
    const uint8_t *s = blit->source + y * blit->source_stride;
    int x = 0;
    for (; x + 4 <= blit->width; x += 4) {
      v128_t dv = wasm_v128_load(d + 4 * x);
      v128_t opaque = wasm_i32x4_eq(wasm_v128_and(dv, alpha), alpha);
      v128_t sum = wasm_u8x16_add_sat(dv, wasm_v128_load(s + 4 * x));
      wasm_v128_store(d + 4 * x, wasm_v128_bitselect(dv, sum, opaque));
    }
    for (; x < blit->width; x++) {
      if (d[4 * x + 3] == 255)
        continue;
      for (int i = 4 * x; i < 4 * x + 4; i++) {
        unsigned sum = d[i] + s[i];
        d[i] = (uint8_t) (sum > 255 ? 255 : sum);
      }
    }
  }
}

void __wrap_cairo_paint(cairo_t *cr) {
  Blit blit;
  cairo_surface_t *target;
  BlitKind kind;
  if (!prepare(cr, &blit, &target) || (kind = look(&blit)) == BLIT_IMPOSSIBLE) {
    __real_cairo_paint(cr);
    return;
  }
  if (kind == BLIT_EMPTY)
    for (int y = 0; y < blit.height; y++)
      memcpy(blit.target + y * blit.target_stride, blit.source + y * blit.source_stride, 4 * (size_t) blit.width);
  else
    add(&blit);
  cairo_surface_mark_dirty(target);
}
