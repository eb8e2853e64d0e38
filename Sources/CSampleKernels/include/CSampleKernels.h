// Loops over samples. Each is compiled for several vector units; the machine's is taken at start.
// Complex samples are interleaved, the real part first. Nothing here checks bounds: the callers do. No alignment is asked
// for, and any count may be zero.
#ifndef C_SAMPLE_KERNELS_H
#define C_SAMPLE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Conversion

/// Signed octets to floats, times `scale`.
void aiot_from_i8(const void *from, size_t count, float scale, float *to);
/// Octets to floats, zero at 128, times `scale`.
void aiot_from_u8(const void *from, size_t count, float scale, float *to);
/// Little-endian 16-bit integers to floats, times `scale`.
void aiot_from_i16(const void *from, size_t count, float scale, float *to);
/// Little-endian floats, times `scale`; what is not finite becomes 0.
void aiot_from_f32(const void *from, size_t count, float scale, float *to);

// The stream

/// Sums of `blocks` runs of `size` complex samples each, times `scale`.
void aiot_block_sums(const float *samples, size_t blocks, size_t size, float scale, float *sums);
/// The first of `count` boundaries at which the sums step by a third of their level, else `count`: `sums` begins two
/// blocks before the first boundary, and reaches one block beyond the last.
size_t aiot_find_step(const float *sums, size_t count);
/// Sum of the distances of complex samples from (`re`, `im`).
double aiot_distance_sum(const float *samples, size_t count, float re, float im);

// A window

/// A carrier to be taken out: a constant, and a phasor whose turning is undone.
typedef struct {
    float offset_re, offset_im;
    float leak_re, leak_im;
    /// Radians per sample.
    double turn;
} aiot_carrier;

/// Takes the carrier out of complex samples; `first` is the index of the first of them.
void aiot_remove_carrier(const float *samples, size_t count, const aiot_carrier *carrier, size_t first, float *clean);
/// Sum of the powers of the differences of neighbours.
double aiot_difference_power(const float *samples, size_t count);
/// Sum of the squares of real values.
double aiot_power(const float *values, size_t count);
/// Running sums: element k + 1 is element k plus sample k. Element 0 is given.
void aiot_running_sums(const float *samples, size_t count, double *sums);

/// The running sums of `limit` samples, and places in them: outside they are those of the ends.
typedef struct {
    const double *sums;
    double limit;
} aiot_signal;

/// Outputs of periods at `count` grid points from `origin` on, `step` samples apart: twice the sum over the next `span`
/// points less that over the `span` points behind them, and so on. `span` is less than 256.
void aiot_periods(
    const aiot_signal *signal, double origin, double step, size_t count, size_t span, float *re, float *im);
/// Adds to each of `count` values the one `width` behind it, in order.
void aiot_add_shifted(float *values, size_t count, size_t width);
/// Outputs of bits from `first` on: first half-period plus, second minus, and so on.
void aiot_bit_outputs(
    const aiot_signal *signal, double start, double half, size_t halves_per_bit, size_t first, size_t count,
    double *outputs);

// Levels

/// Means of blocks of `size` complex samples: for each block real part, imaginary part and power, one behind the other.
void aiot_block_levels(const float *samples, size_t blocks, size_t size, float *levels);
/// Puts the complex samples whose distance from a level has a power above `limit` on that level.
void aiot_put_back(float *samples, size_t count, float re, float im, float limit);
/// Adds a level to `count` complex samples.
void aiot_raise(float *samples, size_t count, float re, float im);
/// Takes `levels` times a gain out of `count` complex samples.
void aiot_take_out(float *samples, const float *levels, size_t count, float re, float im);
/// The value that `rank` of `count` others, none negative, are below; `rank` is less than `count`.
float aiot_ranked(const float *values, size_t count, size_t rank);

// A search

/// Correlates known bits with outputs for `starts` starts at once. Bit k is taken from `offsets[k]` on, none when it is
/// negative. Gives the coherent sums, and the sums of the powers.
void aiot_correlate(
    const float *re, const float *im, const ptrdiff_t *offsets, const float *signs, size_t bits, size_t starts,
    float *sum_re, float *sum_im, float *power);

/// The first of `count` starts, from `first` on, whose coherent sum has more than `least` times its sum of powers and than
/// its neighbours; `count` when there is none.
size_t aiot_find_peak(
    const float *re, const float *im, const float *power, size_t count, size_t first, float least);

/// What an alignment makes of outputs on a grid.
typedef struct {
    double sum_re, sum_im;
    double square_re, square_im;
    double power, unknown;
} aiot_weight;

/// Weighs the bits at places `first` + k * `per_bit` of `count` outputs, those outside being zero: the sum of the
/// known bits times their signs; of the others, whose sign is 0, the sum of the squares, of the powers, and their number.
void aiot_weigh(
    const float *re, const float *im, size_t count, double first, double per_bit, const float *signs,
    size_t bits, aiot_weight *weight);

/// The same of complex outputs of one bit after the other.
void aiot_weigh_outputs(const double *outputs, const float *signs, size_t bits, aiot_weight *weight);

/// Running sums of `count` parts of two phasors, part k of the first turned by -k * `turn` radians, of the second by
/// k * `turn`: element k + 1 is element k plus part k; element 0 is 0. The parts are complex.
void aiot_turned_sums(
    const double *plus, const double *minus, size_t count, double turn, float *plus_re, float *plus_im, float *minus_re,
    float *minus_im);

/// Correlates known bits with differences of four running sums (two phasors, real and imaginary part) for `starts` starts
/// at once. Bit k lies between elements `bounds[k]` and `bounds[k + 1]`, counted from the start. Gives for each start
/// the four coherent sums, and the sum of the powers.
void aiot_correlate_differences(
    const float *const sums[4], const ptrdiff_t *bounds, const float *signs, size_t bits, size_t starts,
    float *const totals[4], float *power);

// The convolutional code

/// A forward pass of the Viterbi algorithm over `steps` steps of `states` states, each step with `outputs` soft values,
/// positive for 0. `signs` is the code: for each output, the current input and the low bit of the predecessor, `states` / 2
/// signs by the predecessor's other bits. `metrics` goes in as the start and comes out as the end; `scratch` has room for
/// `states`. `choices` gets for each step and state the low bit of the predecessor.
void aiot_viterbi(
    const float *soft, size_t outputs, const float *signs, size_t steps, size_t states, float *metrics, float *scratch,
    uint8_t *choices);

#endif
