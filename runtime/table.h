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

/* ---- table_predicted.c ---------------------------------------------------------------------- */

/* Is there a forecast for this record?  For step 0 of fresh weights, in a program that was linked
 * with its notes. */
bool rt_is_predicted(const rt_history *h, const rt_record *r);

/* log10 of measured over predicted, of dL/dz or of dL/dW: of the two the further from 0.  NaN where
 * neither can be compared, infinite where one of the two numbers is 0 and the other is not. */
double rt_deviation(const rt_layer_info *info, const rt_layer_record *l);

/* '*' of a layer that lies further off than a single draw of the weights should, '~' where the
 * theory is rough, else ' '. */
char rt_deviation_mark(const rt_layer_info *info, const rt_layer_record *l);

/* Beneath the measured flow: the one that was foretold, for what, and how far it holds.  Nothing
 * where the program has no forecast, or the step is not the first. */
void rt_put_predicted(const rt_history *h, const rt_record *r, const rt_style *s);
/* What the columns of the table mean, after a blank; "" where no record is predicted. */
const char *rt_predicted_legend(const rt_history *h);

/* ---- table_joins.c ------------------------------------------------------------------------- */

/* The share of the gradient by path: a row for each residual, and for each branch of a parallel. */
void rt_join_tables(const rt_history *h, const rt_record *r, const bool *shown, const rt_style *s);

#endif
