/*
 * Reads a ring buffer with libbpf, as a C program would. Arguments: the kernel's id of the ring and of a program that fills it at each test run.
 * Commands come as lines, and each is answered by a line "RECORDS NANOSECONDS":
 *   polled RUNS   a thread runs the program; the ring is looked at each millisecond
 *   woken RUNS    the same; the kernel wakes the reader
 *   filled RUNS   the program runs first, and only the reading is timed, by the processor's time that it takes
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int program;
static int runs;
static atomic_int done;
static uint64_t begun;
static uint64_t records;
static uint64_t sum;

static uint64_t now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int on_record(void *context, void *data, size_t size)
{
    (void)context;
    (void)size;
    records++;
    sum += *(uint64_t *)data;
    return 0;
}

static void fill(void)
{
    char packet[64] = {0};
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof packet, .repeat = runs);
    if (bpf_prog_test_run_opts(program, &options) != 0) {
        perror("bpf_prog_test_run_opts");
        exit(1);
    }
}

static void *produce(void *unused)
{
    (void)unused;
    begun = now(CLOCK_MONOTONIC);
    fill();
    atomic_store(&done, 1);
    return NULL;
}

static uint64_t live(struct ring_buffer *ring, int woken)
{
    pthread_t producer;
    atomic_store(&done, 0);
    if (pthread_create(&producer, NULL, produce, NULL) != 0) {
        perror("pthread_create");
        exit(1);
    }
    while (!atomic_load(&done)) {
        if (woken) {
            ring_buffer__poll(ring, 10);
        } else {
            ring_buffer__consume(ring);
            usleep(1000);
        }
    }
    ring_buffer__consume(ring);
    uint64_t end = now(CLOCK_MONOTONIC);
    pthread_join(producer, NULL);
    return end - begun;
}

int main(int count, char **arguments)
{
    if (count != 3) {
        return 2;
    }
    int map = bpf_map_get_fd_by_id((uint32_t)atoi(arguments[1]));
    program = bpf_prog_get_fd_by_id((uint32_t)atoi(arguments[2]));
    struct ring_buffer *ring = map < 0 || program < 0 ? NULL : ring_buffer__new(map, on_record, NULL, NULL);
    if (ring == NULL) {
        perror("the ring cannot be opened");
        return 1;
    }

    char command[16];
    while (scanf("%15s %d", command, &runs) == 2) {
        uint64_t took;
        records = 0;
        if (strcmp(command, "filled") == 0) {
            fill();
            uint64_t begin = now(CLOCK_THREAD_CPUTIME_ID);
            ring_buffer__consume(ring);
            took = now(CLOCK_THREAD_CPUTIME_ID) - begin;
        } else {
            took = live(ring, strcmp(command, "woken") == 0);
        }
        printf("%llu %llu\n", (unsigned long long)records, (unsigned long long)took);
        fflush(stdout);
    }
    ring_buffer__free(ring);
    return sum == 0;
}
