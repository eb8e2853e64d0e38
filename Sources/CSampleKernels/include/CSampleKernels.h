// Loops over interleaved complex samples. Each is compiled for several vector units; the machine's is taken at start.
// Nothing here checks bounds: the callers in AIoTPhy do.
#ifndef C_SAMPLE_KERNELS_H
#define C_SAMPLE_KERNELS_H

#include <stddef.h>

/// Adds the complex samples of `count` to `*re` and `*im`.
void aiot_sum(const float *interleaved, size_t count, float *re, float *im);

#endif
