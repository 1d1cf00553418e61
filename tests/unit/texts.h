/* texts.h -- valid texts of the language: each kind of declaration, statement and expression. */
#ifndef TEXTS_H
#define TEXTS_H

/* The first sample of docs/language.md. */
#define SAMPLE_EXPERIMENT                                                                          \
    "// Where does the gradient die in twenty sigmoid layers?\n"                                   \
    "param depth: int        = 20;\n"                                                              \
    "param phi:   activation = sigmoid;\n"                                                         \
    "param w:     init       = xavier_uniform;\n"                                                  \
    "\n"                                                                                           \
    "data = digits(split = 0.8);\n"                                                                \
    "\n"                                                                                           \
    "model {\n"                                                                                    \
    "    input  [64];\n"                                                                           \
    "    target class(10);\n"                                                                      \
    "    repeat depth as i {\n"                                                                    \
    "        h = dense(64, act = phi, init = w);\n"                                                \
    "    }\n"                                                                                      \
    "    logits = dense(10);\n"                                                                    \
    "}\n"                                                                                          \
    "\n"                                                                                           \
    "train {\n"                                                                                    \
    "    loss      = softmax_cross_entropy;\n"                                                     \
    "    optimizer = sgd(lr = 0.1, momentum = 0.9);\n"                                             \
    "    clip      = global_norm(1.0);\n"                                                          \
    "    batch     = 32;\n"                                                                        \
    "    epochs    = 10;\n"                                                                        \
    "    seed      = 42;\n"                                                                        \
    "}\n"                                                                                          \
    "\n"                                                                                           \
    "observe { every = 50; }\n"                                                                    \
    "\n"                                                                                           \
    "expect {\n"                                                                                   \
    "    flow(h, step = 0) < 1e-9;  // vanished before the first update\n"                         \
    "    clip.fraction < 0.1;       // and clipping cannot bring it back\n"                        \
    "}\n"                                                                                          \
    "\n"                                                                                           \
    "sweep {\n"                                                                                    \
    "    phi   in [sigmoid, tanh, relu];\n"                                                        \
    "    w     in [normal(0.01), xavier_uniform, he_normal];\n"                                    \
    "    depth in [5, 20, 50];\n"                                                                  \
    "}\n"

#define SAMPLE_DATA                                                                                \
    "data {\n"                                                                                     \
    "    train     = idx(\"train-images-idx3-ubyte.gz\", \"train-labels-idx1-ubyte.gz\");\n"       \
    "    test      = idx(\"t10k-images-idx3-ubyte.gz\", \"t10k-labels-idx1-ubyte.gz\");\n"         \
    "    scale     = 1/255;             // or: normalize = standard;\n"                            \
    "    augment   = [hflip, crop(pad = 4)];\n"                                                    \
    "    limit     = 10000;\n"                                                                     \
    "}\n"

#define SAMPLE_DECLARATIONS                                                                        \
    "#!/usr/bin/env netc\n"                                                                        \
    "import \"blocks.net\";\n"                                                                     \
    "param n: int;\n"                                                                              \
    "param rnn: layer = lstm(64);\n"                                                               \
    "let list = [1, 2, 3][0] + -2 * (3 - 1) / 4 % 5;\n"                                            \
    "let truth = !a && b == c || d != e; let range = 1..5; let empty = [];\n"                      \
    "let text = \"a \\\"b\\\" \\\\ \\n\\t\"; let real = 1.0e-3; let short_real = 1e-3;\n"          \
    "let less = a < b; let le = a <= b; let more = a > b; let ge = a >= b;\n"                      \
    "let called = max(sqrt(2), len(list), stage[1].unit.x, -f(), !t);\n"                           \
    "allow vanishing-gradient; allow dead;\n"                                                      \
    "block plain { relu; }\n"                                                                      \
    "block none() { relu; }\n"                                                                     \
    "block b(c: int, s: int = 2,) : [C, H, W] -> [c, H/s, W/s] { conv(c, 3, stride = s); }\n"

#define SAMPLE_MODEL                                                                               \
    "model {\n"                                                                                    \
    "    input [1, 28, 28];\n"                                                                     \
    "    target class(10); target [1]; target input; target thing;\n"                              \
    "    dense(100, act = tanh,); relu; relu();\n"                                                 \
    "    fc1 = dense(100);\n"                                                                      \
    "    dense(10) : [10];\n"                                                                      \
    "    add from a, b; concat from h[0], h[n - 1], stage[1].unit; dense(10) from a;\n"            \
    "    x = dense(10) from a : [10]; y = dense(10) : [10] from a; bare = dense;\n"                \
    "    repeat n as i { h = dense(64); }\n"                                                       \
    "    repeat 2 * n { relu; }\n"                                                                 \
    "    residual { relu; }\n"                                                                     \
    "    r = residual(scale = learn(0)) { relu; } shortcut { dense(3); }\n"                        \
    "    residual() { } shortcut { }\n"                                                            \
    "    p = parallel(join = concat) { branch { relu; } branch { } }\n"                            \
    "    parallel { branch { tanh; } }\n"                                                          \
    "    if n == 1 { relu; } else if n < 3 && flag { tanh; } else { }\n"                           \
    "    if (n > 1) { relu; }\n"                                                                   \
    "    bottleneck(64, stride = 2);\n"                                                            \
    "}\n"

#define SAMPLE_SETTINGS                                                                            \
    "data { train = 3; where = standard; }\n"                                                      \
    "train { }\n"                                                                                  \
    "observe { layers = all; histograms = true; }\n"                                               \
    "expect { loss.train < 0.5; flow < 2 || !(dead(h) > 0.1); accuracy.test >= 0.9; }\n"           \
    "sweep { seed in 1..5; lr in a; where depth < 50 || phi == relu; }\n"

static const char *const samples[] = {
    SAMPLE_EXPERIMENT,
    SAMPLE_DATA,
    SAMPLE_DECLARATIONS,
    SAMPLE_MODEL,
    SAMPLE_SETTINGS,
    SAMPLE_DECLARATIONS SAMPLE_SETTINGS SAMPLE_MODEL,
    "",
    "// nothing\n",
};

#endif
