/* vocabulary.c -- signatures of the .def files as tables. */
#include "test.h"
#include "checked.h"

static const Callable *word(Session *s, Family family, const char *name)
{
    return vocabulary_find(s->vocabulary, family, intern(s->names, name));
}

static const Param *param(const Callable *c, const char *name)
{
    for (int i = 0; i < c->n_params; i++)
        if (!strcmp(c->param[i].name, name))
            return &c->param[i];
    return NULL;
}

TEST(every_row_is_found_by_its_name)
{
    Session s = new_session();
    int n = 0;

    for (int f = 0; f < N_FAMILIES; f++) {
        const Callable *c;
        for (int i = 0; (c = vocabulary_nth(s.vocabulary, (Family)f, i)) != NULL; i++, n++) {
            CHECK(vocabulary_find(s.vocabulary, (Family)f, c->name) == c);
            CHECK(c->family == (Family)f);
        }
    }
    CHECK(n > 80);
    CHECK(!vocabulary_nth(s.vocabulary, FAMILY_LAYER, 1000));
    CHECK(!word(&s, FAMILY_LAYER, "relu"));
    arena_free(s.arena);
}

TEST(parameters_have_kinds_and_defaults)
{
    Session s = new_session();
    const Callable *dense = word(&s, FAMILY_LAYER, "dense");

    CHECK(dense->n_params == 7);
    CHECK(dense->id == LAYER_DENSE);
    CHECK(param(dense, "units")->required);
    CHECK(param(dense, "units")->accepts.mask == KIND_INT);
    CHECK(param(dense, "act")->value.kind == VALUE_CALL);
    CHECK_TEXT(param(dense, "act")->value.callee->name, "linear");
    CHECK_TEXT(param(dense, "init")->value.callee->name, "auto");
    CHECK(param(dense, "bias")->value.kind == VALUE_BOOL);
    CHECK(param(dense, "l1")->value.kind == VALUE_REAL);
    arena_free(s.arena);
}

TEST(words_and_earlier_parameters_are_defaults)
{
    Session s = new_session();
    const Callable *pool = word(&s, FAMILY_LAYER, "max_pool");
    const Callable *conv = word(&s, FAMILY_LAYER, "conv");
    const Callable *lstm = word(&s, FAMILY_LAYER, "lstm");
    const Callable *embedding = word(&s, FAMILY_LAYER, "embedding");

    CHECK(param(pool, "stride")->same_as == 0);
    CHECK(param(conv, "pad")->accepts.mask == KIND_INT);
    CHECK_TEXT(param(conv, "pad")->accepts.word[0], "same");
    CHECK(param(lstm, "output")->value.kind == VALUE_WORD);
    CHECK_TEXT(param(lstm, "output")->value.text, "last");
    CHECK_NEAR(value_arg(&param(embedding, "init")->value, "std")->real, 1.0, 0);
    CHECK(param(word(&s, FAMILY_SETTINGS, "data"), "test")->value.kind == VALUE_NONE);
    CHECK(param(word(&s, FAMILY_LAYER, "reshape"), "shape")->accepts.element == KIND_INT);
    arena_free(s.arena);
}

TEST(ranges)
{
    Session s = new_session();
    const Param *p = param(word(&s, FAMILY_LAYER, "dropout"), "p");
    const Param *momentum = param(word(&s, FAMILY_LAYER, "batchnorm"), "momentum");

    CHECK(p->low == 0 && !p->above_low && p->high == 1 && p->below_high);
    CHECK(momentum->low == 0 && momentum->above_low && momentum->high == 1 && !momentum->below_high);
    CHECK_NEAR(momentum->value.real, 0.1, 0);
    arena_free(s.arena);
}

TEST(aliases_share_an_id)
{
    Session s = new_session();

    CHECK_TEXT(word(&s, FAMILY_INIT, "glorot_normal")->id_name, "XAVIER_NORMAL");
    CHECK_TEXT(word(&s, FAMILY_INIT, "kaiming_uniform")->id_name, "HE_UNIFORM");
    CHECK(word(&s, FAMILY_ACTIVATION, "selu")->id == ACTIVATION_SELU);
    arena_free(s.arena);
}

int main(void)
{
    RUN(every_row_is_found_by_its_name);
    RUN(parameters_have_kinds_and_defaults);
    RUN(words_and_earlier_parameters_are_defaults);
    RUN(ranges);
    RUN(aliases_share_an_id);
    return test_done();
}
