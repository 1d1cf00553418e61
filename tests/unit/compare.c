/* compare.c -- what `netc diff` finds: lines against the plain table, layers against what was edited. */
#include "checked.h"
#include "compare.h"
#include "test.h"

/* ---- Lines ---------------------------------------------------------------------------------- */

enum { MOST = 300 };

/* Lengths of common subsequences of all prefixes. */
static int common_by_table(const char *a, const char *b)
{
    static int length[MOST + 1][MOST + 1];
    const int n = (int)strlen(a), m = (int)strlen(b);

    for (int i = 1; i <= n; i++)
        for (int k = 1; k <= m; k++) {
            const int more = length[i - 1][k] > length[i][k - 1] ? length[i - 1][k]
                                                                 : length[i][k - 1];
            length[i][k] = a[i - 1] == b[k - 1] ? length[i - 1][k - 1] + 1 : more;
        }
    return length[n][m];
}

/* A line a letter. */
static char *lines_of(const char *letters, Arena *a)
{
    const size_t n = strlen(letters);
    char *text = arena_alloc(a, 2 * n + 1);

    for (size_t i = 0; i < n; i++) {
        text[2 * i] = letters[i];
        text[2 * i + 1] = '\n';
    }
    return text;
}

static bool lines_agree(const char *old, const char *new)
{
    Arena *a = arena_new(out_of_memory, NULL);
    const LineChange c = compare_lines(lines_of(old, a), lines_of(new, a), a);
    const int common = common_by_table(old, new);

    arena_free(a);
    return c.old_lines == (int)strlen(old) && c.new_lines == (int)strlen(new)
        && c.removed == c.old_lines - common && c.added == c.new_lines - common;
}

TEST(lines)
{
    CHECK(lines_agree("", ""));
    CHECK(lines_agree("abc", "abc"));
    CHECK(lines_agree("", "abc"));
    CHECK(lines_agree("abc", ""));
    CHECK(lines_agree("abcdef", "xbxdxf"));
    CHECK(lines_agree("aaaa", "aa"));
}

static void draw(char *text, unsigned *seed, int letters)
{
    *seed = *seed * 1664525u + 1013904223u;
    const int n = (int)(*seed >> 16) % (MOST - 1);

    for (int i = 0; i < n; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        text[i] = (char)('a' + (int)(*seed >> 16) % letters);
    }
    text[n] = '\0';
}

TEST(drawn_lines)
{
    char old[MOST], new[MOST];
    unsigned seed = 7;

    for (int i = 0; i < 300; i++) {
        draw(old, &seed, 2 + i % 24);
        draw(new, &seed, 2 + i % 24);
        CHECK(lines_agree(old, new));
    }
}

/* ---- Layers --------------------------------------------------------------------------------- */

static Compilation compiled(const char *text, Session *s)
{
    Compilation c = { .source = source_from_text("test.net", text, strlen(text), s->arena),
                      .reuse = true };

    *s = (Session){ s->arena, intern_new(s->arena), diag_new(s->arena), NULL };
    s->vocabulary = vocabulary_new(s->names, s->arena);
    if (!compile_check(&c, s)) {
        diag_print(s->diag, DIAG_TEXT, false, stdout);
        abort();
    }
    compile_plan(&c, s);
    compile_emit(&c, s);
    return c;
}

/* One letter a match that differs: + - ~ and, of one that moved, m; of one renamed, r. */
static const char *changes(const char *old, const char *new)
{
    static char text[1000];
    Session s = { .arena = arena_new(out_of_memory, NULL) };
    const Compilation a = compiled(old, &s), b = compiled(new, &s);
    const Comparison c = compare(&a, &b, s.arena);
    size_t n = 0;

    for (int i = 0; i < c.n_matches; i++) {
        const Match *m = &c.match[i];
        if (match_differs(m))
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%s", n ? " " : "",
                                  !m->old ? "+" : !m->new ? "-" : m->moved ? "m"
                                  : m->renamed ? "r" : "~", (m->new ? m->new : m->old)->path);
    }
    text[n] = '\0';
    CHECK(c.differs == (c.n_entries > 0 || c.c.added + c.c.removed > 0 || n > 0));
    arena_free(s.arena);
    return text;
}

#define OLD MODEL("a = dense(32); relu; dense(16); b = dense(8); dense(10);")
#define SAME_OUTCOME(new, want) CHECK_TEXT(changes(OLD, MODEL(new)), want)

TEST(single_edits)
{
    SAME_OUTCOME("a = dense(32); relu; dense(16); b = dense(8); dense(10);", "");
    SAME_OUTCOME("a = dense(units = 32, act = linear); relu; dense(16); b = dense(8); dense(10);",
                 "");
    SAME_OUTCOME("a = dense(33); relu; dense(16); b = dense(8); dense(10);", "~a ~relu ~dense");
    SAME_OUTCOME("a = dense(32); relu; dense(16); c = dense(8); dense(10);", "rc");
    SAME_OUTCOME("a = dense(32); tanh; dense(16); b = dense(8); dense(10);", "~a ~tanh");
}

/* An unnamed layer more shifts the ranks of those behind it, and nothing else. */
TEST(insertions_and_deletions)
{
    SAME_OUTCOME("dense(64); a = dense(32); relu; dense(16); b = dense(8); dense(10);", "+dense");
    SAME_OUTCOME("a = dense(32); relu; dense(16); dropout(0.5); b = dense(8); dense(10);",
                 "+dropout");
    SAME_OUTCOME("a = dense(32); relu; b = dense(8); dense(10);", "-dense ~b");
}

TEST(moves)
{
    SAME_OUTCOME("residual { a = dense(64); } relu; dense(16); b = dense(8); dense(10);",
                 "+residual ma ~relu ~dense");
    CHECK_TEXT(changes(MODEL("a = dense(64); b = dense(64); c = dense(64, act = tanh); dense(10);"),
                       MODEL("b = dense(64); c = dense(64, act = tanh); a = dense(64); dense(10);")),
               "ma");
}

TEST(repeats)
{
    CHECK_TEXT(changes(MODEL("repeat 5 { h = dense(64); } dense(10);"),
                       MODEL("repeat 9 { h = dense(64); } dense(10);")), "~repeat_h");
    CHECK_TEXT(changes(MODEL("repeat 5 { h = dense(64); } dense(10);"),
                       MODEL("repeat 5 { h = dense(64, act = tanh); } dense(10);")), "~h[0..4]");
    CHECK_TEXT(changes(MODEL("repeat 3 as i { repeat 2 { dense(64 - i); } } dense(10);"),
                       MODEL("repeat 3 as i { repeat 2 { dense(64 - i); relu; } } dense(10);")),
               "~dense[0..2][0..1] +relu[0..2][0..1]");
}

/* In each instance of a block. */
TEST(blocks)
{
    CHECK_TEXT(changes("block u(n: int) { w = dense(n); relu; } "
                       MODEL("p = u(64); q = u(64); dense(10);"),
                       "block u(n: int) { w = dense(n); layernorm; relu; } "
                       MODEL("p = u(64); q = u(64); dense(10);")),
               "+p.layernorm +q.layernorm");
}

/* A list is compared to its end, and what is said outside of layers counts. */
TEST(settings)
{
#define STEPS(last) "data = digits(split = 0.8); model { input [64]; target class(10); dense(10); } " \
                    "train { optimizer = adam; schedule = step(at = [1, 2, 3, 4, 5, 6, 7, 8, " last \
                    "]); }"
    Session s = { .arena = arena_new(out_of_memory, NULL) };
    const Compilation a = compiled(STEPS("9, 10"), &s), b = compiled(STEPS("9, 11"), &s);
    const Comparison c = compare(&a, &b, s.arena);

    CHECK(c.n_entries == 1);
    CHECK_TEXT(c.entry[0].key, "schedule.at");
    CHECK_TEXT(c.entry[0].new, "[1, 2, 3, 4, 5, 6, 7, 8, 9, 11]");
    arena_free(s.arena);
}

/* The iterations that differ are told together. */
TEST(numbers)
{
    Session s = { .arena = arena_new(out_of_memory, NULL) };
    const Compilation a = compiled(MODEL("repeat 3 as i { h = dense(30 - i); } dense(10);"), &s);
    const Side side = compare_side(&a, intern_new(s.arena), s.arena);
    const Part *h = side.parts.part[0]->parts.part[0];

    CHECK_TEXT(h->text, "dense({30, 29, 28}, init = xavier_uniform)");
    CHECK_TEXT(h->in, "[64], [30], [29]");
    CHECK(h->copies == 3);
    CHECK(h->parameters == 65 * 30 + 31 * 29 + 30 * 28);
    CHECK(h->multiply_adds == 64 * 30 + 30 * 29 + 29 * 28);
    arena_free(s.arena);
}

int main(void)
{
    RUN(lines);
    RUN(drawn_lines);
    RUN(single_edits);
    RUN(insertions_and_deletions);
    RUN(moves);
    RUN(repeats);
    RUN(blocks);
    RUN(settings);
    RUN(numbers);
    return test_done();
}
