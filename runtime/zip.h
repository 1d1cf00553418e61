/* zip.h -- one entry out of a zip archive (PKWARE's APPNOTE.TXT). */
#ifndef RT_ZIP_H
#define RT_ZIP_H

#include "bytes.h"

/* Unpacks entry `name` (or `name`.npy) of the archive into *out, checked by its CRC; or its first
 * `most` bytes, unchecked (0: all).  out->name is the caller's to set before. */
bool rt_zip_entry(const rt_bytes *archive, const char *name, size_t most, rt_bytes *out,
                  rt_error *e);

#endif
