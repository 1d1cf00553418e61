/* signals.c -- requests from outside: to stop, to write a checkpoint. */
#include "signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t received, wanted;

static void receive(int number)
{
    if (received)
        _exit(128 + number);
    received = number;
}

static void want(int number)
{
    wanted = number;
}

void rt_signals_ignore_writes(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void rt_signals_catch(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = receive;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = want;
    sigaction(SIGUSR1, &action, NULL);
}

int rt_signal(void) { return received; }

bool rt_signal_wants_checkpoint(void)
{
    const bool does = wanted != 0;

    wanted = 0;
    return does;
}
