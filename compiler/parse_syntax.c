/* parse_syntax.c -- says what is wrong where the grammar stopped, and repairs it. */
#include "parse.h"

#include "limits.h"
#include "net.tab.h"

void syntax_report(Parser *p)
{
    const Token *found = &p->token[p->error.token];

    diag_error(p->session->diag, MSG_SYNTAX, found->at, "something else is wanted here");
    tokens_cut(p, p->error.token);
}
