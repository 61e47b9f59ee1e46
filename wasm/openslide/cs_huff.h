/*
 * A faster Huffman decoder for one MCU, included by jdhuff.c (see edit.py) and tried before its own.
 *
 * It handles the plain case only: all components wanted, bytes at hand, codes that exist. At a marker, near the end of the
 * buffer, or at a bad code it returns FALSE with nothing saved, and libjpeg's own function decodes the MCU from the same
 * state: what damaged files give stays libjpeg's business. (It has then stored the coefficients that libjpeg will store
 * again, and zeroes where there are zeroes.)
 *
 * A table is indexed by the next 10 bits of the stream. Its entry answers code and extra bits at once where both fit:
 *   value << 16 | zeroes before it << 8 | bits used     end of block: 64 zeroes before it
 *   code length << 24 | symbol << 16                     the code fits, its extra bits do not
 *   0                                                    the code is longer
 */

#include <stdint.h>
#include <string.h>

#define CS_LOOK 10
#define CS_SLOTS 32
#define CS_LEFT_FOR_OTHERS (CS_SLOTS - 2 * NUM_HUFF_TBLS)

typedef struct {
  int32_t entries[1 << CS_LOOK];
  UINT8 bits[17];
  UINT8 huffval[256];
  boolean is_dc, used;
  uint32_t stamp;
} cs_table;

/* Tiles of a slide share their Huffman tables, so ours are kept from image to image; the least recently used one goes. */
static cs_table cs_tables[CS_SLOTS];
static uint32_t cs_clock, cs_replaced;

/* Zigzag to natural order; past the end of a block, where damage or "end of block" lead, to the last coefficient. */
static const UINT8 cs_order[144] = {
  0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14,
  21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
  47, 55, 62, 63,
  63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
  63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
  63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
};

static int
cs_extend(int bits, int size)
{
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

static void
cs_fill_table(cs_table *table, const JHUFF_TBL *source, boolean is_dc)
{
  memset(table->entries, 0, sizeof(table->entries));
  int code = 0, p = 0;
  for (int length = 1; length <= CS_LOOK; length++, code <<= 1) {
    for (int i = 0; i < source->bits[length]; i++, p++, code++) {
      int symbol = source->huffval[p];
      int size = is_dc ? symbol : symbol & 15, run = is_dc ? 0 : symbol >> 4;
      int room = CS_LOOK - length;
      int32_t *entries = table->entries + (code << room);
      for (int rest = 0; rest < 1 << room; rest++) {
        if (size == 0)
          entries[rest] = (is_dc ? 0 : run == 15 ? 15 << 8 : 64 << 8) | length;
        else if (size <= room)
          entries[rest] = (int32_t)((uint32_t)cs_extend(rest >> (room - size), size) << 16) | run << 8 | (length + size);
        else
          entries[rest] = length << 24 | symbol << 16;
      }
    }
  }
}

static const int32_t *
cs_find_table(const JHUFF_TBL *source, boolean is_dc)
{
  cs_table *oldest = cs_tables;
  cs_clock++;
  for (cs_table *table = cs_tables; table < cs_tables + CS_SLOTS; table++) {
    if (table->used && table->is_dc == is_dc && memcmp(table->bits, source->bits, sizeof(table->bits)) == 0 &&
        memcmp(table->huffval, source->huffval, sizeof(table->huffval)) == 0) {
      table->stamp = cs_clock;
      return table->entries;
    }
    if (table->stamp < oldest->stamp)
      oldest = table;
  }
  cs_fill_table(oldest, source, is_dc);
  memcpy(oldest->bits, source->bits, sizeof(oldest->bits));
  memcpy(oldest->huffval, source->huffval, sizeof(oldest->huffval));
  oldest->is_dc = is_dc;
  oldest->used = TRUE;
  oldest->stamp = cs_clock;
  cs_replaced++;
  return oldest->entries;
}

/* At the end of start_pass, when libjpeg has checked the tables. */
static void
cs_start_pass(j_decompress_ptr cinfo)
{
  huff_entropy_ptr entropy = (huff_entropy_ptr)cinfo->entropy;
  entropy->cs_ready = TRUE;
  for (int blkn = 0; blkn < cinfo->blocks_in_MCU; blkn++) {
    entropy->cs_ready = entropy->cs_ready && entropy->dc_needed[blkn] && entropy->ac_needed[blkn];
    entropy->cs_dc[blkn] = cs_find_table(entropy->dc_cur_tbls[blkn]->pub, TRUE);
    entropy->cs_ac[blkn] = cs_find_table(entropy->ac_cur_tbls[blkn]->pub, FALSE);
  }
  entropy->cs_replaced_at_start = cs_replaced;
}

/* A code longer than the lookup: its symbol, and its length in *length; -1 if there is none. */
static int
cs_long_code(uint64_t bits, const d_derived_tbl *table, int *length)
{
  for (int l = CS_LOOK + 1; l <= 16; l++) {
    JLONG code = (JLONG)(bits >> (64 - l));
    if (code <= table->maxcode[l]) {
      *length = l;
      return table->pub->huffval[(code + table->valoffset[l]) & 0xFF];
    }
  }
  return -1;
}

/* At least 32 valid bits: a code and its extra bits are 31 at most. */
#define CS_REFILL                                                                                       \
  if (left < 32) {                                                                                      \
    uint32_t next;                                                                                      \
    if (end - at >= 4 && (memcpy(&next, at, 4), ((~next - 0x01010101u) & next & 0x80808080u) == 0)) {    \
      bits |= (uint64_t)__builtin_bswap32(next) << (32 - left);                                         \
      at += 4;                                                                                          \
      left += 32;                                                                                       \
    } else {                                                                                            \
      while (left <= 56 && at < end) {                                                                  \
        int byte = *at;                                                                                 \
        if (byte == 0xFF && (end - at < 2 || at[1] != 0))                                               \
          break;                                                                                        \
        at += byte == 0xFF ? 2 : 1;                                                                     \
        bits |= (uint64_t)byte << (56 - left);                                                          \
        left += 8;                                                                                      \
      }                                                                                                 \
      if (left < 32)                                                                                    \
        return FALSE;                                                                                   \
    }                                                                                                   \
  }

#define CS_DROP(count)                                                                                  \
  {                                                                                                     \
    bits <<= (count);                                                                                   \
    left -= (count);                                                                                    \
  }

/* The symbol's extra bits as a coefficient; `size` is 1 to 15. */
#define CS_TAKE(value, size)                                                                            \
  {                                                                                                     \
    value = cs_extend((int)(bits >> (64 - (size))), size);                                              \
    CS_DROP(size)                                                                                       \
  }

static boolean
cs_decode_mcu(j_decompress_ptr cinfo, JBLOCKROW *MCU_data)
{
  huff_entropy_ptr entropy = (huff_entropy_ptr)cinfo->entropy;
  if (!entropy->cs_ready || !MCU_data || cinfo->unread_marker != 0 ||
      cs_replaced - entropy->cs_replaced_at_start > CS_LEFT_FOR_OTHERS)
    return FALSE;

  const JOCTET *at = cinfo->src->next_input_byte, *end = at + cinfo->src->bytes_in_buffer;
  int left = entropy->bitstate.bits_left;
  uint64_t bits = left > 0 ? (uint64_t)entropy->bitstate.get_buffer << (64 - left) : 0;
  savable_state state = entropy->saved;

  for (int blkn = 0; blkn < cinfo->blocks_in_MCU; blkn++) {
    if (!MCU_data[blkn])
      return FALSE;
    JCOEF *block = *MCU_data[blkn];
    int value, symbol, length;

    CS_REFILL
    int32_t entry = entropy->cs_dc[blkn][bits >> (64 - CS_LOOK)];
    if (entry & 0xFF) {
      value = entry >> 16;
      CS_DROP(entry & 0xFF)
    } else {
      length = entry >> 24;
      symbol = entry >> 16 & 0xFF;
      if (entry == 0 && (symbol = cs_long_code(bits, entropy->dc_cur_tbls[blkn], &length)) < 0)
        return FALSE;
      CS_DROP(length)
      value = 0;
      if (symbol)
        CS_TAKE(value, symbol)
    }
    int ci = cinfo->MCU_membership[blkn];
    value = (int)((unsigned)value + (unsigned)state.last_dc_val[ci]);
    state.last_dc_val[ci] = value;
    block[0] = (JCOEF)value;

    const int32_t *table = entropy->cs_ac[blkn];
    for (int k = 1; k < DCTSIZE2; k++) {
      CS_REFILL
      entry = table[bits >> (64 - CS_LOOK)];
      if (entry & 0xFF) {
        CS_DROP(entry & 0xFF)
        k += entry >> 8 & 0xFF;
        block[cs_order[k]] = (JCOEF)(entry >> 16);
        continue;
      }
      length = entry >> 24;
      symbol = entry >> 16 & 0xFF;
      if (entry == 0 && (symbol = cs_long_code(bits, entropy->ac_cur_tbls[blkn], &length)) < 0)
        return FALSE;
      CS_DROP(length)
      if (symbol & 15) {
        CS_TAKE(value, symbol & 15)
        k += symbol >> 4;
        block[cs_order[k]] = (JCOEF)value;
      } else if (symbol >> 4 == 15) {
        k += 15;
      } else {
        break;
      }
    }
  }

  cinfo->src->next_input_byte = at;
  cinfo->src->bytes_in_buffer = (size_t)(end - at);
  entropy->bitstate.get_buffer = left > 0 ? bits >> (64 - left) : 0;
  entropy->bitstate.bits_left = left;
  entropy->saved = state;
  return TRUE;
}

/*
 * The entropy decoder's method. It calls libjpeg's own through a pointer, so that the two are not made into one function,
 * in which the fast one would run short of registers.
 */
METHODDEF(boolean)
cs_decode_or_fall_back(j_decompress_ptr cinfo, JBLOCKROW *MCU_data)
{
  huff_entropy_ptr entropy = (huff_entropy_ptr)cinfo->entropy;
  if ((cinfo->restart_interval && entropy->restarts_to_go == 0) || entropy->pub.insufficient_data ||
      !cs_decode_mcu(cinfo, MCU_data))
    return entropy->cs_libjpeg(cinfo, MCU_data);
  if (cinfo->restart_interval)
    entropy->restarts_to_go--;
  return TRUE;
}
