/* infer.c -- names, shapes, units, runs and initialisers of the model. */
#include <time.h>

#include "test.h"
#include "checked.h"
#include "language_limits.h"

static const Item *item(const Checked *c, int k)
{
    return k < c->model->unit->items.n ? c->model->unit->items.item[k] : NULL;
}

static const char *init_of(const Item *i)
{
    return call_arg(i->callee, i->arg, "init")->callee->name;
}

/* The names of the model's items, with a space behind each. */
static const char *names(const Checked *c)
{
    const char *text = "";

    for (int i = 0; i < c->model->unit->items.n; i++)
        text = arena_printf(c->s.arena, "%s%s ", text, item(c, i)->name);
    return text;
}

#define SMALL "model { input [64]; target class(10); dense(10); } "

/* ---- Names ---- */

TEST(layers_are_named_by_kind_and_rank)
{
    Checked c = check_text(MODEL("dense(8); relu; dense(8); relu; out = dense(8); dense(10);"));

    CHECK_TEXT(names(&c), "dense relu dense_2 relu_2 out dense_3 ");
    CHECK(item(&c, 4)->named && !item(&c, 0)->named);
    checked_free(&c);
    c = check_text(MODEL("dense(8); dense_2 = relu; dense(8); dense = tanh; dense(10);"));
    CHECK_TEXT(names(&c), "dense_3 dense_2 dense_4 dense dense_5 ");
    checked_free(&c);
}

TEST(bodies_share_the_names_of_their_unit)
{
    Checked c = check_text(MODEL("dense(64); residual { dense(64); residual { dense(64); } }"
                                 "repeat 2 { dense(64); } repeat 2 { dense(64); } dense(10);"));
    const Item *outer = item(&c, 1), *first = item(&c, 2), *second = item(&c, 3);

    CHECK_TEXT(names(&c), "dense residual repeat_dense_4 repeat_dense_5 dense_6 ");
    CHECK_TEXT(outer->body.item[0]->name, "dense_2");
    CHECK_TEXT(outer->body.item[1]->name, "residual_2");
    CHECK_TEXT(first->iteration[0]->items.item[0]->name, "dense_4");
    CHECK_TEXT(first->iteration[1]->items.item[0]->name, "dense_4");
    CHECK_TEXT(second->iteration[0]->items.item[0]->name, "dense_5");
    CHECK(first->n_runs == 1 && second->n_runs == 1);
    checked_free(&c);
    c = check_text(MODEL("residual { repeat 2 { residual { dense(64); } } } dense(10);"));
    CHECK_TEXT(names(&c), "residual dense_2 ");
    CHECK_TEXT(item(&c, 0)->body.item[0]->iteration[1]->items.item[0]->name, "residual_2");
    checked_free(&c);
    CHECK(says_once(MODEL("h = dense(10); h = dense(10);"), "a second layer is named 'h'"));
    CHECK(says_once(MODEL("h = dense(64); residual { h = dense(64); } dense(10);"), "named 'h'"));
    CHECK(says_once(MODEL("repeat 2 { h = dense(10); } repeat 2 { h = dense(10); }"), "two repeats"));
    CHECK(is_fine(MODEL("if true { h = dense(10); } else { h = relu; }")));
}

TEST(notes_are_few)
{
    Checked c = check_text("block a() { relu : [3]; } block b() { a; } block d() { b; }"
                           " block e() { d; } block f() { e; } " MODEL("f; dense(10);"));

    CHECK(count_text(c.messages, "[NET") == 1 && count_text(c.messages, "note: ") == 3);
    CHECK(strstr(c.messages, "the block 'a'") && strstr(c.messages, "the block 'b'") &&
          strstr(c.messages, "the block 'f'"));
    checked_free(&c);
    CHECK(says_once("block dense(n: int) { relu; } " MODEL("dense(64, act = relu); dense(10);"),
                    "NET0219"));
    CHECK(says_once(TRAIN "model { repeat 2 { input [64]; dense(10); } target class(10); }",
                    "directly in the model"));
    CHECK(says_once(MODEL("reshape(8, 8); dense(10);"), "reshape([...])"));
}

TEST(names_in_repeats_are_arrays_beside_the_other_names)
{
    Checked c = check_text(MODEL("repeat 2 { repeat 2 { dense(64); } dense(64); dense_4 = relu; }"
                                 " repeat 3 as i { if i > 0 { dense(64); } } dense(10);"));
    const Unit *first = item(&c, 0)->iteration[1], *second = item(&c, 1)->iteration[2];

    CHECK(c.ok && item(&c, 0)->n_runs == 1);
    CHECK_TEXT(first->items.item[0]->iteration[1]->items.item[0]->name, "dense");
    CHECK_TEXT(first->items.item[1]->name, "dense_2");
    CHECK_TEXT(second->items.item[0]->name, "dense_3");
    CHECK_TEXT(item(&c, 2)->name, "dense_5");
    checked_free(&c);
    CHECK(says_once(MODEL("h = dense(8); repeat 2 { h = dense(8); } dense(10);"), "an array"));
    CHECK(says_once(MODEL("repeat 2 { h = dense(8); } h = dense(10);"), "an array"));
    CHECK(says_once(MODEL("repeat 2 { h = dense(8); repeat 2 { h = relu; } } dense(10);"),
                    "two repeats"));
    CHECK(is_fine("block b() { h = dense(10); } " MODEL("h = b; repeat 2 { g = b; }")));
}

/* ---- Tensors ---- */

TEST(from_reads_named_tensors)
{
    Checked c = check_text(MODEL("a = dense(8); b = dense(8); add from a, b; dense(10) from a;"));

    CHECK(c.ok);
    CHECK(item(&c, 2)->n_from == 2 && item(&c, 2)->from[0].item == item(&c, 0));
    CHECK(item(&c, 3)->from[0].item == item(&c, 0));
    CHECK(item(&c, 0)->from[0].kind == REF_INPUT && item(&c, 0)->from[0].input == 0);
    checked_free(&c);
}

TEST(iterations_are_exported)
{
    Checked c = check_text(MODEL("repeat 4 { h = dense(8); } add from h[1], h[3]; dense(10);"));
    const Item *repeat = item(&c, 0), *add = item(&c, 1);

    CHECK(c.ok);
    CHECK(add->from[0].kind == REF_EXPORT && add->from[0].iteration == 1 && add->from[0].output == 0);
    CHECK(add->from[1].kind == REF_ITEM && add->from[1].item == repeat);
    CHECK(repeat->iteration[1]->n_exports == 1 && repeat->iteration[3]->n_exports == 0);
    CHECK(repeat->n_runs == 3);         /* 0 (64 inputs) | 1 (exported) | 2, 3 */
    CHECK(repeat->run[2].first == 2 && repeat->run[2].count == 2);
    CHECK(repeat->iteration[2] == repeat->iteration[3]);
    checked_free(&c);
}

TEST(bodies_capture_outer_tensors)
{
    Checked c = check_text(MODEL("x = dense(8); repeat 3 { dense(8); add from dense, x; } dense(10);"));
    const Item *repeat = item(&c, 1);
    const Unit *u = repeat->iteration[0];

    CHECK(c.ok && u->n_captures == 1);
    CHECK(u->capture[0].kind == REF_ITEM && u->capture[0].item == item(&c, 0));
    CHECK(shape_equal(u->capture_shape[0], shape1(8)));
    CHECK(u->items.item[1]->from[1].kind == REF_INPUT && u->items.item[1]->from[1].input == 1);
    CHECK(repeat->n_runs == 1 && repeat->run[0].count == 3);
    checked_free(&c);
}

TEST(captures_pass_through_inner_repeats)
{
    Checked c = check_text(MODEL("x = dense(8); repeat 2 { repeat 2 { d = dense(8); add from d, x; } }"
                                 "dense(10);"));
    const Unit *outer = item(&c, 1)->iteration[0];
    const Unit *inner = outer->items.item[0]->iteration[0];

    CHECK(c.ok && outer->n_captures == 1 && inner->n_captures == 1);
    CHECK(inner->capture[0].kind == REF_INPUT && inner->capture[0].input == 1);
    CHECK(item(&c, 1)->n_runs == 1 && outer->items.item[0]->n_runs == 1);
    checked_free(&c);
}

TEST(earlier_iterations_are_captured)
{
    Checked c = check_text(MODEL("dense(8); repeat 5 as i { if i > 1 { add from h[i-1], h[i-2]; }"
                                 " h = dense(8); } dense(10);"));
    const Item *repeat = item(&c, 1);
    const Unit *third = repeat->iteration[2];

    CHECK(c.ok && third->n_captures == 1);
    CHECK(third->capture[0].kind == REF_EXPORT && third->capture[0].item == repeat);
    CHECK(third->capture[0].iteration == 0);
    CHECK(third->items.item[0]->from[0].kind == REF_INPUT && !third->items.item[0]->from[0].input);
    CHECK(repeat->n_runs == 5);
    checked_free(&c);
}

TEST(wrong_tensors)
{
    CHECK(says_once(MODEL("dense(10) from b; b = relu;"), "comes later in the model"));
    CHECK(says_once(MODEL("dense(10) from b;"), "unknown tensor 'b'"));
    CHECK(says_once(MODEL("left = dense(10); relu from letf;"), "did you mean 'left'"));
    CHECK(says_once(MODEL("h = dense(10) from h;"), "cannot read itself"));
    CHECK(says_once(MODEL("repeat 3 { h = dense(10); } relu from h;"), "'h[0]' to 'h[2]'"));
    CHECK(says_once(MODEL("repeat 3 { h = dense(10); } relu from h[3];"), "'h[0]' to 'h[2]'"));
    CHECK(says_once(MODEL("repeat 0 { h = dense(10); } dense(10) from h[0];"), "no iteration"));
    CHECK(says_once(MODEL("repeat 2 as i { h = dense(64) from h[i-1]; } dense(10);"), "no iteration"));
    CHECK(says_once(MODEL("repeat 2 as i { relu from h; h = dense(10); }"), "'h[i-1]'"));
    CHECK(says_once(MODEL("repeat 2 as i { repeat 2 { h = dense(10); } } relu from h[0];"), "inner"));
    CHECK(says_once(MODEL("a = dense(10); relu from a[0];"), "takes no index"));
    CHECK(says_once(MODEL("if false { a = dense(10); } dense(10) from a;"), "not taken"));
    CHECK(says_once("block b() { u = dense(10); } " MODEL("x = b(); relu from u;"), "inside block 'b'"));
    CHECK(says_once("block b() { u = dense(10); } " MODEL("x = b(); relu from x.u;"), "inside a block"));
    CHECK(says_once("block b() { dense(10) from x; } " MODEL("x = dense(3); b();"), "unknown tensor"));
    CHECK(says_once(MODEL("a = dense(10); add from a;"), "two or more"));
    CHECK(says_once(MODEL("a = dense(10); add;"), "two or more"));
    CHECK(says_once(MODEL("a = dense(10); b = dense(10); relu from a, b;"), "takes one tensor"));
    CHECK(says_once(MODEL("repeat 2 as i { if i == 0 { h = dense(10); } else { relu; } } relu from h[1];"),
                    "iteration 1 has no layer 'h'"));
}

/* ---- Repeats ---- */

TEST(equal_iterations_fold)
{
    Checked c = check_text(MODEL("repeat 6 as i { dense(32); if i == 3 { relu; } } dense(10);"));
    const Item *repeat = item(&c, 0);

    CHECK(repeat->count == 6 && repeat->n_runs == 4);   /* 0 | 1 2 | 3 | 4 5 */
    CHECK(repeat->run[1].first == 1 && repeat->run[1].count == 2);
    CHECK(repeat->run[1].unit == repeat->run[3].unit);  /* equal, though no neighbours */
    CHECK(repeat->run[1].unit != repeat->run[2].unit);
    CHECK(shape_equal(repeat->in, shape1(64)) && shape_equal(repeat->out, shape1(32)));
    CHECK(c.model->n_layers == 8);
    checked_free(&c);
    c = check_text(MODEL("repeat 4 as i { dense(64, l2 = 0.1 * i); } dense(10);"));
    CHECK(item(&c, 0)->n_runs == 4);
    checked_free(&c);
    c = check_text(MODEL("repeat 4 as i { dense(64); } dense(10);"));
    CHECK(item(&c, 0)->n_runs == 1);
    checked_free(&c);
}

/* Iterations that cannot differ are built once, but counted and indexed like all others. */
TEST(iterations_that_cannot_differ)
{
    Checked c = check_text(MODEL("repeat 9 as i { h = dense(32); } dense(10);"));

    CHECK(item(&c, 0)->n_runs == 2 && item(&c, 0)->run[1].count == 8);
    CHECK(c.model->n_layers == 10);
    checked_free(&c);
    c = check_text(MODEL("repeat 9 as i { h = dense(32); } dense(10) from h[4];"));
    CHECK(item(&c, 0)->n_runs == 4);                    /* 0 | 1 .. 3 | 4 | 5 .. 8 */
    CHECK(item(&c, 0)->run[2].first == 4 && item(&c, 0)->run[2].count == 1);
    checked_free(&c);
    c = check_text(MODEL("repeat 9 as i { repeat 9 as j { dense(8 + i); } } dense(10);"));
    CHECK(item(&c, 0)->n_runs == 9 && c.model->n_layers == 82);
    checked_free(&c);
}

TEST(empty_repeats_leave_no_item)
{
    Checked c = check_text(MODEL("repeat 0 { dense(8); } dense(10); repeat 3 { }"));

    CHECK(c.ok && c.model->unit->items.n == 1);
    CHECK(item(&c, 0)->from[0].kind == REF_INPUT);
    checked_free(&c);
}

TEST(repeats_are_limited)
{
    char text[400];

    for (int extra = 0; extra <= 1; extra++) {
        snprintf(text, sizeof text, MODEL("repeat %d { dense(10); }"), (int)LIMIT_LAYERS + extra);
        Checked c = check_text(text);
        CHECK(c.ok == !extra && count_text(c.messages, "NET0238") == extra);
        checked_free(&c);
    }
    CHECK(says_once(MODEL("repeat 1000000000000 { dense(10); }"), "NET0238"));
    CHECK(says_once(MODEL("repeat 10000 { repeat 10000 { repeat 10000 { dense(10); } } }"), "NET0238"));
    CHECK(says_once(MODEL("repeat 10000 { repeat 10000 { } } dense(10);"), "NET0238"));
    CHECK(says_once("block a() { repeat 100 { relu; } } block b() { repeat 100 { a(); } } "
                    MODEL("repeat 2 { b(); } dense(10);"), "NET0238"));
    CHECK(says_once(MODEL("repeat -1 { dense(10); }"), "0 or more"));
    CHECK(says_once(MODEL("repeat 2.5 { dense(10); }"), "wants an int"));
}

TEST(a_mistake_in_a_repeat_is_one_message)
{
    CHECK(says_once(MODEL("repeat 20 { Linear(3); } dense(10);"), "did you mean 'dense'"));
    CHECK(says_once(MODEL("repeat 20 { flatten; reshape([8, 8, 2]); } dense(10);"), "NET0308"));
    CHECK(says_once("block b(n: int) { dens(n); } " MODEL("b(1); b(2); b(3); dense(10);"), "'dense'"));
}

TEST(thousand_iterations_are_fast)
{
    clock_t best = CLOCKS_PER_SEC;

    for (int i = 0; i < 5; i++) {
        const clock_t start = clock();
        Checked c = check_text(MODEL("repeat 1000 as i { h = dense(64, act = relu); } dense(10);"));
        const clock_t took = clock() - start;
        CHECK(c.ok);
        best = took < best ? took : best;
        checked_free(&c);
    }
#ifdef __SANITIZE_ADDRESS__
    CHECK(best < CLOCKS_PER_SEC / 10);
#else
    CHECK(best < CLOCKS_PER_SEC / 200);
#endif
}

/* ---- Blocks ---- */

TEST(equal_instances_share_a_unit)
{
    Checked c = check_text("block two(n: int, phi: activation = relu, s: real = 0.5) : [N] -> [n] {"
                           " dense(n, act = phi); dropout(s); dense(n); } "
                           MODEL("two(64); two(64); two(n = 64); two(32); two(64, tanh); dense(10);"));

    CHECK(c.ok);
    CHECK_TEXT(names(&c), "two two_2 two_3 two_4 two_5 dense ");
    CHECK(item(&c, 0)->kind == ITEM_BLOCK && item(&c, 0)->unit == item(&c, 1)->unit);
    CHECK(item(&c, 1)->unit == item(&c, 2)->unit && item(&c, 2)->unit != item(&c, 3)->unit);
    CHECK_TEXT(item(&c, 0)->unit->name, "two_64_relu_0p5_on_64");
    CHECK_TEXT(item(&c, 4)->unit->name, "two_64_tanh_0p5_on_32");
    CHECK(c.model->n_layers == 16);
    checked_free(&c);
    c = check_text("block b(phi: activation, s: string) { dense(8); phi; if s == \"x\" { relu; } } "
                   MODEL("b(leaky_relu, \"x\"); reshape([4, 2]); flatten; dense(64);"
                         "b(leaky_relu(0.01), \"x\"); dense(64); b(leaky_relu, \"y\"); dense(10);"));
    CHECK(c.ok && item(&c, 0)->unit == item(&c, 4)->unit && item(&c, 0)->unit != item(&c, 6)->unit);
    checked_free(&c);
}

TEST(signatures_bind_and_check)
{
    CHECK(is_fine("block half(c: int) : [C, H, W] -> [c, C, H*W/c] { reshape([c, C, H*W/c]); } "
                  MODEL("reshape([1, 8, 8]); half(2); flatten; dense(10);")));
    CHECK(says_once("block b() : [C, H, W] -> [C] { dense(3); } " MODEL("b(); dense(10);"),
                    "gets [64], but by its signature [C,H,W]"));
    CHECK(says_once("block b() : [N] -> [N] { dense(3); } " MODEL("b(); dense(10);"),
                    "puts out [3], but by its signature [N]"));
    CHECK(says_once("block b() : [32] -> [N] { dense(3); } " MODEL("b(); dense(10);"), "NET0305"));
    CHECK(says_once("block b() : [N] -> [M] { dense(3); } " MODEL("b(); dense(10);"), "'M'"));
    CHECK(says_once("block b() { b(); } " MODEL("b(); dense(10);"), "contains itself"));
    CHECK(says_once("block a() { dense(2); b(); } block b() { a(); } " MODEL("a(); dense(10);"),
                    "contains itself"));
    CHECK(says_once("block b(n: int) { dense(n); } " MODEL("b(); dense(10);"), "'b' needs 'n'"));
    CHECK(says_once("block b(n: int) { dense(n); } " MODEL("b(relu); dense(10);"), "wanted an int"));
}

TEST(block_parameters)
{
    Checked c = check_text("block b(n: int, m: int = n * 2, on: bool = false, cell: layer = tanh,"
                           " w: init = zeros) { dense(m, init = w); if on { batchnorm; } cell; } "
                           MODEL("b(4); b(4, on = true, cell = dropout(0.1)); dense(10);"));
    const Unit *plain = item(&c, 0)->unit, *other = item(&c, 1)->unit;

    CHECK(c.ok);
    CHECK(plain->items.n == 2 && plain->items.item[1]->kind == ITEM_ACTIVATION);
    CHECK_TEXT(plain->items.item[1]->name, "tanh");
    CHECK(shape_equal(plain->out, shape1(8)));
    CHECK(other->items.n == 3 && other->items.item[2]->callee->id == LAYER_DROPOUT);
    CHECK(is_fine("block maybe(on: bool) { if on { relu; } } "
                  MODEL("x = maybe(false); maybe(true); dense(10) from x;")));
    CHECK(says_once("param p: layer = dropout(0.5); " MODEL("p(0.3); dense(10);"), "NET0215"));
    checked_free(&c);
}

/* ---- Shapes ---- */

static bool makes(const char *layer, const char *want)
{
    char text[600];

    snprintf(text, sizeof text, TRAIN "model { input [64]; target class(10); reshape(%s"
             " probe = linear; flatten; dense(10); }", layer);
    Checked c = check_text(text);
    bool found = false;

    for (int i = 0; i < c.model->unit->items.n; i++)
        if (!strcmp(item(&c, i)->name, "probe"))
            found = !strcmp(shape_text(c.s.arena, item(&c, i)->out), want);
    if (!found)
        printf("for: %s\ngot:\n%s\n", layer, c.messages);
    checked_free(&c);
    return found;
}

TEST(shapes_of_layers)
{
    CHECK(makes("[8, 8]); dense(5);", "[8,5]"));
    CHECK(makes("[1, 8, 8]); conv(6, 3);", "[6,6,6]"));
    CHECK(makes("[1, 8, 8]); conv(6, 3, pad = 1, stride = 2);", "[6,4,4]"));
    CHECK(makes("[1, 8, 8]); conv(6, 3, pad = same, stride = 3);", "[6,3,3]"));
    CHECK(makes("[1, 8, 8]); conv(6, 3, dilation = 3);", "[6,2,2]"));
    CHECK(makes("[4, 4, 4]); conv(6, 1, groups = 2);", "[6,4,4]"));
    CHECK(makes("[4, 4, 4]); max_pool(2);", "[4,2,2]"));
    CHECK(makes("[1, 8, 8]); avg_pool(3, stride = 2, pad = 1);", "[1,4,4]"));
    CHECK(makes("[4, 4, 4]); global_avg_pool;", "[4]"));
    CHECK(makes("[4, 4, 4]); groupnorm(2);", "[4,4,4]"));
    CHECK(makes("[8, 8]); rnn(5);", "[5]"));
    CHECK(makes("[8, 8]); lstm(5, output = all);", "[8,5]"));
    CHECK(makes("[8, 8]); gru(5, reverse = true, output = all);", "[8,5]"));
    CHECK(makes("[64]); embedding(100, 3);", "[64,3]"));
    CHECK(makes("[4, -1]);", "[4,16]"));
    CHECK(makes("[64]); a = dense(3); b = dense(4); concat from a, b;", "[7]"));
    CHECK(makes("[4, 4, 4]); a = linear; b = relu; concat from a, b, a;", "[12,4,4]"));
    CHECK(makes("[8, 8]); a = dense(3); b = dense(4); concat from a, b;", "[8,7]"));
    CHECK(makes("[64]); parallel(join = concat) { branch { dense(3); } branch { } }", "[67]"));
    CHECK(makes("[64]); residual { dense(3); } shortcut { dense(3); }", "[3]"));
}

TEST(wrong_shapes)
{
    CHECK(says_once(MODEL("reshape([1, 8, 8]); dense(10);"), "flatten makes [64] of it"));
    CHECK(says_once(MODEL("conv(3, 3); flatten; dense(10);"), "[channels, height, width]"));
    CHECK(says_once(MODEL("reshape([1, 8, 8]); conv(3, 9); flatten; dense(10);"), "does not fit"));
    CHECK(says_once(MODEL("reshape([3, 4, 4]); conv(3, 3); flatten; dense(10);"), "NET0308"));
    CHECK(says_once(MODEL("reshape([4, 4, 4]); conv(3, 3, groups = 3); flatten; dense(10);"),
                    "do not divide 4 channels"));
    CHECK(says_once(MODEL("reshape([4, 4, 4]); conv(3, 3, groups = 2); flatten; dense(10);"),
                    "do not divide 3 filters"));
    CHECK(says_once(MODEL("reshape([4, 4, 4]); max_pool(2, pad = 2); flatten; dense(10);"), "half"));
    CHECK(says_once(MODEL("lstm(4); dense(10);"), "[time, features]"));
    CHECK(says_once(MODEL("reshape([8, 7]); dense(10);"), "[64] cannot become [8, 7]"));
    CHECK(says_once(MODEL("reshape([2, 2, 2, 8]); dense(10);"), "1 to 3 dimensions"));
    CHECK(says_once(MODEL("dense(10) : [11];"), "the shape here is [10], asserted is [11]"));
    CHECK(says_once(MODEL("a = dense(3); b = dense(4); add from a, b; dense(10);"),
                    "cannot join [3] and [4]"));
    CHECK(says_once(MODEL("residual { dense(32); } dense(10);"), "a shortcut is required"));
    CHECK(says_once(MODEL("residual { dense(3); } shortcut { dense(4); } dense(10);"), "the shortcut"));
    CHECK(says_once(MODEL("residual { } dense(10);"), "has no layers"));
    CHECK(says_once(MODEL("parallel(join = add) { branch { dense(3); } branch { dense(4); } } dense(10);"),
                    "cannot join"));
    CHECK(says_once(MODEL("parallel(join = add) { branch { dense(10); } }"), "two or more"));
    CHECK(says_once(MODEL("dense(2147483647); dense(10);"), "NET0309"));
    CHECK(says_once(MODEL("reshape([64, 1]); dense(2000000); flatten; dense(10);"), "in batches of 32"));
}

TEST(input_and_target)
{
    CHECK(says_once(TRAIN "model { target class(10); dense(10); }", "no input"));
    CHECK(says_once(TRAIN "model { input [64]; dense(10); }", "no target"));
    CHECK(says_once(TRAIN "model { input [64]; input [64]; target class(10); dense(10); }", "second"));
    CHECK(says_once(TRAIN "model { input [1, 2, 4, 8]; target class(10); dense(10); }", "3 dimensions"));
    CHECK(says_once(TRAIN "model { input [0]; target class(10); dense(10); }", "dimension of 0"));
    CHECK(says_once(TRAIN "model { input [63]; target class(10); dense(10); }", "64 numbers"));
    CHECK(says_once(TRAIN "model { input [64]; target class(9); dense(9); }", "'digits' has 10"));
    CHECK(says_once(TRAIN "model { input [64]; target class(1); dense(1); }", "at least 2"));
    CHECK(says_once(TRAIN "model { input [64]; target clas(10); dense(10); }", "a target is class(n)"));
    CHECK(says_once(MODEL("dense(11);"), "puts out [11], but class(10) wants [10]"));
    CHECK(says_once(MODEL("repeat 1 { target class(10); } dense(10);"), "directly in the model"));
    CHECK(says_once(MODEL("relu; reshape([64]);"), "NET0311"));
    CHECK(says_once(TRAIN "model { input [64]; target [10]; dense(10); }", "NET0418"));
    CHECK(says_once(MODEL("dense(10, act = softmax);"), "NET0504"));
    CHECK(is_fine("allow softmax-twice; " MODEL("dense(10, act = softmax);")));
}

#define FIT(data, target, loss, layers) "data = " data "; model { input [2]; target " target "; " \
    layers " } train { loss = " loss "; optimizer = adam; }"

TEST(classes_as_vectors)
{
    Checked c = check_text(FIT("moons(9, 0.1)", "class(2)", "mse", "dense(2);"));

    CHECK(c.ok && c.model->target.one_hot && shape_equal(c.model->target.shape, shape1(2)));
    checked_free(&c);
    c = check_text(FIT("moons(9, 0.1)", "class(2)", "binary_cross_entropy", "dense(1); sigmoid;"));
    CHECK(c.ok && c.model->target.one_hot && c.model->settings.from_probabilities);
    checked_free(&c);
    c = check_text(FIT("moons(9, 0.1)", "class(2)", "binary_cross_entropy", "dense(1);"));
    CHECK(c.ok && !c.model->settings.from_probabilities);
    checked_free(&c);
    c = check_text(FIT("moons(9, 0.1)", "class(2)", "softmax_cross_entropy", "dense(2);"));
    CHECK(c.ok && !c.model->target.one_hot);
    checked_free(&c);
    c = check_text(FIT("npy(\"x\", \"y\")", "[3]", "huber", "dense(3);"));
    CHECK(c.ok && c.model->target.kind == TARGET_VECTOR);
    checked_free(&c);
    c = check_text(FIT("moons(9, 0.1)", "input", "mse", "dense(1); dense(2);"));
    CHECK(c.ok && shape_equal(c.model->target.shape, shape1(2)));
    checked_free(&c);
    CHECK(says_once(FIT("moons(9, 0.1)", "class(2)", "softmax_cross_entropy", "dense(1);"), "wants [2]"));
    CHECK(says_once(FIT("moons(9, 0.1)", "class(2)", "mse", "dense(3);"), "[2] or [1]"));
    CHECK(says_once(FIT("npy(\"x\", \"y\")", "[3]", "mse", "dense(4);"), "the target is [3]"));
    CHECK(says_once(FIT("csv(\"x\", 0)", "[3]", "mse", "dense(3);"), "one number"));
}

TEST(sizes_are_limited)
{
#define SIZED(input, layers) "data = gaussian(10); model { input [" input "]; target class(2); " \
    layers " } train { loss = mse; optimizer = adam; batch = 1; }"
    CHECK(is_fine(SIZED("2147483647", "dense(1);")));
    CHECK(says_once(SIZED("2147483647", "dense(2);"), "NET0309"));
    CHECK(says_once(SIZED("2147483648", "dense(1);"), "NET0310"));
    CHECK(says_once(SIZED("65536, 65536", "flatten; dense(1);"), "NET0309"));
    CHECK(says_once(SIZED("2000000000, 2000000000, 2000000000", "flatten; dense(1);"), "NET0309"));
    CHECK(says_once(SIZED("3, 8, 8", "conv(4, 3, stride = 9223372036854775807, pad = same);"
                          " flatten; dense(2);"), "NET0209"));
    CHECK(says_once(SIZED("3, 8, 8", "conv(4, 3, pad = 32768); flatten; dense(2);"), "NET0209"));
    CHECK(is_fine(SIZED("3, 8, 8", "conv(4, 9, stride = 32767, pad = 32767, dilation = 1); flatten;"
                        " dense(2);")));
    CHECK(says_once(SIZED("3, 8, 8", "conv(700000000, 3); flatten; dense(2);"), "NET0309"));
    CHECK(says_once(SIZED("3, 8", "lstm(30000); dense(2);"), "NET0309"));
    CHECK(says_once(SIZED("65536, 8", "gru(8192); dense(2);"), "NET0309"));
    CHECK(says_once(SIZED("8", "embedding(65536, 32768); flatten; dense(2);"), "NET0309"));
    CHECK(says_once(SIZED("3, 8, 8", "conv(9223372036854775807, 3); flatten; dense(2);"), "NET0309"));
#undef SIZED
}

/* ---- Initialisers ---- */

TEST(auto_reads_the_next_activation)
{
    Checked c = check_text(MODEL("dense(8, act = relu); dense(8, act = tanh); dense(8); batchnorm;"
                                 " dropout(0.5); gelu; dense(8); selu; dense(8); dense(10);"));

    CHECK_TEXT(init_of(item(&c, 0)), "he_normal");
    CHECK_TEXT(init_of(item(&c, 1)), "xavier_uniform");
    CHECK_TEXT(init_of(item(&c, 2)), "he_normal");
    CHECK_TEXT(init_of(item(&c, 6)), "lecun_normal");
    CHECK_TEXT(init_of(item(&c, 8)), "xavier_uniform");
    CHECK_TEXT(init_of(item(&c, 9)), "xavier_uniform");
    CHECK(call_arg(item(&c, 0)->callee, item(&c, 0)->arg, "init")->is_default);
    checked_free(&c);
}

TEST(auto_looks_out_of_repeats_and_residuals)
{
    Checked c = check_text(MODEL("repeat 3 { batchnorm; h = dense(64); } relu;"
                                 " residual { dense(64); } selu; a = dense(8); b = dense(8);"
                                 " add from a, b; relu; dense(10) from a;"));
    const Item *repeat = item(&c, 0);

    CHECK_TEXT(init_of(repeat->iteration[0]->items.item[1]), "xavier_uniform");
    CHECK_TEXT(init_of(repeat->iteration[2]->items.item[1]), "he_normal");
    CHECK(repeat->n_runs == 2 && repeat->run[0].count == 2);
    CHECK_TEXT(init_of(item(&c, 2)->body.item[0]), "lecun_normal");
    CHECK_TEXT(init_of(item(&c, 4)), "xavier_uniform");
    CHECK_TEXT(init_of(item(&c, 5)), "xavier_uniform");
    checked_free(&c);
}

TEST(auto_sees_into_blocks_and_not_out)
{
    Checked c = check_text("block act() { dropout(0.1); relu; } block norm() { batchnorm; }"
                           "block d() { dense(64); } "
                           MODEL("dense(8); act(); dense(8); norm(); selu; d(); relu; dense(10);"));

    CHECK(c.ok);
    CHECK_TEXT(init_of(item(&c, 0)), "he_normal");
    CHECK_TEXT(init_of(item(&c, 2)), "lecun_normal");
    CHECK_TEXT(init_of(item(&c, 5)->unit->items.item[0]), "xavier_uniform");
    checked_free(&c);
}

TEST(layer_params_resolve_at_each_use)
{
    Checked c = check_text("param l: layer = dense(64); " MODEL("l; relu; l; tanh; dense(10);"));

    CHECK_TEXT(init_of(item(&c, 0)), "he_normal");
    CHECK_TEXT(init_of(item(&c, 2)), "xavier_uniform");
    CHECK_TEXT(item(&c, 2)->name, "dense_2");
    checked_free(&c);
}

/* ---- The rest ---- */

TEST(layers_of_images_and_sequences)
{
    Checked c = check_text("param cell: layer = lstm(8); "
                           MODEL("reshape([1, 8, 8]); conv(4, 3); max_pool(2); reshape([6, 6]); cell; "
                                 "dense(10);"));

    CHECK(c.ok);
    CHECK_TEXT(item(&c, 4)->name, "lstm");
    CHECK_TEXT(init_of(item(&c, 4)), "xavier_uniform");
    checked_free(&c);
    CHECK(says_once(MODEL("reshape([1, 8, 8]); conv(4); flatten; dense(10);"), "needs 'kernel'"));
}

TEST(layers_have_did_you_mean)
{
    CHECK(says_once(MODEL("BatchNorm2d; dense(10);"), "'batchnorm'"));
    CHECK(says_once(MODEL("Dense(10);"), "'dense'"));
    CHECK(says_once(MODEL("LeakyReLU; dense(10);"), "'leaky_relu'"));
    CHECK(says_once(MODEL("Dropout(0.5); dense(10);"), "'dropout'"));
    CHECK(says_once(MODEL("denes(10);"), "'dense'"));
    CHECK(says_once(MODEL("dense(10, init = xavier);"), "'xavier_uniform'"));
    CHECK(says_once(MODEL("dense(10, activation = relu);"), "'act'"));
    CHECK(says_once(MODEL("dense(10, act = ReLU);"), "'relu'"));
    CHECK(says_once(MODEL("Sequential(10); dense(10);"), "follow one another"));
}

TEST(unused_declarations_warn)
{
    CHECK(says_once("param n: int = 3; " MODEL("dense(10);"), "the param 'n' is never used"));
    CHECK(says_once("let n = 3; " MODEL("dense(10);"), "the let 'n' is never used"));
    CHECK(says_once("block b() { relu; } " MODEL("dense(10);"), "the block 'b' is never used"));
    CHECK(is_fine("allow unused; param n: int = 3; " MODEL("dense(10);")));
    CHECK(is_fine("param n: int = 3; let m = n; " MODEL("repeat 2 { dense(m); } dense(10);")));
    CHECK(is_fine("param n: int = 3; block b() { dense(n); } " MODEL("b(); dense(10);")));
    CHECK(is_fine("block b() { relu; }"));
    CHECK(says_once("block b(phi: activation) { phi; if true { dens(3); } }", "'dense'"));
}

/* What cannot be read may have declared what seems to be missing. */
TEST(a_syntax_error_is_one_message)
{
    CHECK(says_once("param n: int = ; " MODEL("dense(n); dense(10);"), "NET01"));
    CHECK(says_once(MODEL("h = dense(64,, 3); add from h, h; dense(10);"), "NET01"));
    CHECK(says_once(MODEL("logits = dense(;"), "NET01"));
    CHECK(says_once("block b( { relu; } " MODEL("b(); dense(10);"), "NET01"));
    CHECK(says_once("data = digits(); train { loss = ; optimizer = adam; } " SMALL, "NET01"));
    CHECK(says_once(MODEL("if nothing { h = dense(64); } add from h, h; dense(10);"), "NET0201"));
    CHECK(says_once(MODEL("repeat nothing { h = dense(64); } add from h[0], h[1];"), "NET0201"));
}

/* `blocks` blocks that use one another, each in as many bodies as the text allows. */
static bool nests(int blocks)
{
    static char text[1 << 16];
    size_t n = 0;

    for (int i = 0; i < blocks; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "block b%d() { ", i);
        for (int k = 0; k < 31; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "repeat 1 { ");
        n += (size_t)snprintf(text + n, sizeof text - n, i + 1 < blocks ? "b%d();" : "relu;", i + 1);
        for (int k = 0; k < 32; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, " }");
    }
    snprintf(text + n, sizeof text - n, " %s", MODEL("b0(); dense(10);"));
    Checked c = check_text(text);
    const bool fine = c.ok, limited = strstr(c.messages, "NET0245") != NULL;

    CHECK(fine != limited);
    checked_free(&c);
    return fine;
}

TEST(expanded_nesting_is_limited)
{
    CHECK(nests(7));                    /* 1 + 7 * 32 levels */
    CHECK(!nests(8));                   /* 1 + 8 * 32 */
    CHECK(!nests(100));
}

int main(void)
{
    RUN(layers_are_named_by_kind_and_rank);
    RUN(notes_are_few);
    RUN(bodies_share_the_names_of_their_unit);
    RUN(names_in_repeats_are_arrays_beside_the_other_names);
    RUN(from_reads_named_tensors);
    RUN(iterations_are_exported);
    RUN(bodies_capture_outer_tensors);
    RUN(captures_pass_through_inner_repeats);
    RUN(earlier_iterations_are_captured);
    RUN(wrong_tensors);
    RUN(equal_iterations_fold);
    RUN(iterations_that_cannot_differ);
    RUN(empty_repeats_leave_no_item);
    RUN(repeats_are_limited);
    RUN(a_mistake_in_a_repeat_is_one_message);
    RUN(thousand_iterations_are_fast);
    RUN(equal_instances_share_a_unit);
    RUN(signatures_bind_and_check);
    RUN(block_parameters);
    RUN(shapes_of_layers);
    RUN(wrong_shapes);
    RUN(input_and_target);
    RUN(classes_as_vectors);
    RUN(sizes_are_limited);
    RUN(auto_reads_the_next_activation);
    RUN(auto_looks_out_of_repeats_and_residuals);
    RUN(auto_sees_into_blocks_and_not_out);
    RUN(layer_params_resolve_at_each_use);
    RUN(layers_of_images_and_sequences);
    RUN(layers_have_did_you_mean);
    RUN(unused_declarations_warn);
    RUN(a_syntax_error_is_one_message);
    RUN(expanded_nesting_is_limited);
    return test_done();
}
