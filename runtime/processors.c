/* processors.c -- how many threads this process can run at once: the affinity mask and the quota of
 * its control group, version 2 or 1, whichever is less. */
#include "pool.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 1024, MOST_PROCESSORS = 1 << 16 };

static int affinity(void)
{
    for (size_t processors = 1024; processors <= MOST_PROCESSORS; processors *= 2) {
        const size_t bytes = CPU_ALLOC_SIZE(processors);
        cpu_set_t *set = CPU_ALLOC(processors);
        if (!set)
            break;
        const bool fits = sched_getaffinity(0, bytes, set) == 0;
        const int count = fits ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (fits)
            return count > 0 ? count : 1;
    }
    return 1;
}

/* First line of a file in a group's directory; false where there is none. */
static bool read_line(const char *root, const char *group, const char *file, char line[256])
{
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%s%s/%s", root, group, file);
    if (n < 0 || (size_t)n >= sizeof path)
        return false;
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    const bool read = fgets(line, 256, f) != NULL;
    fclose(f);
    return read;
}

/* Processors that a quota of microseconds in a period gives, rounded up; 0: no limit. */
static int processors_of(long long quota, long long period)
{
    if (quota <= 0 || period <= 0)
        return 0;
    const long long count = (quota + period - 1) / period;
    return count < MOST_PROCESSORS ? (int)count : 0;
}

static int quota_v2(const char *group)
{
    char line[256];
    long long quota, period;
    if (!read_line("/sys/fs/cgroup", group, "cpu.max", line)
        || sscanf(line, "%lld %lld", &quota, &period) != 2)
        return 0;
    return processors_of(quota, period);
}

static int quota_v1(const char *group)
{
    char quota_line[256], period_line[256];
    long long quota, period;
    if (!read_line("/sys/fs/cgroup/cpu", group, "cpu.cfs_quota_us", quota_line)
        || !read_line("/sys/fs/cgroup/cpu", group, "cpu.cfs_period_us", period_line)
        || sscanf(quota_line, "%lld", &quota) != 1 || sscanf(period_line, "%lld", &period) != 1)
        return 0;
    return processors_of(quota, period);
}

static int lesser_limit(int a, int b) { return a == 0 ? b : b == 0 || a < b ? a : b; }

/* The least limit of a group and of all above it.  In a container the group's path may be that of
 * the host, which is not to be seen; its own group is then the root. */
static int quota_upwards(int (*quota)(const char *group), char *group)
{
    int limit = 0;
    for (;;) {
        limit = lesser_limit(limit, quota(group));
        char *slash = strrchr(group, '/');
        if (!slash)
            return limit;
        *slash = '\0';
    }
}

/* A line of /proc/self/cgroup: "0::/path" in version 2, "4:cpu,cpuacct:/path" in version 1. */
static int quota_of_line(char *line)
{
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group)
        return 0;
    *controllers++ = '\0';
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    if (*controllers == '\0')
        return quota_upwards(quota_v2, group);
    for (char *save, *name = strtok_r(controllers, ",", &save); name;
         name = strtok_r(NULL, ",", &save))
        if (strcmp(name, "cpu") == 0)
            return quota_upwards(quota_v1, group);
    return 0;
}

static int group_quota(void)
{
    char line[PATH_BYTES];
    int limit = 0;
    FILE *f = fopen("/proc/self/cgroup", "r");
    if (!f)
        return 0;
    while (fgets(line, sizeof line, f))
        limit = lesser_limit(limit, quota_of_line(line));
    fclose(f);
    return limit;
}

int rt_default_threads(void)
{
    const int processors = affinity(), quota = group_quota();
    return quota > 0 && quota < processors ? quota : processors;
}
