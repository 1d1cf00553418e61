/* sweep_style.c -- how the page of a sweep looks: dark and light, on paper, in narrow windows.
 *
 * Blue is less than 1, orange more, which the colour-blind tell apart; a deeper colour is further
 * away, and every cell has its number. */
#include "sweep.h"

static const char base[] =
    ":root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --faint: #666;"
    " --line: #ccc; --link: #0b57a4; }\n"
    "body { font: 16px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);"
    " margin: 1.5rem auto; max-width: 96rem; padding: 0 1rem; }\n"
    "h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }"
    " h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }\n"
    "p.note, caption, .legend { color: var(--faint); font-size: .87rem; }\n"
    "a { color: var(--link); } a:focus-visible { outline: 2px solid; outline-offset: 1px; }\n"
    "table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .87rem; }\n"
    "caption { text-align: left; padding: .2rem 0; }\n"
    "th { font-weight: 600; text-align: left; padding: .2rem .5rem; white-space: nowrap; }\n"
    "td { padding: .2rem .5rem; border: 1px solid var(--line); text-align: right;"
    " white-space: nowrap; }\n"
    "td.t { text-align: left; white-space: normal; }\n"
    ".maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(25rem, 1fr));"
    " gap: .5rem 1.5rem; align-items: start; }\n"
    ".wide { overflow-x: auto; }\n"
    ".map a { color: inherit; text-decoration: none; } .map a:hover { text-decoration: underline; }"
    "\n.map { font-size: .82rem; }\n"
    ".map td { text-align: center; min-width: 2.9rem; padding: .2rem; }\n"
    ".map thead th { white-space: normal; text-align: center; vertical-align: bottom;"
    " padding: .2rem .25rem; }\n"
    ".legend td { text-align: center; }\n"
    "summary { cursor: pointer; font-weight: 600; margin: 1rem 0 .3rem; }\n"
    "pre { overflow-x: auto; border: 1px solid var(--line); padding: .7rem; font-size: .85rem; }\n"
    ".x { background: repeating-linear-gradient(135deg, #bbb 0 4px, #ddd 4px 8px);"
    " color: #111; }\n";

static const char light[] =
    ".z { background: #f4f4f4; color: #111; }\n"
    ".v1 { background: #e3eef9; color: #111; } .v2 { background: #c6dbef; color: #111; }\n"
    ".v3 { background: #9ecae1; color: #111; } .v4 { background: #6baed6; color: #111; }\n"
    ".v5 { background: #2171b5; color: #fff; } .v6 { background: #08468b; color: #fff; }\n"
    ".e1 { background: #feebd9; color: #111; } .e2 { background: #fdd0a2; color: #111; }\n"
    ".e3 { background: #fdae6b; color: #111; } .e4 { background: #fd8d3c; color: #111; }\n"
    ".e5 { background: #b34a06; color: #fff; } .e6 { background: #7f2704; color: #fff; }\n"
    ".a0 { background: #f7f5fa; color: #111; } .a1 { background: #e7e1ef; color: #111; }\n"
    ".a2 { background: #cfd8c8; color: #111; } .a3 { background: #b5d5b0; color: #111; }\n"
    ".a4 { background: #8cc98a; color: #111; } .a5 { background: #55b567; color: #111; }\n"
    ".a6 { background: #1d7a3e; color: #fff; } .a7 { background: #00502a; color: #fff; }\n";

static const char dark[] =
    "@media (prefers-color-scheme: dark) {\n"
    ":root { --ink: #e8e8e8; --paper: #16181b; --faint: #a5a5a5; --line: #3c4046;"
    " --link: #8ec1f5; }\n"
    ".x { background: repeating-linear-gradient(135deg, #4a4a4a 0 4px, #5e5e5e 4px 8px);"
    " color: #fff; }\n"
    ".z { background: #26292e; color: #eee; }\n"
    ".v1 { background: #17293b; color: #eee; } .v2 { background: #1d3a56; color: #eee; }\n"
    ".v3 { background: #244d76; color: #fff; } .v4 { background: #2a6396; color: #fff; }\n"
    ".v5 { background: #6cb0e6; color: #000; } .v6 { background: #b7ddfb; color: #000; }\n"
    ".e1 { background: #36261a; color: #eee; } .e2 { background: #523418; color: #eee; }\n"
    ".e3 { background: #744415; color: #fff; } .e4 { background: #955212; color: #fff; }\n"
    ".e5 { background: #ec9a4d; color: #000; } .e6 { background: #ffcf9e; color: #000; }\n"
    ".a0 { background: #1d1a22; color: #eee; } .a1 { background: #20262a; color: #eee; }\n"
    ".a2 { background: #1e342a; color: #eee; } .a3 { background: #1d4832; color: #eee; }\n"
    ".a4 { background: #1f5f3b; color: #fff; } .a5 { background: #2a7a48; color: #fff; }\n"
    ".a6 { background: #67c284; color: #000; } .a7 { background: #b5efc4; color: #000; }\n"
    "}\n"
    "@media print { body { max-width: none; } td { -webkit-print-color-adjust: exact;"
    " print-color-adjust: exact; } }\n";

void sweep_style(FILE *out)
{
    fputs(base, out);
    fputs(light, out);
    fputs(dark, out);
}
