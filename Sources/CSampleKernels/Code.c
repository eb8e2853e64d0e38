#include "Kernels.h"

/// The new states that take one input: those of a step differ from the ones of the other input in the top bit alone, and
/// have the same predecessors.
INLINED void advance(
    const float *restrict values, size_t outputs, const float *restrict even, const float *restrict odd, size_t high,
    const float *restrict old, float *restrict new, uint8_t *restrict choice
) {
    for (size_t index = 0; index < high; index++) {
        float one = 0, two = 0;
        for (size_t output = 0; output < outputs; output++) {
            one += even[output * 4 * high + index] * values[output];
            two += odd[output * 4 * high + index] * values[output];
        }
        one += old[2 * index];
        two += old[2 * index + 1];
        new[index] = two > one ? two : one;
        choice[index] = two > one;
    }
}

INLINED void viterbi(
    const float *soft, size_t outputs, const float *signs, size_t steps, size_t states, float *metrics, float *scratch,
    uint8_t *choices
) {
    size_t high = states / 2;
    float *old = metrics, *new = scratch;
    for (size_t step = 0; step < steps; step++) {
        const float *values = soft + step * outputs;
        uint8_t *choice = choices + step * states;
        advance(values, outputs, signs, signs + high, high, old, new, choice);
        advance(values, outputs, signs + states, signs + states + high, high, old, new + high, choice + high);
        float *swapped = old;
        old = new;
        new = swapped;
    }
    if (old != metrics) memcpy(metrics, old, states * sizeof *metrics);
}

FOR_EACH_VECTOR_UNIT
void aiot_viterbi(
    const float *soft, size_t outputs, const float *signs, size_t steps, size_t states, float *metrics, float *scratch,
    uint8_t *choices
) {
    // The code of the profile, its loops of known length.
    if (states == 64 && outputs == 3) {
        viterbi(soft, 3, signs, steps, 64, metrics, scratch, choices);
    } else {
        viterbi(soft, outputs, signs, steps, states, metrics, scratch, choices);
    }
}
