// What bench-receiver wants in C: liquid-dsp, whose complex type Swift does not import, and a count of allocations.
#ifndef RECEIVER_SHIM_H
#define RECEIVER_SHIM_H

#include <stddef.h>

/// liquid-dsp's `firdecim_crcf`, a low-pass of 25 taps that keeps one sample of five; NULL where there is no memory.
void *shim_decimator(void);
/// Takes 5 * `count` interleaved complex samples, gives `count`.
void shim_decimate(void *decimator, float *samples, unsigned int count, float *decimated);
const char *shim_liquid_version(void);

/// Calls of malloc, calloc, realloc and the aligned ones by this process so far.
size_t shim_allocations(void);

#endif
