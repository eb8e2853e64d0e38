#include "Kernels.h"

typedef float lanes __attribute__((vector_size(64)));
enum { width = 16 };

FOR_EACH_VECTOR_UNIT
void aiot_correlate(
    const float *restrict re, const float *restrict im, const ptrdiff_t *restrict offsets, const float *restrict signs,
    size_t bits, size_t starts, float *restrict sum_re, float *restrict sum_im, float *restrict power
) {
    size_t start = 0;
    for (; start + width <= starts; start += width) {
        lanes x = {0}, y = {0}, energy = {0};
        for (size_t bit = 0; bit < bits; bit++) {
            if (offsets[bit] < 0) continue;
            lanes a, b;
            memcpy(&a, re + offsets[bit] + start, sizeof a);
            memcpy(&b, im + offsets[bit] + start, sizeof b);
            x += a * signs[bit];
            y += b * signs[bit];
            energy += a * a + b * b;
        }
        memcpy(sum_re + start, &x, sizeof x);
        memcpy(sum_im + start, &y, sizeof y);
        memcpy(power + start, &energy, sizeof energy);
    }
    for (; start < starts; start++) {
        float x = 0, y = 0, energy = 0;
        for (size_t bit = 0; bit < bits; bit++) {
            if (offsets[bit] < 0) continue;
            float a = re[offsets[bit] + (ptrdiff_t)start], b = im[offsets[bit] + (ptrdiff_t)start];
            x += a * signs[bit];
            y += b * signs[bit];
            energy += a * a + b * b;
        }
        sum_re[start] = x;
        sum_im[start] = y;
        power[start] = energy;
    }
}

/// The place of a bit among `count` outputs; `count` when it lies behind them.
INLINED size_t place_of(size_t bit, double first, double per_bit, double count) {
    double place = first + (double)bit * per_bit;
    place = place > 0 ? place : 0;
    return (size_t)(int64_t)(place < count ? place : count);
}

FOR_EACH_VECTOR_UNIT
void aiot_weigh(
    const float *restrict re, const float *restrict im, size_t count, double first, double per_bit,
    const float *restrict signs, size_t known, size_t bits, double gain, aiot_weight *restrict weight
) {
    double limit = (double)count;
    float sum_re = 0, sum_im = 0;
    for (size_t bit = 0; bit < known; bit++) {
        size_t place = place_of(bit, first, per_bit, limit);
        if (place >= count) break;
        sum_re += re[place] * signs[bit];
        sum_im += im[place] * signs[bit];
    }
    weight->sum_re = (double)sum_re;
    weight->sum_im = (double)sum_im;
    float length = __builtin_elementwise_sqrt(sum_re * sum_re + sum_im * sum_im);
    float axis_re = length > 0 ? sum_re / length : 0, axis_im = length > 0 ? sum_im / length : 0;
    float scale = (float)gain;
    double likelihood = 0, power = 0;
    for (size_t begin = known; begin < bits; begin += 64) {
        size_t length = bits - begin < 64 ? bits - begin : 64;
        float parts[64];
        for (size_t index = 0; index < length; index++) {
            size_t place = place_of(begin + index, first, per_bit, limit);
            parts[index] = place < count ? re[place] * axis_re + im[place] * axis_im : 0;
        }
        float likely = 0, strong = 0;
        for (size_t index = 0; index < length; index++) {
#pragma clang fp reassociate(on)
            float sign = signs[begin + index];
            float amount = scale * parts[index];
            float size = amount < 0 ? -amount : amount;
            // ln cosh, near enough, for a bit that may be either.
            float either = amount * amount / (2 + size);
            likely += sign == 0 ? either : amount * sign;
            strong += parts[index] * parts[index];
        }
        likelihood += (double)likely;
        power += (double)strong;
    }
    weight->likelihood = likelihood;
    weight->power = power;
}
