/* crc32c.h -- the checksum CRC-32C (Castagnoli; RFC 3720, B.4). */
#ifndef RT_CRC32C_H
#define RT_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t rt_crc32c(const void *data, size_t n);

#endif
