#include "Kernels.h"

typedef float lanes __attribute__((vector_size(32)));

FOR_EACH_VECTOR_UNIT
void aiot_block_levels(const float *restrict samples, size_t blocks, size_t size, float *restrict levels) {
    float scale = 1 / (float)size;
    for (size_t block = 0; block < blocks; block++) {
        const float *from = samples + 2 * block * size;
        lanes sum = {0}, power = {0};
        size_t index = 0;
        for (; index + 4 <= size; index += 4) {
            lanes value;
            memcpy(&value, from + 2 * index, sizeof value);
            sum += value;
            power += value * value;
        }
        float re = (sum[0] + sum[4]) + (sum[2] + sum[6]), im = (sum[1] + sum[5]) + (sum[3] + sum[7]);
        float total = ((power[0] + power[4]) + (power[2] + power[6])) + ((power[1] + power[5]) + (power[3] + power[7]));
        for (; index < size; index++) {
            float x = from[2 * index], y = from[2 * index + 1];
            re += x;
            im += y;
            total += x * x + y * y;
        }
        levels[3 * block] = re * scale;
        levels[3 * block + 1] = im * scale;
        levels[3 * block + 2] = total * scale;
    }
}

INLINED int lies_far(const float *sample, float re, float im, float limit) {
    float x = sample[0] - re, y = sample[1] - im;
    return x * x + y * y > limit;
}

FOR_EACH_VECTOR_UNIT
void aiot_put_back(float *samples, size_t count, float re, float im, float limit) {
    enum { width = 16 };
    for (size_t begin = 0; begin < count; begin += width) {
        size_t end = count - begin < width ? count : begin + width;
        int any = 0;
        if (end == begin + width) {
            for (size_t lane = 0; lane < width; lane++) any |= lies_far(samples + 2 * (begin + lane), re, im, limit);
            if (!any) continue;
        }
        for (size_t index = begin; index < end; index++) {
            if (!lies_far(samples + 2 * index, re, im, limit)) continue;
            samples[2 * index] = re;
            samples[2 * index + 1] = im;
        }
    }
}

FOR_EACH_VECTOR_UNIT
void aiot_raise(float *samples, size_t count, float re, float im) {
    for (size_t index = 0; index < count; index++) {
        samples[2 * index] += re;
        samples[2 * index + 1] += im;
    }
}

FOR_EACH_VECTOR_UNIT
void aiot_take_out(float *restrict samples, const float *restrict levels, size_t count, float re, float im) {
    for (size_t index = 0; index < count; index++) {
        samples[2 * index] -= levels[index] * re;
        samples[2 * index + 1] -= levels[index] * im;
    }
}

FOR_EACH_VECTOR_UNIT
float aiot_ranked(const float *values, size_t count, size_t rank) {
    // Positive numbers are ordered as their bits are, so the value is found bit by bit.
    uint32_t found = 0;
    for (int bit = 30; bit >= 0; bit--) {
        uint32_t trial = found | (uint32_t)1 << bit, below = 0;
        for (size_t index = 0; index < count; index++) {
            uint32_t value;
            memcpy(&value, values + index, sizeof value);
            below += (value & 0x7fffffff) < trial;
        }
        if (below <= rank) found = trial;
    }
    float value;
    memcpy(&value, &found, sizeof value);
    return value;
}
