// What the samples of this folder need of BPF: sections, definitions of maps, helpers by their numbers in the kernel's interface. It stands
// alone: no header of the kernel or of a library is needed to compile with it.
// SPDX-License-Identifier: MIT
#ifndef INSTRUMENTATION_BPF_H
#define INSTRUMENTATION_BPF_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed int s32;
typedef signed long long s64;

#define SEC(name) __attribute__((section(name), used))
#define ALWAYS_INLINE __attribute__((always_inline)) static inline
#define NOINLINE __attribute__((noinline))
#define HIDDEN __attribute__((visibility("hidden")))

// A map is a variable whose type says what it is: numbers as lengths of arrays, types as targets of pointers.
#define __uint(name, value) int (*name)[value]
#define __type(name, value) value *name

enum map_type { HASH = 1, ARRAY = 2, PERCPU_HASH = 5, PERCPU_ARRAY = 6, LRU_HASH = 9, RING_BUFFER = 27 };
enum { ANY = 0, NO_EXIST = 1 };

static void *(*const map_lookup)(void *map, const void *key) = (void *)1;
static long (*const map_update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static u64 (*const ktime_ns)(void) = (void *)5;
static u64 (*const current_pid_tgid)(void) = (void *)14;
static long (*const current_comm)(void *buffer, u32 size) = (void *)16;
static void *(*const current_task)(void) = (void *)35;
static long (*const read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static long (*const read_kernel_string)(void *to, u32 size, const void *from) = (void *)115;
static void *(*const ring_reserve)(void *ring, u64 size, u64 flags) = (void *)131;
static void (*const ring_submit)(void *record, u64 flags) = (void *)132;
static long (*const loop)(u32 count, void *callback, void *context, u64 flags) = (void *)181;

// CO-RE: what is asked of the target's types. The numbers are those of the compiler's builtins.
#define field_offset(access) __builtin_preserve_field_info(access, 0)
#define field_size(access) __builtin_preserve_field_info(access, 1)
#define field_exists(access) __builtin_preserve_field_info(access, 2)
#define field_signed(access) __builtin_preserve_field_info(access, 3)
#define field_left_shift(access) __builtin_preserve_field_info(access, 4)
#define field_right_shift(access) __builtin_preserve_field_info(access, 5)
#define local_type_id(type) __builtin_btf_type_id(*(typeof(type) *)0, 0)
#define target_type_id(type) __builtin_btf_type_id(*(typeof(type) *)0, 1)
#define type_exists(type) __builtin_preserve_type_info(*(typeof(type) *)0, 0)
#define type_size(type) __builtin_preserve_type_info(*(typeof(type) *)0, 1)
#define enum_value_exists(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 0)
#define enum_value(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 1)

// The types of the kernel, as far as a program names them: the offsets are those of the target, wherever they are declared here.
#define TARGET_TYPE __attribute__((preserve_access_index))

#endif
