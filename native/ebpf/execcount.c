// Counts program starts by the thread group that starts them, without a single access to a field of the kernel: raw and typed tracepoints,
// a hash table, an array, global variables, several programs in one object.
// SPDX-License-Identifier: MIT
#include "bpf.h"

struct {
    __uint(type, HASH);
    __uint(max_entries, 1024);
    __type(key, u32);
    __type(value, u64);
} starts SEC(".maps");

struct {
    __uint(type, PERCPU_ARRAY);
    __uint(max_entries, 2);
    __type(key, u32);
    __type(value, u64);
} per_cpu SEC(".maps");

const volatile u32 only_tgid = 0;     // 0 counts all
const volatile u64 step = 1;
u64 total = 0;
u64 begins_at = 1000;
static u64 hidden_total;

char licence[] SEC("license") = "GPL";

// A function of its own, which both programs call.
NOINLINE static int count(u32 tgid, u32 which)
{
    u64 one = step, *known;
    if (only_tgid && tgid != only_tgid)
        return 0;
    known = map_lookup(&starts, &tgid);
    if (known)
        __sync_fetch_and_add(known, one);
    else
        map_update(&starts, &tgid, &one, ANY);
    known = map_lookup(&per_cpu, &which);
    if (known)
        *known += one;
    __sync_fetch_and_add(&total, one);
    __sync_fetch_and_add(&begins_at, one);
    __sync_fetch_and_add(&hidden_total, one);
    return 1;
}

SEC("raw_tp/sched_process_exec") int on_exec(u64 *context)
{
    return count(current_pid_tgid() >> 32, 0);
}

SEC("tp_btf/sched_process_fork") int on_fork(u64 *context)
{
    return count(current_pid_tgid() >> 32, 1);
}

SEC("?tracepoint/syscalls/sys_enter_execve") int on_execve(void *context)
{
    return count(current_pid_tgid() >> 32, 0);
}
