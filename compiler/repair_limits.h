/* repair_limits.h -- the numbers that `netc suggest` goes by, each with its reason.  Limits of the
 * ailments themselves stand in ailments.def, those of warnings in warnings.def. */
#ifndef REPAIR_LIMITS_H
#define REPAIR_LIMITS_H

/* ---- What is worth being offered: repair_rank.c ---------------------------------------------- */

/* Of the longest steps that a net bears: from here on rate-too-high notes them. */
static const double LONG_STEPS = 0.3;
/* Under this rate-too-low looks at the run. */
static const double SHORT_STEPS = 0.03;
/* A rate that is raised: half of what is noted, and as much again for what momentum brings. */
static const double LIVELY_STEPS = 0.2;
/* It mends half of what is over the limits, */
static const double MENDS_MOST = 0.5;
/* or a fifth, if one ailment is gone then. */
static const double MENDS_ENOUGH = 0.8;
/* What it brings anew, beside what it mends. */
static const double BRINGS_LITTLE = 0.2;
/* What the forecasts of one ailment in two nets differ by without a cause. */
static const double AILS_ALIKE = 0.05;
/* Decades: a flow of one is good (theory and training agree within a tenth). */
static const double GOOD_FLOW = 1, FLOW_ALIKE = 0.1;

/* ---- How much is tried: repair.c, repair_work.c ---------------------------------------------- */

enum {
    MOST_CANDIDATES = 64,           /* that are kept; a list of more is not read */
    MOST_PAIRS = 64                 /* those that promise most: half a second, of small nets */
};

/* Units of work, a node of a dense net's forecast each (about 10 us): all trials of a net together
 * take about 2 s. */
static const double MOST_WORK = 200e3;
static const double WORK_TRIAL = 500;       /* a source is read, checked and warned of */
static const double WORK_IMAGE = 4;         /* tables of displacements at each node, */
static const double WORK_PIXEL = 0.02;      /* sums over them, a pixel; */
static const double WORK_BENT = 5;          /* an activation without a closed form, */
static const double WORK_SERIES = 160;      /* of an image its tables, */
static const double WORK_SERIES_PIXEL = 0.02;       /* and sums */
static const double WORK_STEP = 40;         /* a cell is run, a step */
static const double WORK_IDENTITY = 150;    /* units pass by as they are, and are sampled */

/* ---- How healthy a net is: repair_health.c --------------------------------------------------- */

enum {
    MANY_LAYERS = 10,               /* in a row; as for correlation-collapse */
    MOST_STEPS = 6,                 /* decades of too long steps: more is not told apart */
    MOST_ALIKE = 16                 /* decades of 1 - correlation: what a double tells from 1 */
};

/* An adaptive optimizer evens out what each layer gets: a decade more. */
static const double ADAPTIVE_BEARS = 1;
/* Norms behind most layers, and skips around most: training holds what the start gains. */
static const double NORMED_SKIPS_BEAR = 2;
/* Under a batchnorm samples stay apart whatever the Jacobian's spread; of that a part counts. */
static const double SPREAD_UNDER_NORM = 0.25;
/* Between layers whose variances differ by less the slopes' moments are the same. */
static const double SAME_VARIANCE = 1e-3;
/* Standard deviation of log10 of what a random matrix gains a step, times the root of its units. */
static const double GAIN_OF_DRAW = 0.15;
/* Unbounded cells that lose no more decades than this explode once training has changed them; what
 * counts of that, in units of the limit. */
static const double NEAR_EXPLOSION = -2, UNBOUNDED = 1.5;
/* Adam changes the largest eigenvalue by rate * units a step; a third of the steps add up. */
static const double STEPS_ADD_UP = 1.0 / 3;

/* ---- What is written ------------------------------------------------------------------------- */

/* Global norm: Graves 2013 has 10, Le et al. 2015 1 to 100. */
static const double USUAL_CLIP = 5;
/* Inputs under it are small; pixels between 0 and 1 are near enough to unit normal. */
static const double SMALL_INPUTS = 0.1;
/* Usual decays: what is written, and over what a decay of adamw, or of l2, is lowered. */
static const double USUAL_L2 = 1e-4, LARGE_DECAY = 0.1;
/* Of a layer's units: dropout of more is heavy, and what is usual. */
static const double HEAVY_DROPOUT = 0.5, USUAL_DROPOUT = 0.2;
/* Initialisers whose gain is as near to 1 are named without it; variances as near are suited. */
static const double GAIN_IS_ONE = 0.02, SUITED = 0.05;
/* A forget gate that stays open for T steps: a bias of ln T - 1.2, of 1 to 4. */
static const double OPEN_LESS = 1.2, LEAST_OPEN = 1, MOST_OPEN = 4;

#endif
