/* net.c -- unrolling of units: paths, keys, places and lines. */
#include "../../runtime/net.h"

#include "test.h"
#include "tiny_model.h"

static const rt_model tiny = TINY_RECORD;

TEST(tiny_layers_have_paths)
{
    static const char *const path[] = { "first", "h[0]", "h[1]", "stage.bn", "logits" };
    static const char *const key[] = { "first", "h.0", "h.1", "stage.bn", "logits" };
    static const char *const pattern[] = { "first", "h", "h", "stage.bn", "logits" };
    rt_net net;
    rt_error e;

    CHECK(rt_net_new(&tiny, NULL, &net, &e));
    CHECK(net.n_layers == 5 && net.n_params == 10 && net.n_states == 2);
    for (int i = 0; i < 5 && i < net.n_layers; i++) {
        CHECK_TEXT(net.layer[i].path, path[i]);
        CHECK_TEXT(net.layer[i].key, key[i]);
        CHECK_TEXT(net.layer[i].pattern, pattern[i]);
        CHECK(net.layer[i].line == 0 && net.layer[i].param == 2 * i && net.layer[i].n_params == 2);
    }
    CHECK(net.n_parameters == 64 * 16 + 16 + 2 * (16 * 16 + 16) + 32 + 170);
    CHECK(net.n_elements == net.n_parameters);
    rt_net_free(&net);
}

TEST(tensors_stand_where_the_structs_have_them)
{
    rt_net net;
    rt_error e;

    CHECK(rt_net_new(&tiny, NULL, &net, &e));
    CHECK_TEXT(net.param[4].key, "h.1.weight");
    CHECK(net.param[4].at == offsetof(struct model_params, h[1].weight) / sizeof(rt_real));
    CHECK(net.param[4].n == 256 && net.param[4].layer == 2);
    CHECK_TEXT(net.state[1].key, "stage.bn.running_var");
    CHECK(net.state[1].at == offsetof(struct model_memory, stage.running_var));
    CHECK(net.layer[2].watch == offsetof(struct model_memory, h[1].watch));
    CHECK(net.layer[3].watch == offsetof(struct model_memory, stage.bn_watch));
    rt_net_free(&net);
}

/* A residual's scale is listed before its body, behind which it lies. */
TEST(places_follow_the_block)
{
    const rt_tensor scale = { .role = "scale", .offset = 3 * sizeof(rt_real), .rank = 1,
                              .shape = { 1 } };
    const rt_tensor bias = { .role = "bias", .rank = 1, .shape = { 3 } };
    const rt_layer join = { .name = "join", .kind = "residual", .param = &scale, .n_params = 1 };
    const rt_layer body = { .name = "body", .kind = "dense", .param = &bias, .n_params = 1 };
    const rt_member members[] = { { .layer = &join }, { .layer = &body } };
    const rt_unit unit = { members, 2 };
    const rt_model model = { .real_size = sizeof(rt_real), .params_size = 4 * sizeof(rt_real),
                             .unit = &unit };
    rt_net net;
    rt_error e;

    CHECK(rt_net_new(&model, NULL, &net, &e));
    CHECK_TEXT(net.param[0].key, "join.scale");
    CHECK(net.param[0].place == 1 && net.param[1].place == 0);
    CHECK(net.param[0].placed == 1 && net.param[1].placed == 0);
    rt_net_free(&net);
}

TEST(lines_come_by_pattern)
{
    static const rt_line line[] = {
        { "first", 4 }, { "h", 6 }, { "stage.bn", 9 }, { "logits", 11 }, { "flow > 1", 20 }
    };
    static const rt_notes notes = { .source = "tiny.net", .line = line, .n_lines = 5 };
    static const int wanted[] = { 4, 6, 6, 9, 11 };
    rt_net net;
    rt_error e;

    CHECK(rt_net_new(&tiny, &notes, &net, &e));
    for (int i = 0; i < 5; i++)
        CHECK(net.layer[i].line == wanted[i]);
    rt_net_free(&net);
}

/* repeat 2 { stage = block { repeat { bn } } }, its inner repeat peeled into 1 and 2 iterations. */
TEST(repeats_nest)
{
    static const char *const path[] = { "stage[0].bn[0]", "stage[0].bn[1]", "stage[0].bn[2]",
                                        "stage[1].bn[0]", "stage[1].bn[1]", "stage[1].bn[2]" };
    static const char *const key[] = { "stage.0.bn.0", "stage.0.bn.1", "stage.0.bn.2",
                                       "stage.1.bn.0", "stage.1.bn.1", "stage.1.bn.2" };
    const size_t p = sizeof(struct stage_params), m = sizeof(struct stage_memory);
    const rt_member inner[] = {
        { .unit = &stage_unit, .name = "", .is_repeat = true, .count = 1, .params_stride = p,
          .memory_stride = m },
        { .unit = &stage_unit, .name = "", .is_repeat = true, .first = 1, .count = 2, .params = p,
          .params_stride = p, .memory = m, .memory_stride = m },
    };
    const rt_unit block = { inner, 2 };
    const rt_member named[] = { { .unit = &block, .name = "stage", .count = 1, .inside = 1 } };
    const rt_unit body = { named, 1 };
    const rt_member outer[] = {
        { .unit = &body, .name = "", .is_repeat = true, .count = 2, .params_stride = 3 * p,
          .memory_stride = 3 * m, .inside = 2 },
    };
    const rt_unit top = { outer, 1 };
    rt_model model = tiny;
    rt_net net;
    rt_error e;

    model.unit = &top;
    model.params_size = 6 * p;
    model.memory_size = 6 * m;
    CHECK(rt_net_new(&model, NULL, &net, &e));
    CHECK(net.n_layers == 6);
    for (int i = 0; i < 6 && i < net.n_layers; i++) {
        CHECK_TEXT(net.layer[i].path, path[i]);
        CHECK_TEXT(net.layer[i].key, key[i]);
        CHECK_TEXT(net.layer[i].pattern, "stage.bn");
        CHECK(net.layer[i].inside == 3);
        CHECK(net.param[2 * i].at == (size_t)i * p / sizeof(rt_real));
        CHECK(net.layer[i].watch == (size_t)i * m + offsetof(struct stage_memory, bn_watch));
    }
    rt_net_free(&net);
}

/* repeat 5 { if even { bn } else { bn } }: two turns of two, and one iteration more. */
TEST(turns_count_on)
{
    static const char *const path[] = { "bn[0]", "bn[1]", "bn[2]", "bn[3]", "bn[4]" };
    const size_t p = sizeof(struct stage_params), m = sizeof(struct stage_memory);
    const rt_member turn[] = {
        { .unit = &stage_unit, .name = "", .is_repeat = true, .count = 1 },
        { .unit = &stage_unit, .name = "", .is_repeat = true, .first = 1, .count = 1, .params = p,
          .memory = m },
    };
    const rt_unit turns = { turn, 2 };
    const rt_member outer[] = {
        { .unit = &turns, .name = "", .is_repeat = true, .count = 2, .step = 2,
          .params_stride = 2 * p, .memory_stride = 2 * m },
        { .unit = &stage_unit, .name = "", .is_repeat = true, .first = 4, .count = 1,
          .params = 4 * p, .memory = 4 * m },
    };
    const rt_unit top = { outer, 2 };
    rt_model model = tiny;
    rt_net net;
    rt_error e;

    model.unit = &top;
    model.params_size = 5 * p;
    model.memory_size = 5 * m;
    CHECK(rt_net_new(&model, NULL, &net, &e));
    CHECK(net.n_layers == 5);
    for (int i = 0; i < 5 && i < net.n_layers; i++) {
        CHECK_TEXT(net.layer[i].path, path[i]);
        CHECK(net.param[2 * i].at == (size_t)i * p / sizeof(rt_real));
        CHECK(net.layer[i].watch == (size_t)i * m + offsetof(struct stage_memory, bn_watch));
    }
    rt_net_free(&net);
}

TEST(a_tensor_outside_its_block_is_refused)
{
    rt_model model = tiny;
    rt_net net;
    rt_error e;

    model.params_size -= sizeof(rt_real);
    CHECK(!rt_net_new(&model, NULL, &net, &e));
    CHECK_TEXT(e.text, "the program is damaged: logits.bias lies outside its block");
}

int main(void)
{
    RUN(tiny_layers_have_paths);
    RUN(tensors_stand_where_the_structs_have_them);
    RUN(places_follow_the_block);
    RUN(lines_come_by_pattern);
    RUN(repeats_nest);
    RUN(turns_count_on);
    RUN(a_tensor_outside_its_block_is_refused);
    return test_done();
}
