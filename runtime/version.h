/* version.h -- the version of netc that this library belongs to. */
#ifndef RT_VERSION_H
#define RT_VERSION_H

#ifndef RT_VERSION
#define RT_VERSION "0.1.0"
#endif

#endif
