// What the parts of the profiler share.
//
// Locks, and what may be done under them: those of bodies.c and errors.c guard a few instructions each and are never held
// across a call into the runtime, because the runtime calls in here from any thread, in any of its modes. The callers' lock
// of worker.c is held across such a call, but only threads of C# take it. No lock is ever destroyed, and no thread ever
// joined: the library stays in the process to the end (DllCanUnloadNow, and the linker's nodelete).
#ifndef INSTR_INTERNAL_H
#define INSTR_INTERNAL_H

#include "clr.h"
#include "profiler.h"

#include <stdatomic.h>
#include <stdbool.h>

// On both, the caller of a function cleans up what it has passed, the results of all calls here are in one register, and structures have the same layout.
#if !defined(__linux__) || !defined(__LP64__) || !(defined(__x86_64__) || defined(__aarch64__))
#error "The profiler knows the ABI of Linux on x86-64 and on arm64 only."
#endif

// Calls a method of a COM object: the slot of its vtable, the types of its arguments, the arguments.
#define CALL(object, slot, types, ...) \
    (((HRESULT(*) types)((clr_object *)(object))->vtable[slot])(__VA_ARGS__))

static inline bool failed(HRESULT hr) { return hr < 0; }

// ---- status.c: what the runtime has told, for instr_status ---------------------------------------------------------------

extern struct instr_state {
    _Atomic(clr_object *) info;   // the runtime's ICorProfilerInfo10 while it may be called, else null
    _Atomic int32_t init_hr;
    _Atomic uint32_t attach_complete;
    _Atomic uint32_t shutdown_seen;
    _Atomic uint32_t class_object_requests;
    _Atomic uint32_t rejit_parameters;
    _Atomic uint32_t rejit_started;
    _Atomic uint32_t rejit_finished;
    _Atomic uint32_t rejit_failed;
    _Atomic uint32_t maps_refused;
} state;

static inline void count(_Atomic uint32_t *counter) { atomic_fetch_add_explicit(counter, 1, memory_order_relaxed); }

// What the profiler always asks the runtime for.
#define EVENT_MASK (COR_PRF_ENABLE_REJIT | COR_PRF_ENABLE_STACK_SNAPSHOT | COR_PRF_MONITOR_JIT_COMPILATION)

// ---- contention.c -----------------------------------------------------------------------------------------------------------

// An event of the session that instr_watch_contention has started; on the thread that raised it.
void contention_event(uint32_t event, const uint8_t *data, uint32_t bytes);

// ---- inlining.c -------------------------------------------------------------------------------------------------------------

// The current thread begins, or ends, to compile a function.
void compilation_started(uintptr_t function);
void compilation_finished(uintptr_t function);

// Whether a function is one of those that must not be inlined now.
bool inlining_held(uintptr_t function);

// ---- errors.c ---------------------------------------------------------------------------------------------------------------

void errors_push(uintptr_t module, uint32_t token, uintptr_t function, HRESULT hr);

void errors_count(uint32_t *pending, uint32_t *dropped);

// ---- bodies.c ---------------------------------------------------------------------------------------------------------------

// One allocation: the header, the map, then the IL. Immutable but for the two counters, which the lock of bodies.c guards.
typedef struct body {
    uint32_t references;   // the table's, and one of each GetReJITParameters that is using it
    uint32_t served;
    uint32_t codegen_flags;
    uint32_t il_size;
    uint32_t map_count;
    clr_il_map map[];
} body;

uint8_t *body_il(body *b);

// The body of the method, kept alive until body_release, whatever instr_set_body does meanwhile; null if there is none.
body *body_acquire(uintptr_t module, uint32_t token);

void body_release(body *b, bool taken);

// ---- worker.c ---------------------------------------------------------------------------------------------------------------

// Starts the worker, once; only the initialization calls it.
HRESULT worker_start(void);

// Something to be done on the worker, with the runtime's interface.
typedef HRESULT (*worker_task)(clr_object *runtime, void *argument);

// Does it, and waits for it. E_UNEXPECTED when no runtime has initialized the profiler, or it has shut down.
HRESULT worker_run(worker_task task, void *argument);

#endif
