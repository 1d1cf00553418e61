/* predict_main.c -- runs a PREDICT_batch over samples: NAME_predict_batch is -DPREDICT, sizes are -DINPUTS
 * and -DOUTPUTS; floats from standard input to standard output, twice, and they must be the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void PREDICT(int n, const float *x, float *y);

enum { MOST = 1 << 26 };

int main(void)
{
    float *x = malloc(MOST);
    const size_t n = x ? fread(x, INPUTS * sizeof *x, MOST / (INPUTS * sizeof *x), stdin) : 0;
    float *y = calloc(n * OUTPUTS + 1, sizeof *y), *again = calloc(n * OUTPUTS + 1, sizeof *y);

    if (!y || !again || n == 0)
        return 2;
    PREDICT((int)n, x, y);
    PREDICT((int)n, x, again);
    if (memcmp(y, again, n * OUTPUTS * sizeof *y) != 0)
        return 3;
    return fwrite(y, OUTPUTS * sizeof *y, n, stdout) == n ? 0 : 4;
}
