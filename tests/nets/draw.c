/* draw.c -- print one random valid program: draw SEED > x.net
 *
 * The same seed gives the same program.  tests/nets/README.md says what is drawn. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

/* Words go to an embedding, if at all.  What has many equal values, such as black pixels, goes
 * through weights before a norm can make exact zeros of it, which are kinks. */
static void write_entry(Draw *d)
{
    const int n = size(d->now);

    if (d->words && chance(d, 80)) {
        if (d->now.rank > 1) {
            put(d, "reshape([-1]);");
            end_line(d);
            d->now = shape(1, n, 1, 1);
        }
        write_embedding(d);
    } else if (d->classes != 0 && n > 2) {
        if (d->now.rank < 3)
            write_dense(d, between(d, 3, 6));
        else
            write_conv_same(d, between(d, 2, 4));
    }
}

static void write_model(Draw *d)
{
    put(d, "model");
    open_body(d);
    put(d, "input ");
    put_shape(d, d->input);
    put(d, ";");
    end_line(d);
    if (chance(d, 70)) {
        put(d, "target %s;", d->target);
        end_line(d);
        d->target[0] = '\0';
    }
    write_entry(d);
    write_statements(d, between(d, 1, 7));
    if (!d->trains)
        restore(d, with_features(d->output, features(d->output) + 1));
    restore(d, d->output);
    if (d->sigmoid) {
        put(d, "sigmoid");
        end_layer(d, d->now, 0);
    } else if (chance(d, 10)) {
        write_activation(d);
    }
    if (d->target[0]) {
        put(d, "target %s;", d->target);
        end_line(d);
    }
    close_body(d);
}

int main(int argc, char **argv)
{
    static Draw draw;
    Draw *d = &draw;
    char *end = NULL;

    if (argc == 2 && isdigit((unsigned char)argv[1][0]))
        d->state = strtoull(argv[1], &end, 10);
    if (!end || *end) {
        fprintf(stderr, "usage: draw SEED\n");
        return 2;
    }
    text_add(&d->head, "// draw %s\n", argv[1]);
    scatter(d);
    d->out = &d->model;
    choose_experiment(d);
    write_model(d);
    write_settings(d);
    printf("%s%s%s", d->head.at, d->model.at, d->tail.n ? d->tail.at : "");
    return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
