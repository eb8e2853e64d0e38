#include "Kernels.h"

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LITTLE_ENDIAN_16(bits) __builtin_bswap16(bits)
#define LITTLE_ENDIAN_32(bits) __builtin_bswap32(bits)
#else
#define LITTLE_ENDIAN_16(bits) (bits)
#define LITTLE_ENDIAN_32(bits) (bits)
#endif

FOR_EACH_VECTOR_UNIT
void aiot_from_i8(const void *from, size_t count, float scale, float *restrict to) {
    const int8_t *restrict octets = from;
    for (size_t index = 0; index < count; index++) to[index] = (float)octets[index] * scale;
}

FOR_EACH_VECTOR_UNIT
void aiot_from_u8(const void *from, size_t count, float scale, float *restrict to) {
    const uint8_t *restrict octets = from;
    for (size_t index = 0; index < count; index++) to[index] = (float)((int)octets[index] - 128) * scale;
}

FOR_EACH_VECTOR_UNIT
void aiot_from_i16(const void *from, size_t count, float scale, float *restrict to) {
    const uint8_t *restrict octets = from;
    for (size_t index = 0; index < count; index++) {
        uint16_t bits;
        memcpy(&bits, octets + 2 * index, sizeof bits);
        int16_t value = (int16_t)LITTLE_ENDIAN_16(bits);
        to[index] = (float)value * scale;
    }
}

FOR_EACH_VECTOR_UNIT
void aiot_from_f32(const void *from, size_t count, float scale, float *restrict to) {
    const uint8_t *restrict octets = from;
    for (size_t index = 0; index < count; index++) {
        uint32_t bits;
        memcpy(&bits, octets + 4 * index, sizeof bits);
        bits = LITTLE_ENDIAN_32(bits);
        // All ones in the exponent: infinite, or no number.
        bits = (bits & 0x7F800000) == 0x7F800000 ? 0 : bits;
        float value;
        memcpy(&value, &bits, sizeof value);
        to[index] = value * scale;
    }
}
