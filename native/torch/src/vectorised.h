// A loop that is compiled for several generations of the processor; the loader takes the best that the machine has.
#pragma once

#define FM_INLINE inline __attribute__((always_inline))

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define FM_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FM_VECTORISED
#endif
