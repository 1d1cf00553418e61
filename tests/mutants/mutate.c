/* mutate.c -- write sources with a few tokens changed.
 *
 *     mutate SEED N FOLDER FILE...
 *
 * Writes FOLDER/1.net ... FOLDER/N.net, each a FILE with one or two mutations; equal arguments give
 * equal mutants.  Tokens are names, numbers, strings and marks; blanks and comments are dropped. */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *at;
    int size;
} Token;

typedef struct {
    Token *token;
    int n, room;
} Tokens;

static const char *const numbers[] = {
    "0", "1", "2", "-1", "0.5", "1e-3", "1e308", "1e-320", "1e400", "63", "2147483647",
    "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
    "100000000000000000000000000", "0..3",
};
static const char *const words[] = {
    "param", "let", "block", "model", "train", "input", "target", "repeat", "as", "residual",
    "shortcut", "parallel", "branch", "if", "else", "from", "in", "where", "true", "false",
    "data", "import", "scale", "learn(0)", "int", "h", "h[0]", "h[-1]", "dense", "dense(3)",
    "relu", "sigmoid", "softmax", "add", "mul", "concat", "flatten", "reshape([2, 2])",
    "dropout(0.5)", "batchnorm", "layernorm", "conv(3, 3)", "lstm(4)", "nan", "inf", "x", "y",
    "p", "n", "weight", "BATCH", "NULL", "constant(1)", "mse", "adam(lr = 1)",
};
static const char *const marks[] = {
    "(", ")", "[", "]", "{", "}", ";", ",", "=", "==", "..", "+", "-", "*", "/", "%", "!", "&&",
    "||", "<", ":", "->", ".", "\"", "\\", "@", "/*", "//", "\"a\\n\"", "",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "mutate: %s\n", what);
    exit(1);
}

/* splitmix64 (Steele, Lea and Flood 2014) */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int below(uint64_t *state, int n)
{
    return (int)(next(state) % (uint64_t)n);
}

static char *read_file(const char *path)
{
    FILE *in = fopen(path, "rb");
    char *text = calloc(1, 1u << 20);

    if (!in || !text || fread(text, 1, (1u << 20) - 1, in) == 0)
        die(path);
    fclose(in);
    return text;
}

static void insert(Tokens *t, int at, Token new)
{
    if (t->n == t->room) {
        t->room = 2 * t->room + 64;
        t->token = realloc(t->token, (size_t)t->room * sizeof new);
        if (!t->token)
            die("out of memory");
    }
    memmove(t->token + at + 1, t->token + at, (size_t)(t->n - at) * sizeof new);
    t->token[at] = new;
    t->n++;
}

static void take_out(Tokens *t, int at)
{
    memmove(t->token + at, t->token + at + 1, (size_t)(t->n - at - 1) * sizeof *t->token);
    t->n--;
}

/* Bytes of blank or comment at s. */
static int blank(const char *s)
{
    const char *end;

    if (s[0] == '/' && s[1] == '/')
        return (int)strcspn(s, "\n");
    if (s[0] == '/' && s[1] == '*' && (end = strstr(s + 2, "*/")))
        return (int)(end + 2 - s);
    return (int)strspn(s, " \t\n\r");
}

/* 64, 0.5, 1.0e-3 */
static int number_size(const char *s)
{
    static const char digits[] = "0123456789";
    size_t n = strspn(s, digits);

    if (s[n] == '.' && isdigit((unsigned char)s[n + 1]))
        n += 1 + strspn(s + n + 1, digits);
    if (s[n] == 'e') {
        const size_t sign = strspn(s + n + 1, "+-"), power = strspn(s + n + 1 + sign, digits);
        n += power ? 1 + sign + power : 0;
    }
    return (int)n;
}

static int token_size(const char *s)
{
    static const char alphanumeric[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    if (isalpha((unsigned char)*s) || *s == '_')
        return (int)strspn(s, alphanumeric);
    if (isdigit((unsigned char)*s))
        return number_size(s);
    if (*s == '"') {
        int n = 1;
        while (s[n] && s[n] != '"' && s[n] != '\n')
            n += s[n] == '\\' && s[n + 1] ? 2 : 1;
        return n + (s[n] == '"');
    }
    return strspn(s, "=<>!&|.-") >= 2 && (s[1] == '=' || s[0] == s[1] || s[1] == '>') ? 2 : 1;
}

static Tokens tokens_of(const char *s)
{
    Tokens t = { 0 };

    while (*s) {
        const int skip = blank(s);
        s += skip;
        if (skip || !*s)
            continue;
        insert(&t, t.n, (Token){ s, token_size(s) });
        s += t.token[t.n - 1].size;
    }
    return t;
}

static Token text(const char *s)
{
    return (Token){ s, (int)strlen(s) };
}

/* A token like the one that it stands for. */
static Token other(uint64_t *state, Token old)
{
    if (isdigit((unsigned char)*old.at))
        return text(numbers[below(state, COUNT(numbers))]);
    if (isalpha((unsigned char)*old.at))
        return text(words[below(state, COUNT(words))]);
    return text(marks[below(state, COUNT(marks))]);
}

/* A number or a name of t, if chance finds one. */
static int any_value(uint64_t *state, const Tokens *t, bool number)
{
    int at = 0;

    for (int i = 0; i < 64; i++) {
        at = below(state, t->n);
        const unsigned char c = (unsigned char)*t->token[at].at;
        if (number ? isdigit(c) : isalpha(c))
            break;
    }
    return at;
}

static bool ends_statement(Token k)
{
    return k.size == 1 && strchr(";{}", *k.at);
}

/* The first token of the statement that `at` is in; *n: its tokens, with its `;`. */
static int statement(const Tokens *t, int at, int *n)
{
    int first = at, last = at;

    while (first > 0 && !ends_statement(t->token[first - 1]))
        first--;
    while (last < t->n - 1 && !ends_statement(t->token[last]))
        last++;
    *n = last + 1 - first;
    return first;
}

/* n tokens of `from` to a place in t; both may be the same. */
static void graft(Tokens *t, int at, const Tokens *from, int first, int n)
{
    Token *copy = malloc((size_t)n * sizeof *copy);

    if (!copy)
        die("out of memory");
    memcpy(copy, from->token + first, (size_t)n * sizeof *copy);
    for (int i = 0; i < n; i++)
        insert(t, at + i, copy[i]);
    free(copy);
}

/* What mistakes a person makes with the grammar. */
static void mutate_roughly(uint64_t *state, Tokens *t, const Tokens *another)
{
    const int at = below(state, t->n), with = below(state, t->n);
    const int start = below(state, another->n), rest = another->n - start;
    const Token old = t->token[at];

    switch (below(state, 6)) {
    case 0:
        take_out(t, at);
        break;
    case 1:
        insert(t, at, old);
        break;
    case 2:
        t->token[at] = t->token[with];
        t->token[with] = old;
        break;
    case 3:
        graft(t, at, another, start, 1 + below(state, rest < 12 ? rest : 12));
        break;
    case 4:
        t->token[at] = another->token[start];
        break;
    default:
        t->token[at] = other(state, old);
        break;
    }
}

/* What keeps the grammar, most of the time. */
static void mutate_finely(uint64_t *state, Tokens *t, const Tokens *another)
{
    const bool number = below(state, 2) == 0;
    const int at = any_value(state, t, number), with = any_value(state, another, number);
    int n, n_other, first = statement(t, below(state, t->n), &n);
    const int other_first = statement(another, below(state, another->n), &n_other);

    switch (below(state, 6)) {
    case 0:
        t->token[at] = number ? text(numbers[below(state, COUNT(numbers))]) : another->token[with];
        break;
    case 1:
        t->token[at] = another->token[with];
        break;
    case 2:
        t->token[at] = t->token[any_value(state, t, number)];
        break;
    case 3:
        while (n-- > 0)
            take_out(t, first);
        break;
    case 4:
        graft(t, first, another, other_first, n_other);
        break;
    default:
        graft(t, statement(t, below(state, t->n), &n_other), t, first, n);
        break;
    }
}

static void mutate(uint64_t *state, Tokens *t, const Tokens *another)
{
    if (below(state, 3) == 0)
        mutate_roughly(state, t, another);
    else
        mutate_finely(state, t, another);
}

/* A line a statement, so that places are worth checking. */
static void write_source(const char *path, const Tokens *t)
{
    FILE *out = fopen(path, "wb");

    if (!out)
        die(path);
    for (int i = 0; i < t->n; i++) {
        const Token k = t->token[i];
        fprintf(out, "%.*s%s", k.size, k.at, ends_statement(k) ? "\n" : " ");
    }
    if (fclose(out) != 0)
        die(path);
}

int main(int argc, char **argv)
{
    if (argc < 5)
        die("usage: mutate SEED N FOLDER FILE...");
    uint64_t state = strtoull(argv[1], NULL, 10);
    const int n = atoi(argv[2]), n_files = argc - 4;

    for (int i = 1; i <= n; i++) {
        char path[4096], *from = read_file(argv[4 + below(&state, n_files)]);
        char *by = read_file(argv[4 + below(&state, n_files)]);
        Tokens t = tokens_of(from), another = tokens_of(by);
        for (int k = 1 + below(&state, 6) / 4; k > 0 && t.n > 1 && another.n > 0; k--)
            mutate(&state, &t, &another);
        snprintf(path, sizeof path, "%s/%d.net", argv[3], i);
        write_source(path, &t);
        free(t.token), free(another.token), free(from), free(by);
    }
    return 0;
}
