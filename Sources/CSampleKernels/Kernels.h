// What the kernels share.
#ifndef KERNELS_H
#define KERNELS_H

#include "CSampleKernels.h"
#include <string.h>

// Clones need the loader's help, which glibc gives.
#if defined(__x86_64__) && defined(__linux__)
#define FOR_EACH_VECTOR_UNIT __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define FOR_EACH_VECTOR_UNIT
#endif
#define INLINED static inline __attribute__((always_inline))

/// One complex value, and two.
typedef float complex_float __attribute__((vector_size(8)));
typedef float complex_float2 __attribute__((vector_size(16)));
typedef double complex_double __attribute__((vector_size(16)));

INLINED complex_float load_float(const float *from) {
    complex_float value;
    memcpy(&value, from, sizeof value);
    return value;
}

INLINED complex_float2 load_float2(const float *from) {
    complex_float2 value;
    memcpy(&value, from, sizeof value);
    return value;
}

INLINED complex_double load_double(const double *from) {
    complex_double value;
    memcpy(&value, from, sizeof value);
    return value;
}

INLINED void store_float(float *to, complex_float value) { memcpy(to, &value, sizeof value); }
INLINED void store_double(double *to, complex_double value) { memcpy(to, &value, sizeof value); }

/// Places between elements as fixed-point numbers: the element in the upper half, the part behind it in the lower. Adding
/// up steps costs nothing, and the error of 2^-33 a step does not matter in a burst.
INLINED int64_t fixed_point(double place) { return (int64_t)(place * 4294967296.0); }
INLINED int64_t whole(int64_t place) { return place >> 32; }
INLINED double part(int64_t place) { return (double)(int64_t)(uint32_t)place * (1 / 4294967296.0); }

#endif
