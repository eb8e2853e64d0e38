#include "Kernels.h"
#include <math.h>

typedef float lanes __attribute__((vector_size(64)));
enum { width = 16 };

/// `many` times `width` starts, at most two.
INLINED void correlate(
    const float *restrict re, const float *restrict im, const ptrdiff_t *restrict offsets, const float *restrict signs,
    size_t bits, size_t start, size_t many, float *restrict sum_re, float *restrict sum_im, float *restrict power
) {
    lanes x[2] = {{0}, {0}}, y[2] = {{0}, {0}}, energy[2] = {{0}, {0}};
    for (size_t bit = 0; bit < bits; bit++) {
        if (offsets[bit] < 0) continue;
        for (size_t one = 0; one < many; one++) {
            lanes a, b;
            memcpy(&a, re + offsets[bit] + start + one * width, sizeof a);
            memcpy(&b, im + offsets[bit] + start + one * width, sizeof b);
            x[one] += a * signs[bit];
            y[one] += b * signs[bit];
            energy[one] += a * a + b * b;
        }
    }
    for (size_t one = 0; one < many; one++) {
        memcpy(sum_re + start + one * width, x + one, sizeof *x);
        memcpy(sum_im + start + one * width, y + one, sizeof *y);
        memcpy(power + start + one * width, energy + one, sizeof *energy);
    }
}

FOR_EACH_VECTOR_UNIT
void aiot_correlate(
    const float *restrict re, const float *restrict im, const ptrdiff_t *restrict offsets, const float *restrict signs,
    size_t bits, size_t starts, float *restrict sum_re, float *restrict sum_im, float *restrict power
) {
    size_t start = 0;
    // Two at once, so that an addition need not wait for the one before.
    for (; start + 2 * width <= starts; start += 2 * width)
        correlate(re, im, offsets, signs, bits, start, 2, sum_re, sum_im, power);
    for (; start + width <= starts; start += width)
        correlate(re, im, offsets, signs, bits, start, 1, sum_re, sum_im, power);
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

INLINED float power_of(const float *re, const float *im, size_t index) {
    return re[index] * re[index] + im[index] * im[index];
}

FOR_EACH_VECTOR_UNIT
size_t aiot_find_peak(
    const float *restrict re, const float *restrict im, const float *restrict power, size_t count, size_t first,
    float least
) {
    size_t index = first;
    while (index < count) {
        int any = index + width > count;
        if (!any)
            for (size_t lane = 0; lane < width; lane++)
                any |= power_of(re, im, index + lane) > least * power[index + lane];
        size_t end = index + width < count ? index + width : count;
        if (!any) index = end;
        for (; index < end; index++) {
            float here = power_of(re, im, index);
            if (here > least * power[index] && (index == 0 || here >= power_of(re, im, index - 1))
                && (index + 1 >= count || here > power_of(re, im, index + 1)))
                return index;
        }
    }
    return count;
}

/// Adds up to 64 bits to a weight.
INLINED void weigh(
    const float *restrict x, const float *restrict y, const float *restrict signs, size_t length,
    aiot_weight *restrict weight
) {
    float sum_re = 0, sum_im = 0, square_re = 0, square_im = 0, power = 0, unknown = 0;
    for (size_t index = 0; index < length; index++) {
#pragma clang fp reassociate(on)
        float sign = signs[index], a = x[index], b = y[index];
        float open = 1 - sign * sign;
        sum_re += sign * a;
        sum_im += sign * b;
        square_re += open * (a * a - b * b);
        square_im += open * (2 * a * b);
        power += open * (a * a + b * b);
        unknown += open;
    }
    weight->sum_re += (double)sum_re;
    weight->sum_im += (double)sum_im;
    weight->square_re += (double)square_re;
    weight->square_im += (double)square_im;
    weight->power += (double)power;
    weight->unknown += (double)unknown;
}

FOR_EACH_VECTOR_UNIT
void aiot_weigh_outputs(const double *outputs, const float *signs, size_t bits, aiot_weight *weight) {
    *weight = (aiot_weight){0};
    for (size_t begin = 0; begin < bits; begin += 64) {
        size_t length = bits - begin < 64 ? bits - begin : 64;
        float x[64], y[64];
        for (size_t index = 0; index < length; index++) {
            x[index] = (float)outputs[2 * (begin + index)];
            y[index] = (float)outputs[2 * (begin + index) + 1];
        }
        weigh(x, y, signs + begin, length, weight);
    }
}

FOR_EACH_VECTOR_UNIT
void aiot_weigh(
    const float *restrict re, const float *restrict im, size_t count, double first, double per_bit,
    const float *restrict signs, size_t bits, aiot_weight *restrict weight
) {
    // The bits before the first that lies behind all outputs.
    double held = ((double)count - first) / per_bit;
    size_t inside = held > 0 && per_bit > 0 ? (held < (double)bits ? (size_t)held + 1 : bits) : 0;
    inside = inside < bits ? inside : bits;
    int64_t step = fixed_point(per_bit), place = fixed_point(first), end = (int64_t)count << 32;
    while (inside > 0 && place + (int64_t)(inside - 1) * step >= end) inside--;
    *weight = (aiot_weight){0};
    for (size_t begin = 0; begin < bits; begin += 64) {
        size_t length = bits - begin < 64 ? bits - begin : 64;
        float x[64], y[64];
        size_t heard = inside > begin ? (inside - begin < length ? inside - begin : length) : 0;
        // One by one: gathering into vectors is no faster.
#pragma clang loop vectorize(disable) unroll_count(4)
        for (size_t index = 0; index < heard; index++, place += step) {
            int64_t output = place > 0 ? whole(place) : 0;
            x[index] = re[output];
            y[index] = im[output];
        }
        for (size_t index = heard; index < length; index++) x[index] = y[index] = 0;
        weigh(x, y, signs + begin, length, weight);
    }
}

FOR_EACH_VECTOR_UNIT
void aiot_turned_sums(
    const double *restrict plus, const double *restrict minus, size_t count, double turn, float *restrict plus_re,
    float *restrict plus_im, float *restrict minus_re, float *restrict minus_im
) {
    double step_re = cos(turn), step_im = -sin(turn);
    double re = 1, im = 0;
    double a = 0, b = 0, c = 0, d = 0;
    for (size_t part = 0; part <= count; part++) {
        plus_re[part] = (float)a;
        plus_im[part] = (float)b;
        minus_re[part] = (float)c;
        minus_im[part] = (float)d;
        if (part == count) break;
        a += plus[2 * part] * re - plus[2 * part + 1] * im;
        b += plus[2 * part] * im + plus[2 * part + 1] * re;
        c += minus[2 * part] * re + minus[2 * part + 1] * im;
        d += minus[2 * part + 1] * re - minus[2 * part] * im;
        double next = re * step_re - im * step_im;
        im = re * step_im + im * step_re;
        re = next;
    }
}

FOR_EACH_VECTOR_UNIT
void aiot_correlate_differences(
    const float *const sums[4], const ptrdiff_t *bounds, const float *signs, size_t bits, size_t starts,
    float *const totals[4], float *power
) {
    for (size_t start = 0; start < starts; start += width) {
        // The last starts may be fewer; what lies behind them is taken as zero.
        size_t count = starts - start < width ? starts - start : width;
        lanes coherent[4] = {{0}, {0}, {0}, {0}}, energy = {0};
        lanes from[4] = {{0}, {0}, {0}, {0}};
        for (size_t sum = 0; sum < 4; sum++) memcpy(&from[sum], sums[sum] + bounds[0] + start, count * sizeof(float));
        for (size_t bit = 0; bit < bits; bit++) {
            for (size_t sum = 0; sum < 4; sum++) {
                lanes to = {0};
                if (count == width) {
                    memcpy(&to, sums[sum] + bounds[bit + 1] + start, sizeof to);
                } else {
                    memcpy(&to, sums[sum] + bounds[bit + 1] + start, count * sizeof(float));
                }
                lanes difference = to - from[sum];
                coherent[sum] += difference * signs[bit];
                energy += difference * difference;
                from[sum] = to;
            }
        }
        for (size_t sum = 0; sum < 4; sum++) memcpy(totals[sum] + start, &coherent[sum], count * sizeof(float));
        memcpy(power + start, &energy, count * sizeof(float));
    }
}
