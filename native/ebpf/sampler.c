// What a program may ask of its loader, in small: functions that are called back, functions that the verifier checks by themselves and such that it
// checks where they are called, several places of attachment.
// SPDX-License-Identifier: MIT
#include "bpf.h"

struct {
    __uint(type, LRU_HASH);
    __uint(max_entries, 256);
    __type(key, u64);
    __type(value, u64);
} hits SEC(".maps");

struct {
    __uint(type, ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 8);
    __uint(max_entries, 4);
} slots SEC(".maps");

struct state {
    u64 sum;
    u64 limit;
};

u64 calls = 0;
const char text[] = "constant";

char licence[] SEC("license") = "GPL";

static long add(u64 index, struct state *state)
{
    state->sum += index;
    return index + 1 >= state->limit;
}

// The sum of the numbers below n, by calls from the kernel.
SEC("raw_tp/sum") int sum(u64 *context)
{
    struct state state = { 0, context[1] };
    loop((u32)context[0], add, &state, 0);
    return state.sum;
}

// Checked by itself, for all arguments.
NOINLINE int global_square(int value)
{
    return value * value;
}

// Checked where it is called.
HIDDEN NOINLINE int hidden_twice(int value)
{
    return value + global_square(1) * value;
}

SEC("raw_tp/square") int square(u64 *context)
{
    u32 which = 2;
    u64 *slot = map_lookup(&slots, &which);
    if (slot)
        *slot = context[0];
    return global_square(context[0]) + hidden_twice(context[0]) + text[context[0] & 7];
}

static int hit(void)
{
    u64 id = current_pid_tgid(), one = 1, *known = map_lookup(&hits, &id);
    __sync_fetch_and_add(&calls, 1);
    if (known)
        *known += 1;
    else
        map_update(&hits, &id, &one, ANY);
    return 0;
}

SEC("uprobe") int on_function(void *registers)
{
    return hit();
}

SEC("uretprobe.multi/libc.so.6:a64l") int on_return(void *registers)
{
    return hit();
}

SEC("perf_event") int on_clock(void *registers)
{
    return hit();
}
