/* table.h -- the table of layers at one watched step. */
#ifndef RT_TABLE_H
#define RT_TABLE_H

#include "bars.h"

/* `shown` as rt_fold marks it. */
void rt_table(const rt_history *h, const rt_record *r, const rt_axis *a, const bool *shown,
              const rt_style *s);
/* What its columns mean. */
void rt_table_legend(const rt_history *h, const rt_style *s);
/* Where residual joins are: the share of the gradient that comes by the skip. */
void rt_skip_table(const rt_history *h, const rt_record *r, const bool *shown, const rt_style *s);

#endif
