/* pool.c -- a pool of threads that runs fixed tiles.
 *
 * A job's tiles are dealt out in runs of neighbours, one for each thread: tiles of different layers
 * that lie at the same place of a batch then mostly run on the same processor, which still has in
 * its cache what it wrote there.  A thread that is done with its own helps the others.
 *
 * Such a run, a thread's hand, is claimed tile by tile from an atomic ticket: the job's number in
 * the high half, the tiles still unclaimed in the low half.  A thread that reads a ticket and
 * claims it by compare-and-swap has the right job: the fields of the next job are written only when
 * nothing is left of this one.  So nobody waits for a thread that sleeps through a whole job. */
#include "pool.h"
#include "thread_memory.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* OpenBLAS: the same in every build of it; <cblas.h> is not needed for them. */
void openblas_set_num_threads(int threads);
int openblas_get_num_threads(void);
int openblas_get_parallel(void);

enum { OPENBLAS_OPENMP = 2 };       /* of openblas_get_parallel */
enum { SPINS = 8000 };              /* pauses before a thread sleeps: about 200 us */
enum { STACK_BYTES = 2 << 20 };     /* of a worker, whatever limit the main thread's has */

typedef void tile_body(void *arg, int tile);

enum { LINE = 128 };                /* bytes that processors pass to each other: two lines */

/* The tiles of a job that are dealt to one thread. */
typedef struct {
    _Alignas(LINE) _Atomic uint64_t ticket;     /* job << 32 | unclaimed tiles */
} hand;

typedef struct {
    pthread_t thread;
    rt_pool *pool;
    int hand;
} worker;

/* What is written for each job lies in lines of its own: each time that a line changes hands takes
 * as long as some hundred instructions.  The rest changes where a thread falls asleep, or not at
 * all. */
struct rt_pool {
    _Alignas(LINE) tile_body *_Atomic body;
    void *_Atomic arg;
    atomic_int tiles;
    _Alignas(LINE) atomic_int pending;          /* tiles not finished */
    _Alignas(LINE) int threads, hands, spins;   /* a thread that could not be had has a hand too */
    atomic_int sleepers;            /* workers asleep or about to be */
    atomic_bool waiting, quit;      /* the caller sleeps until pending is 0; workers shall end */
    pthread_mutex_t lock;           /* only around sleeping */
    pthread_cond_t wake, finished;
    hand *hand;                     /* [hands], the caller's first */
    worker *worker;                 /* [hands - 1] */
};

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static void notify(rt_pool *p, pthread_cond_t *who)
{
    pthread_mutex_lock(&p->lock);
    pthread_cond_broadcast(who);
    pthread_mutex_unlock(&p->lock);
}

/* The first of the tiles that are dealt to a thread: of fewer than threads the caller has one. */
static int first_tile(const rt_pool *p, int which, int tiles)
{
    return (int)(((int64_t)tiles * which + p->hands - 1) / p->hands);
}

/* Runs what is left in a hand, from the first tile to the last; the number of tiles. */
static int run_hand(rt_pool *p, int which)
{
    _Atomic uint64_t *at = &p->hand[which].ticket;
    uint64_t ticket = atomic_load(at);
    int ran = 0;

    while ((uint32_t)ticket != 0) {
        const int left = (int)(uint32_t)ticket;
        tile_body *body = atomic_load_explicit(&p->body, memory_order_relaxed);
        void *arg = atomic_load_explicit(&p->arg, memory_order_relaxed);
        const int tiles = atomic_load_explicit(&p->tiles, memory_order_relaxed);
        if (!atomic_compare_exchange_strong(at, &ticket, ticket - 1))
            continue;
        body(arg, first_tile(p, which + 1, tiles) - left);
        ran++;
        ticket = atomic_load(at);
    }
    return ran;
}

/* So many tiles are done.  Are others of the job not?  At its end that may be told of the next. */
static bool more_is_left(rt_pool *p, int done)
{
    if (done == 0)
        return atomic_load(&p->pending) > 0;
    const int left = atomic_fetch_sub(&p->pending, done) - done;
    if (left == 0 && atomic_load(&p->waiting))
        notify(p, &p->finished);
    return left > 0;
}

/* Runs the tiles of a thread's own hand, then what the others have left; whoever is the last does
 * not look, since each look takes a line from its owner. */
static void run_tiles(rt_pool *p, int own)
{
    bool more = more_is_left(p, run_hand(p, own));
    for (int i = 1; i < p->hands && more; i++) {
        const int ran = run_hand(p, (own + i) % p->hands);
        more = ran == 0 || more_is_left(p, ran);
    }
}

static bool has_news(rt_pool *p, int own)
{
    return (uint32_t)atomic_load(&p->hand[own].ticket) != 0 || atomic_load(&p->quit);
}

static void await_news(rt_pool *p, int own)
{
    for (int i = 0; i < p->spins; i++) {
        if (has_news(p, own))
            return;
        pause_briefly();
    }
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->sleepers, 1);
    while (!has_news(p, own))
        pthread_cond_wait(&p->wake, &p->lock);
    atomic_fetch_sub(&p->sleepers, 1);
    pthread_mutex_unlock(&p->lock);
}

static void await_pending(rt_pool *p)
{
    for (int i = 0; i < p->spins; i++) {
        if (atomic_load(&p->pending) == 0)
            return;
        pause_briefly();
    }
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->waiting, true);
    while (atomic_load(&p->pending) != 0)
        pthread_cond_wait(&p->finished, &p->lock);
    atomic_store(&p->waiting, false);
    pthread_mutex_unlock(&p->lock);
}

static void *work(void *arg)
{
    const worker *me = arg;
    rt_pool *p = me->pool;
    /* An OpenMP build keeps this number by thread. */
    if (openblas_get_parallel() == OPENBLAS_OPENMP)
        openblas_set_num_threads(1);
    if (!rt_take_thread_memory(false))
        return NULL;                /* the others do its work */
    while (!atomic_load(&p->quit)) {
        run_tiles(p, me->hand);
        await_news(p, me->hand);
    }
    rt_free_thread_memory();
    return NULL;
}

/* Workers take no signals: the thread that trains handles them between two steps. */
static int start_workers(rt_pool *p, int workers)
{
    sigset_t all, old;
    pthread_attr_t attr;
    int started = 0;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    for (; started < workers; started++) {
        worker *w = &p->worker[started];
        *w = (worker){ .pool = p, .hand = started + 1 };
        if (pthread_create(&w->thread, &attr, work, w) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    return started;
}

rt_pool *rt_pool_new(int threads)
{
    openblas_set_num_threads(1);
    if (threads < 1 || openblas_get_num_threads() != 1 || !rt_take_thread_memory(true))
        return NULL;
    rt_pool *p = aligned_alloc(LINE, sizeof *p);
    hand *hands = aligned_alloc(LINE, (size_t)threads * sizeof *hands);
    worker *workers = calloc((size_t)threads, sizeof *workers);
    if (!p || !hands || !workers) {
        free(p);
        free(hands);
        free(workers);
        return NULL;
    }
    *p = (rt_pool){ .hands = threads, .hand = hands, .worker = workers };
    memset(hands, 0, (size_t)threads * sizeof *hands);
    /* With fewer processors than threads, one that spins keeps another from its work. */
    p->spins = threads <= rt_default_threads() ? SPINS : 0;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    pthread_cond_init(&p->finished, NULL);
    p->threads = 1 + start_workers(p, threads - 1);
    return p;
}

void rt_pool_free(rt_pool *p)
{
    if (!p)
        return;
    atomic_store(&p->quit, true);
    notify(p, &p->wake);
    for (int i = 0; i < p->threads - 1; i++)
        pthread_join(p->worker[i].thread, NULL);
    pthread_cond_destroy(&p->finished);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p->hand);
    free(p->worker);
    free(p);
    rt_free_thread_memory();
}

int rt_pool_threads(const rt_pool *p) { return p ? p->threads : 1; }

/* One fence for all tickets, not one for each: that is what a hand-over takes with many threads. */
static void deal(rt_pool *p, int tiles)
{
    const uint64_t job = (atomic_load(&p->hand[0].ticket) >> 32) + 1;
    for (int i = p->hands; i-- > 0; ) {     /* the caller's last: it has it at once */
        const int dealt = first_tile(p, i + 1, tiles) - first_tile(p, i, tiles);
        atomic_store_explicit(&p->hand[i].ticket, job << 32 | (uint32_t)dealt,
                              memory_order_release);
    }
    /* A worker that does not see its ticket has counted itself asleep before. */
    atomic_thread_fence(memory_order_seq_cst);
}

void rt_parallel(rt_pool *p, int tiles, void (*body)(void *arg, int tile), void *arg)
{
    if (!p || p->threads == 1 || tiles < 2) {
        for (int i = 0; i < tiles; i++)
            body(arg, i);
        return;
    }
    atomic_store_explicit(&p->body, body, memory_order_relaxed);
    atomic_store_explicit(&p->arg, arg, memory_order_relaxed);
    atomic_store_explicit(&p->tiles, tiles, memory_order_relaxed);
    atomic_store_explicit(&p->pending, tiles, memory_order_relaxed);
    deal(p, tiles);
    if (atomic_load(&p->sleepers) > 0)
        notify(p, &p->wake);
    run_tiles(p, 0);
    await_pending(p);
}
