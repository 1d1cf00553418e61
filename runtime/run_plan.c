/* run_plan.c -- what a run comes to before it is made (`--dry-run`). */
#include "run_plan.h"

#include <inttypes.h>
#include <stdio.h>

void rt_print_plan(const rt_run *run, bool json)
{
    const int64_t epochs = (run->steps + run->steps_per_epoch - 1) / run->steps_per_epoch;

    if (json) {
        printf("{\"event\":\"plan\",\"name\":\"%s\",\"layers\":%d,\"parameters\":%zu,\"bytes\":%zu,"
               "\"train\":%" PRId64 ",\"test\":%" PRId64 ",\"batch\":%" PRId64
               ",\"steps_per_epoch\":%" PRId64 ",\"epochs\":%" PRId64 ",\"steps\":%" PRId64
               ",\"threads\":%d}\n", run->model->name, run->net.n_layers, run->net.n_parameters,
               run->block_size, run->data.train.n, run->data.test.n, run->set->batch,
               run->steps_per_epoch, epochs, run->steps, rt_pool_threads(run->pool));
        return;
    }
    printf("%s: %d layer%s, %zu parameters in %s precision\n", run->model->name,
           run->net.n_layers, rt_plural((unsigned)run->net.n_layers), run->net.n_parameters,
           run->model->real_size == sizeof(double) ? "double" : "single");
    printf("memory: %.1f MiB, of which parameters %.1f, activations %.1f\n",
           (double)run->block_size / 1048576, (double)run->model->params_size / 1048576,
           (double)(run->model->memory_size + run->model->scratch_size) / 1048576);
    printf("data: %" PRId64 " sample%s to train, %" PRId64 " to test\n", run->data.train.n,
           rt_plural((uint64_t)run->data.train.n), run->data.test.n);
    printf("batches of %" PRId64 ": %" PRId64 " step%s an epoch, %" PRId64 " step%s in %" PRId64
           " epoch%s\n", run->set->batch, run->steps_per_epoch,
           rt_plural((uint64_t)run->steps_per_epoch), run->steps, rt_plural((uint64_t)run->steps),
           epochs, rt_plural((uint64_t)epochs));
    printf("threads: %d\n", rt_pool_threads(run->pool));
}
