/* json_lines.c -- reads standard input: every line must be one JSON object.  Prints the first that is not. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    int lines = 0, bad = 0;

    while (!bad && getline(&line, &room, stdin) > 0) {
        json_error_t error;
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
        lines++;
        bad = !json_is_object(object);
        if (bad)
            printf("line %d: %s: %s", lines, object ? "not an object" : error.text, line);
        json_decref(object);
    }
    free(line);
    if (!lines)
        printf("no line\n");
    return bad || !lines;
}
