// The ABI of libinstrumentation_profiler: what the managed side (src/Instrumentation.Managed/Interop) calls.
//
// The library is two things at once: a CLR profiler, which the runtime loads and drives (DllGetClassObject), and a
// plain shared library, which C# calls (instr_*). Both are one loaded image, so they share its state. The native side
// holds no policy: it keeps the IL that C# wove until the runtime asks for it, and lends its one thread to calls that
// the runtime refuses on managed threads.
//
// Every function may be called from any thread at any time, before, during and after the attach. Functions that return
// an int32_t return an HRESULT unless said otherwise. A change that an older caller would notice raises INSTR_ABI_VERSION.
#ifndef INSTR_PROFILER_H
#define INSTR_PROFILER_H

#include <stdint.h>

#define INSTR_ABI_VERSION 3u

#define INSTR_EXPORT __attribute__((visibility("default")))

// The most arguments that instr_invoke passes on, `this` not counted.
#define INSTR_MAX_ARGUMENTS 8u

// How many errors are kept until instr_take_errors collects them. What does not fit is counted, not kept.
#define INSTR_MAX_ERRORS 1024u

// How far instr_caller follows frames, and the largest frame that it believes in.
#define INSTR_MAX_FRAMES 16u
#define INSTR_MAX_FRAME_BYTES (1024u * 1024u)

// State and counters. All counters count from the load of the library and wrap around.
//
// The event mask is ENABLE_REJIT and ENABLE_STACK_SNAPSHOT, and under it the runtime does not report ReJITCompilationStarted and -Finished:
// rejit_started and rejit_finished move only if another mask is set through instr_invoke. In particular nobody reports
// IL that the JIT refuses; it surfaces as InvalidProgramException in the program.
typedef struct instr_status {
    uint32_t size;                    // in: sizeof of the caller's structure; out: the bytes filled in
    uint32_t abi_version;             // INSTR_ABI_VERSION of this library
    uint32_t initialized;             // 1 from the moment that instr_invoke works
    int32_t init_hr;                  // what the last Initialize or InitializeForAttach answered the runtime
    uint32_t attach_complete;         // 1 once the runtime reported ProfilerAttachComplete
    uint32_t shutdown;                // 1 once the runtime reported Shutdown; instr_invoke refuses from then on
    uint32_t class_object_requests;   // calls of DllGetClassObject: the runtime repeats it at each failed attach
    uint32_t rejit_parameters;        // calls of GetReJITParameters
    uint32_t rejit_started;           // calls of ReJITCompilationStarted
    uint32_t rejit_finished;          // calls of ReJITCompilationFinished, failed ones included
    uint32_t rejit_failed;            // ReJITError, and ReJITCompilationFinished with a failure
    uint32_t errors_pending;          // errors that instr_take_errors would return now
    uint32_t errors_dropped;          // errors that found the list full
    uint32_t maps_refused;            // IL maps that the runtime did not take (debugging is disabled): lines are off, no more
} instr_status_t;

// One failed ReJIT, as the runtime reported it.
typedef struct instr_error {
    uintptr_t module;     // ModuleID; 0 where the runtime named the function only
    uintptr_t function;   // FunctionID; may be 0
    uint32_t token;       // mdMethodDef; 0 where the runtime named the function only
    int32_t hr;           // why
} instr_error_t;

// One place at which managed code runs, on any number of threads.
typedef struct instr_frame {
    uintptr_t address;       // where it goes on: inside a call, just behind it
    uintptr_t function;      // FunctionID
    uintptr_t module;        // ModuleID
    uint32_t token;          // mdMethodDef
    uint32_t module_flags;   // COR_PRF_MODULE_FLAGS
    uintptr_t version;       // ReJITID of the code; 0 for the original
    uintptr_t newest;        // ReJITID of the method's newest code that was asked for; 0 if none was
    uint32_t on_asking;      // 1 if the thread that asks for the walk is among those that run there
    uint32_t reserved;
} instr_frame_t;

// A walk over the stacks of all threads.
typedef struct instr_walk {
    uint32_t capacity;         // in: room for so many frames; a power of two
    uint32_t count;            // out: frames that were filled in, each (address, function) once
    uint32_t threads;          // out: threads that were walked
    uint32_t threads_missed;   // out: threads that were not, or not to the end: no room, no time left, or the runtime refused
    uint64_t limit_ns;         // in: the threads stand still for about so long at most
    uint64_t paused_ns;        // out: for how long they stood still
} instr_walk_t;

// The last time that a thread had to wait for a lock.
typedef struct instr_contention {
    int64_t start;        // when the wait began, as instr_now; 0 if none has been seen
    int64_t owner_span;   // the innermost span that the thread with the lock worked for then; 0 for none, or unknown
    uint32_t owner;       // the kernel's id of the thread that had the lock; 0 if unknown
    uint32_t reserved;
} instr_contention_t;

// Fills in as much of *out as out->size says that the caller knows of. E_POINTER, E_INVALIDARG (size below 4).
INSTR_EXPORT int32_t instr_status(instr_status_t *out);

// Calls one method of the runtime's ICorProfilerInfo10, named by its vtable slot, with `argc` integer or pointer
// arguments, on the worker thread, waits for it, and returns its HRESULT.
// The caller must be in preemptive mode: an ordinary P/Invoke is, one with SuppressGCTransition is not.
// E_UNEXPECTED: no runtime has initialized the profiler, or it has shut down. E_INVALIDARG: no such slot, or argc > 8.
INSTR_EXPORT int32_t instr_invoke(uint32_t slot, uint32_t argc, const uintptr_t *args);

// Stores (a copy of) the IL body, header included, that the method gets at its next ReJIT, and replaces what was stored.
// `map_pairs` holds 2 * map_count numbers, (original offset, woven offset), for line numbers; it may be null.
// `codegen_flags` are COR_PRF_CODEGEN_FLAGS. A null `il` removes what is stored: S_FALSE if that was nothing.
// E_INVALIDARG (il without a size, map_count without map_pairs), E_OUTOFMEMORY; then the old body stays.
INSTR_EXPORT int32_t instr_set_body(uintptr_t module, uint32_t token, const uint8_t *il, uint32_t il_size,
                                    const uint32_t *map_pairs, uint32_t map_count, uint32_t codegen_flags);

// How often the runtime took the body that is stored now. S_FALSE, and 0, if none is stored.
INSTR_EXPORT int32_t instr_body_served(uintptr_t module, uint32_t token, uint32_t *served);

// Stops all threads of the runtime where a garbage collection could stop them, notes which managed code they are in, and lets
// them go on. E_INVALIDARG; what the runtime answers when it cannot be stopped (a collection is under way for very long).
INSTR_EXPORT int32_t instr_walk_stacks(instr_walk_t *walk, instr_frame_t *frames);

// Fills in the versions of frames; of one without an address, its method's newest version only. Their modules must be loaded still: those of collectible ones may not be.
INSTR_EXPORT int32_t instr_frame_versions(instr_frame_t *frames, uint32_t count);

// Moves up to `capacity` errors, oldest first, to `out`, and returns how many (not an HRESULT).
INSTR_EXPORT uint32_t instr_take_errors(instr_error_t *out, uint32_t capacity);

// CLOCK_MONOTONIC in nanoseconds: the clock of every event. Never blocks; fit for SuppressGCTransition.
INSTR_EXPORT int64_t instr_now(void);

// The kernel's id of the calling thread. Never blocks; fit for SuppressGCTransition.
INSTR_EXPORT int32_t instr_gettid(void);

// The return address of the method whose hook is running, that is: where in its caller it was called. 0 if unknown.
//
// `marker` is the address of a local of the hook. Frames grow downwards, so the first frame on the chain of frame
// pointers that lies above the marker is the hook's, and the one that it links to is the probed method's (on arm64, where
// frame pointers lie below the locals, the first one above the marker is the probed method's):
//
//     instr_caller -> (the interop stub) -> hook [marker] -> probed method -> its caller
//
// This holds if hook and probed method keep a frame pointer. The JIT gives one to every method with an indirect call,
// which woven code has, and with an ordinary P/Invoke, which the hook has. Each step is checked (aligned, ascending,
// within the thread's stack), so a broken chain yields 0 or a wrong address, never a fault.
INSTR_EXPORT uintptr_t instr_caller(const void *marker);

// From now on the runtime inlines none of the methods anew, and what other threads were compiling has ended: to be called before a request to compile them anew. Waits for so long at
// most; S_FALSE if something was still being compiled. With a count of 0 the last call's effect ends.
INSTR_EXPORT int32_t instr_hold_inlining(const uintptr_t *modules, const uint32_t *tokens, uint32_t count, uint64_t limit_ns);

// Has the runtime tell each thread's waits for a Monitor or a System.Threading.Lock. `contexts` is the table that says which
// span each thread works for (Core/Spans): `capacity` of them, a power of two, of which a thread has one of `places` from the
// one that its id gives. A null table ends it. S_FALSE if it was on, or off, already; what the runtime answers to the session.
// To be called by one managed thread at a time, in preemptive mode: the runtime tells its managed event sources of the session on it.
INSTR_EXPORT int32_t instr_watch_contention(const void *contexts, uint32_t capacity, uint32_t places);

// The calling thread's last wait that was told. Never blocks; fit for SuppressGCTransition.
INSTR_EXPORT void instr_last_contention(instr_contention_t *out);

// The layout of the structures above as numbers, for a test of the managed declarations. Returns how many there are,
// whatever the capacity: INSTR_ABI_VERSION; sizeof instr_status_t and the offset of each field, in order of
// declaration; the same for instr_error_t, instr_frame_t, instr_walk_t and
// instr_contention_t.
INSTR_EXPORT uint32_t instr_abi(uint32_t *out, uint32_t capacity);

#endif
