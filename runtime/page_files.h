/* page_files.h -- the files in page/, as page/embed.sh puts them into the library at build. */
#ifndef RT_PAGE_FILES_H
#define RT_PAGE_FILES_H

extern const char rt_page_html[], rt_page_css[], rt_page_js[], rt_page_charts[];
extern const char rt_page_runs_html[], rt_page_runs_js[];       /* of several runs */
extern const char rt_page_library[], rt_page_library_css[];     /* dygraphs */

#endif
