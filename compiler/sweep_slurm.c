/* sweep_slurm.c -- the sweep as a job array of Slurm, a task a point. */
#include "sweep.h"

/* What a task has to be run for. */
static bool is_left(const Point *p)
{
    return p->status == POINT_WAITING || p->status == POINT_HALF || p->status == POINT_FAILED;
}

/* "1-4,7": points by their line in points.txt, those that are left. */
static void put_array(const Sweep *s, FILE *out)
{
    const char *gap = "";

    for (int i = 0, next; i < s->n_points; i = next) {
        for (next = i; next < s->n_points && is_left(&s->point[next]);)
            next++;
        if (next > i)
            fprintf(out, next > i + 1 ? "%s%d-%d" : "%s%d", gap, i + 1, next);
        gap = next > i ? "," : gap;
        next += next == i;
    }
    putc('\n', out);
}

void sweep_slurm(const Sweep *s, FILE *out)
{
    fprintf(out, "#!/bin/sh\n"
                 "#SBATCH --job-name=%s\n"
                 "#SBATCH --array=", s->name);
    put_array(s, out);
    fputs("#SBATCH --cpus-per-task=1\n"
          "#SBATCH --output=logs/slurm-%a.out\n"
          "#SBATCH --open-mode=append\n"
          "#SBATCH --requeue\n"
          "#SBATCH --signal=TERM@120\n"
          "# sweep.sbatch -- the points that are left, a task each; written by netc.\n"
          "# In this folder: sbatch --time=1:00:00 sweep.sbatch\n"
          "# Two minutes before the limit Slurm sends SIGTERM to the program (not to this\n"
          "# script), which writes a checkpoint and ends with 143; the task is put back into\n"
          "# the queue and goes on from there, as does one that Slurm takes back itself.\n"
          "name=$(sed -n \"${SLURM_ARRAY_TASK_ID}p\" points.txt)\n"
          "export THREADS=\"${SLURM_CPUS_PER_TASK:-1}\"\n"
          "srun --ntasks=1 sh ./point \"$name\"\n"
          "status=$?\n"
          "if [ $status -eq 143 ]; then\n"
          "    exec scontrol requeue \"${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\"\n"
          "fi\n"
          "exit $status\n", out);
}
