/* gauss.h -- expectations of activations over Gaussian pre-activations, by quadrature.
 *
 * z is normal with mean m and variance v.  One-dimensional integrals take the midpoint rule on
 * [-7, 7] standard deviations, whose error falls exponentially where phi is analytic (Trefethen and
 * Weideman 2014); those of two correlated variables take Mehler's formula, a sum over
 * the Hermite coefficients of the function, whose tail is fitted; ReLUs have closed forms (Cho and
 * Saul 2009). */
#ifndef GAUSS_H
#define GAUSS_H

#include "arena.h"
#include "vocabulary.h"

enum { GAUSS_NODES = 512, GAUSS_FEW = 160, GAUSS_ORDERS = 48 };

/* Nodes and their weights. */
typedef struct {
    int nodes;
    double z[GAUSS_NODES], weight[GAUSS_NODES];
    /* He_k(z) / sqrt(k!) times the weight at the upper half of the nodes: even orders, odd ones */
    double hermite[GAUSS_NODES / 2][2][GAUSS_ORDERS / 2];
} Rule;

/* Tables that every integral shares: where phi is smooth and z not wide, few nodes do. */
typedef struct {
    Rule all, few;
} Gauss;

const Gauss *gauss_new(Arena *a);

/* An activation with its number: slope, alpha. */
typedef struct {
    ActivationKind kind;
    double number;
} Act;

double act_value(Act act, double z);
double act_slope(Act act, double z);
/* At 0 as programs have it, that of what is under: where all or many inputs are the very same. */
double act_slope_at(Act act, double z);

/* One function of z as a series: E f(z1) f(z2) = sum over k of power[k] c^k at correlation c. */
typedef struct {
    double power[GAUSS_ORDERS];
    int orders;                     /* beyond which powers are lost in the sum of the first */
    double total, tail;             /* E f^2, and what of it lies beyond the orders kept */
    bool arc;                       /* a ReLU's slope or value in closed form, with ... */
    double positive, negative;      /* ... its slopes on either side */
    bool is_slope;
    double variance;
} Series;

double series_at(const Series *s, double c);

/* All that the forecast asks of phi at z ~ N(m, v). */
typedef struct {
    double mean;                    /* E phi */
    double square, slope_square;    /* E phi^2, E phi'^2 */
    double kurtosis, slope_kurtosis;    /* E phi^4 / (E phi^2)^2 - 1, and of phi' */
    /* E phi^2 (u^2 - 1) / E phi^2, u = (z - m) / sqrt v: 2 d ln E phi^2 / d ln v; of phi' */
    double radial, slope_radial;
    double order[3], slope_order[3];    /* shares of the Hermite orders 1, 2, 3 ... */
    double steep, turn, lift, own;  /* E (phi phi')^2, E z phi phi', E phi phi', E (z phi')^2 */
    double saturated, dead;         /* share where |phi'| is under 5 % of its largest, or 0 */
    Series value, slope;
} Moments;

void act_moments(const Gauss *g, Act act, double v, double m, Moments *out);

/* phi(a z) = a phi(z) for all a > 0: moments at variance 1 and mean 0, brought to variance v. */
bool act_scales(Act act);
void scale_moments(Moments *m, double v);

/* The share of units whose z is negative for all of n samples, as of a dead ReLU (Lu et al. 2019):
 * z has variance v and mean m, and those of two samples correlate by c. */
double never_positive(double v, double m, double c, double n);

/* E phi^2 and E phi'^2 alone. */
void act_squares(const Gauss *g, Act act, double v, double m, double out[2]);

#endif
