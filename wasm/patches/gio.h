/*
 * Replaces GIO, which we do not build. Only OpenSlide's Sakura driver uses it, to read little-endian uint32 values out of
 * a buffer. Reading past the end sets the error that GIO sets.
 */
#pragma once
#include <glib.h>
#include <string.h>

typedef struct {
  const guint8 *data;
  gsize length, position;
} CsStream;

typedef CsStream GInputStream;
typedef CsStream GDataInputStream;

#define G_DATA_STREAM_BYTE_ORDER_LITTLE_ENDIAN 1
#define G_SEEK_SET 1
#define G_SEEKABLE(stream) (stream)

static inline GInputStream *g_memory_input_stream_new_from_data(const void *data, gssize length, GDestroyNotify destroy) {
  (void) destroy;
  CsStream *stream = g_new0(CsStream, 1);
  stream->data = (const guint8 *) data;
  stream->length = (gsize) length;
  return stream;
}

static inline GDataInputStream *g_data_input_stream_new(GInputStream *base) {
  CsStream *stream = g_new0(CsStream, 1);
  *stream = *base;
  return stream;
}

static inline void g_data_input_stream_set_byte_order(GDataInputStream *stream, int order) {
  (void) stream;
  (void) order;
}

static inline guint32 g_data_input_stream_read_uint32(GDataInputStream *stream, void *cancel, GError **error) {
  (void) cancel;
  guint32 value;
  if (stream->length - stream->position < sizeof value) {
    stream->position = stream->length;
    g_set_error(error, g_quark_from_static_string("g-io-error-quark"), 0, "Unexpected early end-of-stream");
    return 0;
  }
  memcpy(&value, stream->data + stream->position, sizeof value);
  stream->position += sizeof value;
  return value;
}

static inline gboolean g_seekable_seek(GDataInputStream *stream, goffset offset, int whence, void *cancel, GError **error) {
  (void) whence;
  (void) cancel;
  if (offset < 0 || offset > (goffset) stream->length) {
    g_set_error(error, g_quark_from_static_string("g-io-error-quark"), 13, "Invalid seek request");
    return FALSE;
  }
  stream->position = (gsize) offset;
  return TRUE;
}

static inline void cs_stream_free(CsStream *stream) { g_free(stream); }

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GInputStream, cs_stream_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GDataInputStream, cs_stream_free)
