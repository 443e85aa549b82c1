// Reads fields of the running task through a structure that is laid out unlike the kernel's: each access is adapted when the object is loaded (CO-RE).
// It writes what it finds into a ring buffer. What a kernel may lack is asked for first.
// SPDX-License-Identifier: MIT
#include "bpf.h"

// Only what is used, in another order and with other things between: the names are all that counts.
struct task_struct___mine {
    char comm[16];
    u64 not_in_any_kernel;
    struct task_struct___mine *group_leader;
    u64 start_time;
    struct task_struct___mine *real_parent;
    u32 tgid;
    u32 pid;
    u32 no_such_field;
    u32 in_execve : 1;
} TARGET_TYPE;

struct no_such_type {
    int field;
} TARGET_TYPE;

enum pid_type___mine { PIDTYPE_NO_SUCH = 77, PIDTYPE_SID___mine = 99 };

struct record {
    u32 pid;
    u32 tgid;
    u32 parent;
    u32 leader;
    u64 start_time;
    char comm[16];
    u32 has_field;
    u32 has_type;
    u32 has_task;
    u32 comm_size;
    u32 sid_value;
    u32 has_value;
    u32 in_execve_size;
    u32 missing;
};

struct {
    __uint(type, RING_BUFFER);
    __uint(max_entries, 65536);
} events SEC(".maps");

const volatile u32 only_tgid = 0;
u32 refused = 0;

char licence[] SEC("license") = "Dual MIT/GPL";

ALWAYS_INLINE u32 parent_of(struct task_struct___mine *task)
{
    struct task_struct___mine *parent = 0;
    u32 tgid = 0;
    read_kernel(&parent, sizeof(parent), &task->real_parent);
    read_kernel(&tgid, sizeof(tgid), &parent->tgid);
    return tgid;
}

SEC("raw_tp/sys_enter") int on_call(u64 *context)
{
    struct task_struct___mine *task = current_task(), *leader = 0;
    struct record *record;
    u32 tgid = current_pid_tgid() >> 32;

    // The number of the call: getppid, which hardly any program makes.
    if (context[1] != 110 || (only_tgid && tgid != only_tgid))
        return 0;
    record = ring_reserve(&events, sizeof(*record), 0);
    if (!record) {
        __sync_fetch_and_add(&refused, 1);
        return 0;
    }

    record->parent = parent_of(task);
    read_kernel(&record->pid, sizeof(u32), &task->pid);
    read_kernel(&record->tgid, sizeof(u32), &task->tgid);
    read_kernel(&leader, sizeof(leader), &task->group_leader);
    read_kernel(&record->leader, sizeof(u32), &leader->pid);
    read_kernel(&record->start_time, sizeof(u64), &task->start_time);
    read_kernel_string(record->comm, sizeof(record->comm), task->comm);
    record->has_field = field_exists(task->no_such_field);
    record->has_type = type_exists(struct no_such_type);
    record->has_task = type_exists(struct task_struct___mine) + 2 * field_exists(task->tgid);
    record->comm_size = field_size(task->comm);
    record->sid_value = enum_value(enum pid_type___mine, PIDTYPE_SID___mine);
    record->has_value = enum_value_exists(enum pid_type___mine, PIDTYPE_NO_SUCH) + 2 * enum_value_exists(enum pid_type___mine, PIDTYPE_SID___mine);
    record->in_execve_size = 64 - field_right_shift(task->in_execve);
    record->missing = 0;
    if (field_exists(task->no_such_field))
        read_kernel(&record->missing, sizeof(u32), &task->no_such_field);
    ring_submit(record, 0);
    return 0;
}
