#include "ReceiverShim.h"

#include <complex.h>
#include <errno.h>
#include <liquid/liquid.h>

void *shim_decimator(void) {
    float taps[25];
    liquid_firdes_kaiser(25, 0.1f, 60.0f, 0.0f, taps);
    return firdecim_crcf_create(5, taps, 25);
}

void shim_decimate(void *decimator, float *samples, unsigned int count, float *decimated) {
    firdecim_crcf_execute_block(decimator, (float complex *)samples, count, (float complex *)decimated);
}

const char *shim_liquid_version(void) { return liquid_version; }

// glibc lets a program have functions of these names in the place of its own, which stay under these.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static _Atomic size_t allocations;

size_t shim_allocations(void) { return allocations; }

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    allocations++;
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    allocations++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **place, size_t alignment, size_t size) {
    allocations++;
    void *memory = __libc_memalign(alignment, size);
    if (memory == NULL) return ENOMEM;
    *place = memory;
    return 0;
}
