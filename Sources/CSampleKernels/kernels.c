#include "CSampleKernels.h"

#if defined(__x86_64__) && defined(__linux__)
#define FOR_EACH_VECTOR_UNIT __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define FOR_EACH_VECTOR_UNIT
#endif

FOR_EACH_VECTOR_UNIT
void aiot_sum(const float *interleaved, size_t count, float *re, float *im) {
    float sum_re = 0, sum_im = 0;
    for (size_t index = 0; index < count; index++) {
        sum_re += interleaved[2 * index];
        sum_im += interleaved[2 * index + 1];
    }
    *re += sum_re;
    *im += sum_im;
}
