/* crc32c.c -- the checksum CRC-32C (Castagnoli; RFC 3720, B.4). */
#include "crc32c.h"

/* By four bits: sum of the polynomial 0x82f63b78, reflected, over the bits of the index. */
static const uint32_t table[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75
};

uint32_t rt_crc32c(const void *data, size_t n)
{
    const unsigned char *p = data;
    uint32_t sum = 0xffffffff;

    for (size_t i = 0; i < n; i++) {
        sum ^= p[i];
        sum = sum >> 4 ^ table[sum & 15];
        sum = sum >> 4 ^ table[sum & 15];
    }
    return ~sum;
}
