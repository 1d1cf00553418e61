/* signature.h -- reads the signatures of the .def files: "p: real >= 0 < 1, act: activation = relu". */
#ifndef SIGNATURE_H
#define SIGNATURE_H

#include "intern.h"
#include "vocabulary.h"

/* Fills in the parameters of `callee`.  A mistake in a signature is a bug of ours. */
void signature_read(Callable *callee, const char *text, const Vocabulary *v, Intern *names, Arena *a);

#endif
