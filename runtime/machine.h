/* machine.h -- what a run ran on: the same bits are promised for the same of these. */
#ifndef RT_MACHINE_H
#define RT_MACHINE_H

enum { RT_MACHINE = 128 };

/* "AMD EPYC 7763", as the system names it; "unknown" where it does not. */
const char *rt_cpu(char text[RT_MACHINE]);
/* The kernels that OpenBLAS chose: "Haswell". */
const char *rt_blas_core(void);
/* The C compiler of this library: "gcc 12.2.0". */
const char *rt_compiler(void);

#endif
