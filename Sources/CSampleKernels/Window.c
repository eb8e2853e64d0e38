#include "Kernels.h"
#include <math.h>

/// Samples for which a table of phasors is made; the phasor of each such run is turned on in double precision.
enum { run = 64 };

INLINED complex_double times(complex_double a, complex_double b) {
    complex_double product = {a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]};
    return product;
}

INLINED complex_double phasor(double angle) {
    complex_double value = {cos(angle), sin(angle)};
    return value;
}

FOR_EACH_VECTOR_UNIT
void aiot_remove_carrier(
    const float *restrict samples, size_t count, const aiot_carrier *restrict carrier, size_t first,
    float *restrict clean
) {
    float table_re[run], table_im[run];
    complex_double table[run];
    table[0] = (complex_double){1, 0};
    table[1] = phasor(-carrier->turn);
    for (size_t index = 2; index < run; index++) table[index] = times(table[index / 2], table[index - index / 2]);
    for (size_t index = 0; index < run; index++) {
        table_re[index] = (float)table[index][0];
        table_im[index] = (float)table[index][1];
    }
    complex_double step = times(table[1], table[run - 1]);
    complex_double base = phasor(-carrier->turn * (double)first);
    float offset_re = carrier->offset_re, offset_im = carrier->offset_im;
    float leak_re = carrier->leak_re, leak_im = carrier->leak_im;
    for (size_t begin = 0; begin < count; begin += run) {
        size_t length = count - begin < run ? count - begin : run;
        float base_re = (float)base[0], base_im = (float)base[1];
        const float *restrict from = samples + 2 * begin;
        float *restrict to = clean + 2 * begin;
        for (size_t index = 0; index < length; index++) {
            float re = from[2 * index] - offset_re;
            float im = from[2 * index + 1] - offset_im;
            float turn_re = base_re * table_re[index] - base_im * table_im[index];
            float turn_im = base_re * table_im[index] + base_im * table_re[index];
            to[2 * index] = re * turn_re - im * turn_im - leak_re;
            to[2 * index + 1] = re * turn_im + im * turn_re - leak_im;
        }
        base = times(base, step);
    }
}

FOR_EACH_VECTOR_UNIT
double aiot_difference_power(const float *samples, size_t count) {
    if (count < 2) return 0;
    size_t differences = 2 * (count - 1);
    double total = 0;
    for (size_t begin = 0; begin < differences; begin += 256) {
        size_t end = differences - begin < 256 ? differences : begin + 256;
        float sum = 0;
        for (size_t index = begin; index < end; index++) {
#pragma clang fp reassociate(on)
            float difference = samples[index + 2] - samples[index];
            sum += difference * difference;
        }
        total += (double)sum;
    }
    return total;
}

INLINED complex_double widened(const float *sample) {
    complex_double value = {(double)sample[0], (double)sample[1]};
    return value;
}

FOR_EACH_VECTOR_UNIT
void aiot_running_sums(const float *restrict samples, size_t count, double *restrict sums) {
    complex_double sum = load_double(sums);
    size_t index = 0;
    // In fours, so that one addition need not wait for the one before.
    for (; index + 4 <= count; index += 4) {
        complex_double one = widened(samples + 2 * index);
        complex_double two = one + widened(samples + 2 * index + 2);
        complex_double third = widened(samples + 2 * index + 4);
        complex_double four = two + (third + widened(samples + 2 * index + 6));
        store_double(sums + 2 * index + 2, sum + one);
        store_double(sums + 2 * index + 4, sum + two);
        store_double(sums + 2 * index + 6, sum + (two + third));
        sum += four;
        store_double(sums + 2 * index + 8, sum);
    }
    for (; index < count; index++) {
        sum += widened(samples + 2 * index);
        store_double(sums + 2 * index + 2, sum);
    }
}

/// The running sum at a place between samples.
INLINED complex_double total_before(const double *restrict sums, double limit, double position) {
    double place = position > 0 ? position : 0;
    place = place < limit ? place : limit;
    double whole = place < limit - 1 ? place : limit - 1;
    int64_t index = (int64_t)whole;
    double part = place - (double)index;
    complex_double low = load_double(sums + 2 * index);
    complex_double high = load_double(sums + 2 * index + 2);
    return low + (high - low) * part;
}

/// The same at a place of which the next element is held too.
INLINED complex_double total_at(const double *restrict sums, int64_t place) {
    const double *low = sums + 2 * whole(place);
    complex_double value = load_double(low);
    return value + (load_double(low + 2) - value) * part(place);
}

/// Whether all places from `first` to `last` are held, with the element behind each.
INLINED int holds(double limit, double first, double last) { return first >= 0 && last < limit - 1; }

FOR_EACH_VECTOR_UNIT
void aiot_periods(
    const aiot_signal *restrict signal, double origin, double step, size_t count, size_t span, float *restrict re,
    float *restrict im
) {
    const double *restrict sums = signal->sums;
    double limit = signal->limit;
    int held = holds(limit, origin, origin + (double)(count + 2 * span) * step);
    int64_t place = held ? fixed_point(origin) : 0, distance = held ? fixed_point(step) : 0;
    // The totals at the points of some periods, of which the last two spans are the first of those to come.
    enum { room = 512 };
    double totals[2 * room];
    if (2 * span >= room) return;
    size_t points = 0, point = 0;
    for (size_t done = 0; done < count;) {
        size_t now = count - done < room - 2 * span ? count - done : room - 2 * span;
        if (held) {
            for (; points < now + 2 * span; points++, place += distance)
                store_double(totals + 2 * points, total_at(sums, place));
        } else {
            for (; points < now + 2 * span; points++, point++)
                store_double(totals + 2 * points, total_before(sums, limit, origin + (double)point * step));
        }
        const double *begin = totals, *middle = totals + 2 * span, *end = totals + 4 * span;
        for (size_t index = 0; index < now; index++) {
            re[done + index] = (float)(2 * middle[2 * index] - begin[2 * index] - end[2 * index]);
            im[done + index] = (float)(2 * middle[2 * index + 1] - begin[2 * index + 1] - end[2 * index + 1]);
        }
        done += now;
        points = 2 * span;
        memmove(totals, totals + 2 * now, 2 * points * sizeof *totals);
    }
}

FOR_EACH_VECTOR_UNIT
void aiot_add_shifted(float *values, size_t count, size_t width) {
    for (size_t index = 0; index < count; index++) values[index] += values[index + width];
}

/// The running sum at an edge: `place` is that of the first one asked for where all are held.
INLINED complex_double total_of_edge(
    const aiot_signal *restrict signal, int held, int64_t place, double start, double half, size_t edge
) {
    if (held) return total_at(signal->sums, place);
    return total_before(signal->sums, signal->limit, start + (double)edge * half);
}

INLINED void bit_outputs(
    const aiot_signal *restrict signal, int held, double start, double half, size_t halves_per_bit, size_t first,
    size_t count, double *restrict outputs
) {
    size_t edge = first * halves_per_bit;
    int64_t place = held ? fixed_point(start + (double)edge * half) : 0, step = held ? fixed_point(half) : 0;
    complex_double begin = total_of_edge(signal, held, place, start, half, edge);
    for (size_t bit = 0; bit < count; bit++) {
        complex_double sum = {0, 0};
        for (size_t index = 1; index < halves_per_bit; index++) {
            complex_double total = total_of_edge(signal, held, place += step, start, half, ++edge);
            sum = index % 2 == 0 ? sum - total : sum + total;
        }
        complex_double end = total_of_edge(signal, held, place += step, start, half, ++edge);
        store_double(outputs + 2 * bit, sum + sum - begin - end);
        begin = end;
    }
}

FOR_EACH_VECTOR_UNIT
void aiot_bit_outputs(
    const aiot_signal *signal, double start, double half, size_t halves_per_bit, size_t first, size_t count,
    double *outputs
) {
    double begin = start + (double)(first * halves_per_bit) * half;
    double end = start + (double)((first + count) * halves_per_bit) * half;
    if (half > 0 && holds(signal->limit, begin, end)) {
        // The loop over the two half-periods of R = 1 is none.
        if (halves_per_bit == 2) {
            bit_outputs(signal, 1, start, half, 2, first, count, outputs);
        } else {
            bit_outputs(signal, 1, start, half, halves_per_bit, first, count, outputs);
        }
    } else {
        bit_outputs(signal, 0, start, half, halves_per_bit, first, count, outputs);
    }
}

FOR_EACH_VECTOR_UNIT
double aiot_power(const float *values, size_t count) {
    double total = 0;
    for (size_t begin = 0; begin < count; begin += 256) {
        size_t end = count - begin < 256 ? count : begin + 256;
        float sum = 0;
        for (size_t index = begin; index < end; index++) {
#pragma clang fp reassociate(on)
            sum += values[index] * values[index];
        }
        total += (double)sum;
    }
    return total;
}
