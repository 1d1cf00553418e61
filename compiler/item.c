/* item.c -- the text of an item. */
#include "passes.h"

char *item_text(const Item *item, Arena *a)
{
    return format_head(item->stmt, a);
}
