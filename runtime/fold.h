/* fold.h -- which layers of a long net a report shows. */
#ifndef RT_FOLD_H
#define RT_FOLD_H

#include "net.h"

/* Marks the layers to show, by index in net->layer: of a repeat of six times or more the first, the
 * middle and the last instance; `full`: all. */
void rt_fold(const rt_net *net, bool full, bool *shown);

#endif
