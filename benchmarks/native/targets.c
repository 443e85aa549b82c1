/*
 * Functions to put probes on, and a loop that calls one of them. All are alike, so that a probe on one can be compared with a probe on another and with
 * none. They begin by saving a register, as most functions that are more than a few instructions long.
 */
#include <time.h>
#include <unistd.h>

#ifdef __x86_64__
#define SAVED "rbx"
#else
#define SAVED "x19"
#endif

#define TARGET(name)                                        \
    __attribute__((noipa, aligned(64))) long name(long value) \
    {                                                       \
        __asm__ volatile("" : : : SAVED);                   \
        return value * 31 + 7;                              \
    }

TARGET(not_probed)
TARGET(probed_by_us)
TARGET(probed_by_peer)
TARGET(peer_is_ready)

/* Calls a function again and again; gives the time that the thread has used for it on a processor, in nanoseconds. */
long call_target(long (*target)(long), long count)
{
    struct timespec begin, end;
    long value = 0;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    for (long i = 0; i < count; i++) {
        value += target(i);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    __asm__ volatile("" : : "r"(value));
    return (end.tv_sec - begin.tv_sec) * 1000000000L + (end.tv_nsec - begin.tv_nsec);
}

/* Works without any call; gives the time that the thread has used for it on a processor, in nanoseconds. */
long compute(long rounds)
{
    struct timespec begin, end;
    unsigned long value = 1;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    for (long i = 0; i < rounds; i++) {
        value = value * 6364136223846793005UL + 1442695040888963407UL;
        __asm__ volatile("" : "+r"(value));
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    return (end.tv_sec - begin.tv_sec) * 1000000000L + (end.tv_nsec - begin.tv_nsec);
}

/* Makes system calls that fail at once, since there is no such file. */
void call_lseek(long count)
{
    for (long i = 0; i < count; i++) {
        lseek(-1, i, SEEK_SET);
    }
}

/* The same with another call. */
void call_ftruncate(long count)
{
    for (long i = 0; i < count; i++) {
        if (ftruncate(-1, i) == 0) {
            return;
        }
    }
}
