/* inflate.c -- gzip and deflate, by zlib, with a limit on what comes out. */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST                  /* zlib reads through pointers to const */
#include <zlib.h>

#include "alloc.h"

enum { MIB = 1 << 20, MOST_CHUNK = 1 << 30 };   /* zlib counts in 32 bits */

size_t rt_inflate_limit(size_t n)
{
    size_t hundredfold;
    if (!rt_times(n, 100, &hundredfold))
        return (size_t)-1 / 2;
    return hundredfold > 64 * (size_t)MIB ? hundredfold : 64 * (size_t)MIB;
}

/* A gzip file on its way. */
typedef struct {
    const char *name;
    const unsigned char *in;
    size_t n;
    unsigned char *out;
    size_t size, room, limit;
    size_t most;                    /* bytes wanted; 0: all */
    bool cut;                       /* more packed bytes follow the n */
    z_stream z;
} stream;

static size_t position(const stream *s) { return (size_t)(s->z.next_in - s->in); }

static unsigned chunk(size_t n) { return (unsigned)(n < MOST_CHUNK ? n : MOST_CHUNK); }

/* The last four bytes of a gzip file are its size modulo 2^32.  They may lie: they are only
 * believed as far as an ordinary ratio goes. */
static size_t first_room(const stream *s)
{
    const unsigned char *end = s->in + s->n;
    const size_t ordinary = s->n * 8 + 4096;
    size_t told = 0;
    for (int i = 1; s->n >= 18 && i <= 4; i++)
        told = told << 8 | end[-i];
    return told < ordinary ? told + 1 : ordinary;
}

static bool grow(stream *s, rt_error *e)
{
    const size_t doubled = s->room ? 2 * s->room : first_room(s);
    const size_t end = s->most && s->most < s->limit ? s->most : s->limit + 1;
    const size_t room = doubled < end ? doubled : end;
    if (s->size > s->limit)
        return rt_fail(e, "%s: unpacks to more than %zu bytes, the limit for %zu packed ones",
                       s->name, s->limit, s->n);
    unsigned char *out = realloc(s->out, room);
    if (!out)
        return rt_fail(e, "%s: out of memory for %zu bytes", s->name, room);
    s->out = out;
    s->room = room;
    return true;
}

/* One call of inflate with room to write. */
static int advance(stream *s)
{
    s->z.avail_in = chunk(s->n - position(s));
    s->z.next_out = s->out + s->size;
    s->z.avail_out = chunk(s->room - s->size);
    const int code = inflate(&s->z, Z_NO_FLUSH);
    s->size = (size_t)(s->z.next_out - s->out);
    return code;
}

/* After a member: another one, the end, or rubbish. */
static bool next_member(stream *s, bool *done, rt_error *e)
{
    const unsigned char *next = s->z.next_in;
    const size_t left = s->n - position(s);
    *done = left == 0;
    if (*done)
        return true;
    if (left < 2 || next[0] != 0x1f || next[1] != 0x8b)
        return rt_fail(e, "%s: byte %zu: %zu bytes follow the end of the gzip data", s->name,
                       position(s), left);
    inflateReset(&s->z);
    return true;
}

/* Whether what is wanted is there: asked for less, or given less. */
static bool enough(const stream *s, int code)
{
    return (s->most && s->size >= s->most)
        || (s->cut && s->size && code == Z_BUF_ERROR && position(s) == s->n);
}

static bool unpack(stream *s, rt_error *e)
{
    for (bool done = false; !done;) {
        if (s->size == s->room && !grow(s, e))
            return false;
        const int code = advance(s);
        if (code == Z_STREAM_END) {
            if (!next_member(s, &done, e))
                return false;
        } else if (enough(s, code)) {
            s->cut = done = true;
        } else if (code == Z_BUF_ERROR && position(s) == s->n) {
            return rt_fail(e, "%s: byte %zu: the file ends inside its gzip data", s->name, s->n);
        } else if (code != Z_OK) {
            return rt_fail(e, "%s: byte %zu: the gzip data is damaged (%s)", s->name, position(s),
                           s->z.msg ? s->z.msg : zError(code));
        }
    }
    if (s->size > s->limit)
        return grow(s, e);
    if (s->size == 0)
        return rt_fail(e, "%s: the gzip data holds nothing", s->name);
    return true;
}

bool rt_gunzip(const unsigned char *gz, size_t n, size_t most, rt_bytes *out, rt_error *e)
{
    stream s = {.name = out->name, .in = gz, .n = n, .limit = rt_inflate_limit(n), .most = most,
                .cut = out->cut};
    out->unpacked = true;
    s.z.next_in = gz;
    if (inflateInit2(&s.z, 16 + MAX_WBITS) != Z_OK)         /* 16: a gzip wrapper, not zlib's */
        return rt_fail(e, "%s: out of memory", out->name);
    const bool good = unpack(&s, e);
    inflateEnd(&s.z);
    if (!good) {
        free(s.out);
        return false;
    }
    unsigned char *exact = realloc(s.out, s.size);
    out->data = exact ? exact : s.out;
    out->size = s.size;
    out->cut = s.cut;
    return true;
}

const char *rt_inflate(const unsigned char *in, size_t n, unsigned char *out, size_t size,
                       bool cut)
{
    z_stream z = {.next_in = in, .next_out = out};
    int code = Z_OK;
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)               /* negative: no wrapper */
        return "out of memory";
    while (code == Z_OK && !(cut && z.next_out == out + size)) {
        z.avail_in = chunk(n - (size_t)(z.next_in - in));
        z.avail_out = chunk(size - (size_t)(z.next_out - out));
        code = inflate(&z, Z_NO_FLUSH);
    }
    const bool all_read = z.next_in == in + n, all_made = z.next_out == out + size;
    inflateEnd(&z);
    if (all_made && (cut || (code == Z_STREAM_END && all_read)))
        return NULL;
    if (code == Z_STREAM_END)
        return all_made ? "bytes follow its end" : "it is shorter than its entry says";
    return code == Z_BUF_ERROR && !all_read ? "it is longer than its entry says"
         : code == Z_BUF_ERROR ? "it ends too early" : "it is damaged";
}
