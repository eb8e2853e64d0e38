#include "Kernels.h"

/// The sum of `size` complex samples, in an order that depends on `size` alone.
INLINED complex_float sum_of(const float *samples, size_t size) {
    complex_float2 pairs = {0, 0, 0, 0};
    size_t index = 0;
    for (; index + 2 <= size; index += 2) pairs += load_float2(samples + 2 * index);
    complex_float sum = {pairs[0] + pairs[2], pairs[1] + pairs[3]};
    return index < size ? sum + load_float(samples + 2 * index) : sum;
}

INLINED void block_sums(const float *restrict samples, size_t blocks, size_t size, float scale, float *restrict sums) {
    for (size_t block = 0; block < blocks; block++)
        store_float(sums + 2 * block, sum_of(samples + 2 * block * size, size) * scale);
}

FOR_EACH_VECTOR_UNIT
void aiot_block_sums(const float *samples, size_t blocks, size_t size, float scale, float *sums) {
    // A loop over a known number of samples is none.
    switch (size) {
    case 1: return block_sums(samples, blocks, 1, scale, sums);
    case 2: return block_sums(samples, blocks, 2, scale, sums);
    case 3: return block_sums(samples, blocks, 3, scale, sums);
    case 4: return block_sums(samples, blocks, 4, scale, sums);
    case 5: return block_sums(samples, blocks, 5, scale, sums);
    case 6: return block_sums(samples, blocks, 6, scale, sums);
    case 8: return block_sums(samples, blocks, 8, scale, sums);
    default: return block_sums(samples, blocks, size, scale, sums);
    }
}

INLINED int steps(const float *sums) {
    float re = sums[6] - sums[0];
    float im = sums[7] - sums[1];
    return re * re + im * im > 0.1f * (sums[0] * sums[0] + sums[1] * sums[1]);
}

FOR_EACH_VECTOR_UNIT
size_t aiot_find_step(const float *sums, size_t count) {
    enum { width = 16 };
    size_t index = 0;
    for (; index + width <= count; index += width) {
        int any = 0;
        for (size_t lane = 0; lane < width; lane++) any |= steps(sums + 2 * (index + lane));
        if (any) break;
    }
    while (index < count && !steps(sums + 2 * index)) index++;
    return index;
}

FOR_EACH_VECTOR_UNIT
double aiot_distance_sum(const float *samples, size_t count, float re, float im) {
    typedef float lanes __attribute__((vector_size(32)));
    lanes sum = {0};
    size_t index = 0;
    for (; index + 8 <= count; index += 8) {
        lanes first, second;
        memcpy(&first, samples + 2 * index, sizeof first);
        memcpy(&second, samples + 2 * index + 8, sizeof second);
        lanes x = __builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14) - re;
        lanes y = __builtin_shufflevector(first, second, 1, 3, 5, 7, 9, 11, 13, 15) - im;
        sum += __builtin_elementwise_sqrt(x * x + y * y);
    }
    double total = 0;
    for (size_t lane = 0; lane < 8; lane++) total += (double)sum[lane];
    for (; index < count; index++) {
        float x = samples[2 * index] - re, y = samples[2 * index + 1] - im;
        total += (double)__builtin_elementwise_sqrt(x * x + y * y);
    }
    return total;
}
