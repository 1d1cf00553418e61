/* table.h -- the tables of one watched step: layers, steps of recurrent layers, joins. */
#ifndef RT_TABLE_H
#define RT_TABLE_H

#include "bars.h"

/* `shown` as rt_fold marks it. */

/* ---- table.c ------------------------------------------------------------------------------- */

void rt_table(const rt_history *h, const rt_record *r, const rt_axis *a, const bool *shown,
              const rt_style *s);
/* What its columns mean, and those of the table below. */
void rt_table_legend(const rt_history *h, const rt_style *s);

/* What all tables share: the column of names, and a line for `n` rows that are left out (0: none).
 * A long name keeps its end, which tells layers apart. */
enum { RT_LONGEST_NAME = 24 };
int rt_name_width(const char *name, int least);
void rt_put_name(const rt_style *s, const char *name, int width);
void rt_put_dots(const rt_style *s, int n);

/* ---- table_time.c -------------------------------------------------------------------------- */

/* The gradient through time: a row for each recurrent layer; nothing where there is none. */
void rt_time_table(const rt_history *h, const rt_record *r, const rt_axis *a, const bool *shown,
                   const rt_style *s);
/* What its columns mean, after a blank; "" where no layer is recurrent. */
const char *rt_time_legend(const rt_net *net);

/* ---- table_joins.c ------------------------------------------------------------------------- */

/* The share of the gradient by path: a row for each residual, and for each branch of a parallel. */
void rt_join_tables(const rt_history *h, const rt_record *r, const bool *shown, const rt_style *s);

#endif
