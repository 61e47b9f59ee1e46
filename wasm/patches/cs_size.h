/*
 * Included before every OpenSlide source file. OpenSlide computes sizes as int64 and hands them to g_malloc(), whose gsize
 * is 32 bits here: a size of 4 GiB + 16 would be cut to 16 and overrun. Sizes that do not fit become G_MAXSIZE, which fails
 * (g_try_*) or aborts the instance (the others).
 */
#pragma once
#include <glib.h>

static inline gsize cs_size(gint64 n) { return (guint64) n > 0x7fffffff ? G_MAXSIZE : (gsize) n; }

#define g_malloc(n) (g_malloc)(cs_size(n))
#define g_malloc0(n) (g_malloc0)(cs_size(n))
#define g_try_malloc(n) (g_try_malloc)(cs_size(n))
#undef _G_NEW
#define _G_NEW(type, n, func) ((type *) g_##func##_n(cs_size(n), sizeof(type)))
