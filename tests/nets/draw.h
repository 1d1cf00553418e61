/* draw.h -- one random valid program: what its parts share.
 *
 * The net is written statement by statement, and the shape of the current tensor is kept beside it,
 * so that whatever is drawn next fits.  Everything is a function of the seed. */
#ifndef DRAW_H
#define DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAME = 64, MAX_TENSORS = 1000, MAX_SYMBOLS = 200, MAX_BLOCKS = 4, MAX_PARAMS = 6 };

typedef struct {
    int rank, dim[3];
} Shape;

typedef struct {
    char *at;
    size_t n, room;
} Text;

/* A tensor that `from` can read here. */
typedef struct {
    char text[NAME];                /* "h3", "h3[2]" */
    Shape shape;
    int step;                       /* its last dimension grows so much an iteration ... */
    bool hidden;                    /* ... and can be read behind the repeat only */
} Tensor;

typedef enum { INT, REAL, BOOL, ACTIVATION, INIT } Kind;

/* A name with a value: a param, a let, a parameter of a block. */
typedef struct {
    Kind kind;
    char text[NAME];
    double value;                   /* of INT, REAL, BOOL */
} Symbol;

typedef struct {
    Symbol symbol[MAX_SYMBOLS];
    int n;
} Symbols;

typedef struct {
    char name[NAME];
    Symbols params;
    Shape in, out;
    bool any_width;                 /* takes every input of this rank, and its last dimension */
    int layers, parameters;
} Block;

typedef struct {
    uint64_t state;                 /* of the random numbers */
    Text head, model, tail, line;   /* declarations; statements; blocks behind; one statement */
    Text *out;                      /* where statements go */
    int indent, counter;
    char from[NAME];                /* what the layer at hand reads; "": the current tensor */
    bool as_param;                  /* the layer at hand becomes a param of kind layer */
    bool quiet;                     /* only globals may be named, and nothing is declared */

    Shape now;                      /* of the current tensor */
    Tensor tensor[MAX_TENSORS];
    int n_tensors, first_tensor;    /* those of the unit begin at first_tensor */
    Symbols globals, locals;
    Block block[MAX_BLOCKS];
    int n_blocks;

    bool steady;                    /* only features and channels may change, not places */
    bool partial;                   /* in an arm that not every iteration takes */
    int arms;                       /* how many such arms are open */
    int definite;                   /* layers that stand in none of them */
    bool dead;                      /* in an arm that is not taken */
    bool in_block, in_repeat;
    char index[NAME];               /* the innermost repeat's variable, or "" */
    int index_count, first_own;     /* its count; the first tensor of its body */
    int depth, times;               /* of compounds; how often a statement stands in the net */
    int layers, parameters, norms;

    int batch;
    bool many;                      /* a batchnorm needs more than one sample in each batch */
    bool trains;                    /* has a layer with weights */
    bool words;                     /* the inputs are whole numbers */
    int vocabulary;
    char target[NAME];
    const char *loss;
    Shape input;
    char source[NAME];              /* with %d for the number of samples, or none */
    int classes;                    /* 0: any, -1: none */
    bool by_step;                   /* a class for each step */
    Shape number;                   /* of a vector as the target; rank 0: any */
    Shape output;
    bool sigmoid;                   /* ends in one */
    char watched[8][NAME];          /* names of layers that expect and observe may name */
    bool weighted[8], timed[8];
    int n_watched;
} Draw;

/* ---- draw_text.c ---- */
void scatter(Draw *d);                              /* the seed */
int below(Draw *d, int n);                          /* 0 .. n - 1 */
int between(Draw *d, int from, int to);             /* both ends in */
bool chance(Draw *d, int percent);
double real_between(Draw *d, double from, double to);       /* of two digits or three */
const char *pick(Draw *d, const char *const *words);        /* NULL ends them */

void text_add(Text *t, const char *format, ...);
void put(Draw *d, const char *format, ...);         /* onto the line at hand */
void end_line(Draw *d);                             /* which goes to d->out, indented */
void open_body(Draw *d);                            /* "... {" */
void next_body(Draw *d, const char *word);          /* "} word", to be opened */
void close_body(Draw *d);                           /* "}" */
void new_name(Draw *d, const char *stem, char name[NAME]);

/* ---- draw_value.c ---- */
void put_int(Draw *d, int value);
void put_real(Draw *d, double value);
void put_bool(Draw *d, bool value);
void put_activation(Draw *d);
void put_init(Draw *d);
void put_shape(Draw *d, Shape s);
void write_bool(Draw *d, bool value);               /* a condition of that value */

/* ---- draw_shape.c ---- */
Shape shape(int rank, int a, int b, int c);
int size(Shape s);
bool same_shape(Shape a, Shape b);
bool same_places(Shape a, Shape b);
int features(Shape s);                              /* channels of an image */
Shape with_features(Shape s, int n);
int draw_divisor(Draw *d, int n);

/* ---- draw_tensor.c ---- */
void add_tensor(Draw *d, const char *name, Shape s);
void add_grown_tensor(Draw *d, const char *name, Shape s, int step);
Tensor *find_tensor(Draw *d, bool (*fits)(const Draw *, const Tensor *));
void leave_repeat(Draw *d, int first, int count);   /* names become arrays */
void begin_layer(Draw *d);                          /* may choose another input */
void end_layer(Draw *d, Shape out, int parameters);
void begin_compound(Draw *d, char name[NAME]);      /* may put "name = " */
void end_compound(Draw *d, const char *name, Shape out);

/* ---- draw_layer.c ---- */
void write_layer(Draw *d);                          /* one that fits the current tensor */
void write_dense(Draw *d, int units);
void write_recurrent(Draw *d, int units, bool all);
void write_activation(Draw *d);
void write_embedding(Draw *d);
void restore(Draw *d, Shape want);                  /* layers that bring the tensor to a shape */
void put_dense_arguments(Draw *d, bool positional); /* activation, initialisers, bias, penalties */
void end_weights(Draw *d, Shape out, int parameters);       /* end_layer of one with weights */

/* ---- draw_window.c ---- */
void draw_conv(Draw *d);
void write_conv_same(Draw *d, int filters);         /* keeps the image's sides */
void draw_pool(Draw *d);
void draw_global_pool(Draw *d);

/* ---- draw_compound.c, draw_repeat.c, draw_block.c ---- */
void write_statements(Draw *d, int n);
bool write_join(Draw *d);
bool write_residual(Draw *d);
bool write_parallel(Draw *d);
bool write_if(Draw *d);
bool write_repeat(Draw *d);
bool write_by_index(Draw *d);
bool write_block(Draw *d);

/* ---- draw_settings.c ---- */
void choose_experiment(Draw *d);                    /* input, target, loss, batch */
void write_settings(Draw *d);

#endif
