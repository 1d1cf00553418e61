/* data_csv.c -- the reader of CSV: what it accepts, and the sentence for what it does not. */
#include "data_files.h"

static rt_data csv(const char *column, double index, double header)
{
    return (rt_data){.train = {"csv", {"t.csv", column}, {index, header}}, .scale = 1};
}

/* Loads `text` with the target in the last column; two inputs, three classes. */
static bool load(const char *text, rt_dataset *d)
{
    static rt_error e;
    const rt_data data = csv(NULL, -1, -1);
    const rt_model m = model_of(2, 3, &data);
    put_text("t.csv", text);
    if (rt_data_load(&m, folder, d, &e))
        return true;
    printf("  %s\n", e.text);
    return false;
}

/* Whether `text` gives rows 1 2 -> 0 and 3.5 -4 -> 2. */
static bool is_plain(const char *text)
{
    rt_dataset d;
    if (!load(text, &d))
        return false;
    const float *x = d.train.x;
    const bool good = d.train.n == 2 && d.train.label[0] == 0 && d.train.label[1] == 2
                   && x[0] == 1.0f && x[1] == 2.0f && x[2] == 3.5f && x[3] == -4.0f;
    rt_data_free(&d);
    return good;
}

TEST(forms_of_one_table)
{
    CHECK(is_plain("1,2,0\n3.5,-4,2\n"));
    CHECK(is_plain("1,2,0\n3.5,-4,2"));
    CHECK(is_plain("1,2,0\r\n3.5,-4,2\r\n"));
    CHECK(is_plain("1,2,0\r\n3.5,-4,2\r"));
    CHECK(is_plain("1,2,0\n3.5,-4,2\n\n\r\n"));
    CHECK(is_plain("\xef\xbb\xbf" "1,2,0\n3.5,-4,2\n"));
    CHECK(is_plain("a,b,c\n1,2,0\n3.5,-4,2\n"));
    CHECK(is_plain("\"1\",\"2\",\"0\"\n\"3.5\",-4,\"2\"\n"));
    CHECK(is_plain("\"a, \"\"b\"\"\",\"two\nlines\",c\n1,2,0\n3.5,-4,2\n"));
    CHECK(is_plain(" 1 ,\t2, 0\n3.5, -4 ,2 \n"));
    CHECK(is_plain("+1,2e0,0.0\n.35e1,-4.,2\n"));
    CHECK(is_plain(",,\n1,2,0\n3.5,-4,2\n"));
}

TEST(the_target_is_any_column)
{
    static const struct { const char *name; double index; float first; int label; } rows[] = {
        {NULL, 0, 1.0f, 2}, {NULL, 1, 2.0f, 1}, {NULL, 2, 2.0f, 0}, {NULL, -3, 1.0f, 2},
        {"a", 9, 1.0f, 2}, {"b \"q\"", 0, 2.0f, 1}, {"c", 0, 2.0f, 0},
    };
    put_text("t.csv", "a,\"b \"\"q\"\"\",c\n2,1,0\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const rt_data data = csv(rows[i].name, rows[i].index, -1);
        const rt_model m = model_of(2, 3, &data);
        rt_dataset d;
        rt_error e;
        CHECK(rt_data_load(&m, folder, &d, &e));
        CHECK(((float *)d.train.x)[0] == rows[i].first && d.train.label[0] == rows[i].label);
        rt_data_free(&d);
    }
}

TEST(names_of_classes_are_numbered_in_order)
{
    rt_dataset d;
    CHECK(load("1,2,setosa\n3,4,\"versi\"\"color\"\n5,6,ant\n7,8,setosa\n", &d));
    CHECK(d.train.n == 4 && d.train.label[0] == 1 && d.train.label[1] == 2);
    CHECK(d.train.label[2] == 0 && d.train.label[3] == 1);
    rt_data_free(&d);
}

TEST(a_number_as_target)
{
    const rt_data data = csv("y", 0, -1);
    rt_model m = model_of(2, 0, &data);
    rt_dataset d;
    rt_error e;
    put_text("t.csv", "y,a,b\n2.5,1,2\n-1e3,3,4\n");
    CHECK(rt_data_load(&m, folder, &d, &e));
    CHECK(!d.train.label && target_at(&m, &d.train, 1, 0) == -1000);
    rt_data_free(&d);
    m.target_shape[0] = 3;
    CHECK_TEXT(error_of(&m, folder),
               "t.csv: gives one number as the target of a sample, the model's target is [3]");
}

/* The sentence for `text`, two inputs and three classes. */
static const char *error_for(const char *text, const char *column, double index, double header)
{
    const rt_data data = csv(column, index, header);
    const rt_model m = model_of(2, 3, &data);
    put_text("t.csv", text);
    return error_of(&m, folder);
}

static const char *error_in(const char *text) { return error_for(text, NULL, -1, -1); }

TEST(values_are_located)
{
    CHECK_TEXT(error_in("1,2,0\n1,x,0\n"), "t.csv:2: column 2 holds 'x', a number is wanted");
    CHECK_TEXT(error_in("a,b,c\n1,2,0\n1,,0\n"),
               "t.csv:3: column 2 (b) is empty, a number is wanted");
    CHECK_TEXT(error_in("1,nan,0\n"), "t.csv:1: column 2 holds 'nan', a number is wanted");
    CHECK_TEXT(error_in("1,1e999,0\n"), "t.csv:1: column 2 holds '1e999', which is too large");
    CHECK_TEXT(error_in("1,1e99,0\n"), "t.csv:1: column 2 is too large for the model's precision");
    CHECK_TEXT(error_in("1,2,0\n1,\033[2J\x01,0\n"),
               "t.csv:2: column 2 holds '\\x1b[2J\\x01', a number is wanted");
    CHECK_TEXT(error_in("\"a\n\",b,c\n1,2,0\n1,?,0\n"),
               "t.csv:4: column 2 (b) holds '?', a number is wanted");
    CHECK_TEXT(error_in("1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,0\n"),
               "t.csv:1: column 2 holds 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...', "
               "a number is wanted");
}

TEST(labels_are_located)
{
    CHECK_TEXT(error_in("1,2,0\n1,2,3\n"),
               "t.csv:2: column 3: label 3 is none of the model's 3 classes, 0 to 2");
    CHECK(strstr(error_in("1,2,-1\n"), "label -1 is none"));
    CHECK(strstr(error_in("1,2,1.5\n"), "label 1.5 is none"));
    CHECK_TEXT(error_in("1,2,0\n1,2,cat\n"), "t.csv:2: column 3 holds 'cat', a number is wanted");
    CHECK_TEXT(error_in("1,2,cat\n1,2,0\n"),
               "t.csv:2: column 3 holds '0', a name is wanted as in the lines above");
    CHECK_TEXT(error_in("1,2,cat\n1,2,\n"),
               "t.csv:2: column 3 holds '', a name is wanted as in the lines above");
    CHECK_TEXT(error_in("1,2,a\n1,2,b\n1,2,c\n1,2,d\n"),
               "t.csv:4: column 3 holds more names than the model's 3 classes");
    CHECK_TEXT(error_in("1,2,a\n1,2,b\n"),
               "t.csv: column 3 holds 2 names, the model has 3 classes");
}

TEST(rows_are_located)
{
    CHECK_TEXT(error_in("1,2,0\n1,2\n"), "t.csv:2: 2 fields, the lines above have 3");
    CHECK_TEXT(error_in("1,2,0\n1,2,0,\n"), "t.csv:2: 4 fields, the lines above have 3");
    CHECK_TEXT(error_in("1,2,0\n\n1,2,0\n"), "t.csv:2: the line is empty");
    CHECK_TEXT(error_in("1,2,0\n1,\"2,0\n"),
               "t.csv:2: the quote that begins column 2 is not closed");
    CHECK_TEXT(error_in("1,\"2\"x,0\n"), "t.csv:1: column 2 goes on after its closing quote");
    CHECK_TEXT(error_in("1,2,3,0\n"),
               "t.csv: 3 columns beside the target, the model's input is [2]");
    CHECK_TEXT(error_in("1;2;0\n"), "t.csv:1: fields end at semicolons, only commas are read");
    CHECK_TEXT(error_in("1\t2\t0\n"), "t.csv:1: fields end at tabs, only commas are read");
    CHECK_TEXT(error_in("1\n2\n"), "t.csv:1: a single field, a target and inputs are wanted");
    CHECK_TEXT(error_in("\n\r\n"), "t.csv: holds nothing but empty lines");
    CHECK_TEXT(error_in("a,b,c\n"), "t.csv: holds no rows under its header");
    put("t.csv", "1,2,0\n\0,2,0\n", 12);
    const rt_data data = csv(NULL, -1, -1);
    const rt_model m = model_of(2, 3, &data);
    CHECK_TEXT(error_of(&m, folder), "t.csv: byte 6: a zero byte, so this is no CSV text");
}

TEST(headers_and_targets_are_checked)
{
    CHECK_TEXT(error_for("a,b,c\n1,2,0\n", "d", 0, -1),
               "t.csv:1: no column is called 'd'; there are a, b, c");
    CHECK_TEXT(error_for("a,b,a\n1,2,0\n", "a", 0, -1),
               "t.csv:1: columns 1 and 3 are both called 'a'");
    CHECK_TEXT(error_for("1,2,0\n", "c", 0, 0),
               "t.csv: the target 'c' is a name, which takes a header");
    CHECK_TEXT(error_for("1,2,0\n", NULL, 3, -1),
               "t.csv: no column 3: there are 3, 0 to 2 or -3 to -1");
    CHECK(strstr(error_for("1,2,0\n", NULL, -4, -1), "no column -4"));
    CHECK(strstr(error_for("1,2,0\n", NULL, 0.5, -1), "no column 0.5"));
    CHECK_TEXT(error_for("a,b,c\n1,2,0\n", NULL, -1, 0),
               "t.csv:1: column 1 holds 'a', a number is wanted");
    CHECK_TEXT(error_for("1,2,0\n", NULL, -1, 1), "t.csv: holds no rows under its header");
    CHECK_TEXT(error_for("1,x,0\n1,2,0\n", NULL, -1, -1),     /* a typing error is no header */
               "t.csv:1: column 2 holds 'x', a number is wanted");
}

int main(void)
{
    make_folder();
    RUN(forms_of_one_table);
    RUN(the_target_is_any_column);
    RUN(names_of_classes_are_numbered_in_order);
    RUN(a_number_as_target);
    RUN(values_are_located);
    RUN(labels_are_located);
    RUN(rows_are_located);
    RUN(headers_and_targets_are_checked);
    return test_done();
}
