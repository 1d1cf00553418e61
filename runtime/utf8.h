/* utf8.h -- texts of unknown bytes, such as names of files, as UTF-8. */
#ifndef RT_UTF8_H
#define RT_UTF8_H

/* A copy, to be freed, in which '?' stands for each byte that is not UTF-8; NULL: no memory. */
char *rt_utf8(const char *text);

#endif
