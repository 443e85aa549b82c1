// Which managed code runs at this moment: a walk over the stacks of all threads.
//
// The runtime lets a profiler walk another thread's stack on Linux only while it has suspended the runtime, that is: stopped
// every thread where a garbage collection could. Between suspension and resumption only calls are made that take no lock of
// the runtime, since a stopped thread may hold it, and nothing is waited for.
#define _GNU_SOURCE
#include "internal.h"

#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// How often the suspension is tried anew when a garbage collection is under way, and how long is waited in between: on a machine that is busy with others a collection can take seconds.
enum { SUSPENSION_TRIES = 5000 };
static const struct timespec SUSPENSION_WAIT = {.tv_nsec = 1000 * 1000};

// Threads are asked for in groups of so many.
enum { THREADS_AT_ONCE = 64 };

typedef struct snapshot {
    instr_walk_t *walk;
    instr_frame_t *frames;   // a hash table with open addressing; free where the function is 0
    int64_t end;             // by instr_now: no frame is looked at afterwards
    uint32_t asking;         // the kernel's id of the thread that asks
    uint32_t on_asking;      // whether it is being walked
} snapshot;

static instr_frame_t *slot_of(const snapshot *s, uintptr_t function, uintptr_t address)
{
    uint32_t mask = s->walk->capacity - 1;
    uint32_t at = (uint32_t)(((uint64_t)address + function) * 0x9E3779B97F4A7C15u >> 32) & mask;
    while (s->frames[at].function != 0 && (s->frames[at].function != function || s->frames[at].address != address))
        at = (at + 1) & mask;
    return &s->frames[at];
}

// The runtime calls it for each frame, the newest first. The function is 0 for code that is not managed.
static HRESULT on_frame(uintptr_t function, uintptr_t address, uintptr_t frame, uint32_t context_size, uint8_t *context, void *data)
{
    (void)frame;
    (void)context_size;
    (void)context;
    snapshot *s = data;
    if (instr_now() > s->end)
        return S_FALSE;   // ends the walk
    if (function == 0)
        return S_OK;

    instr_frame_t *slot = slot_of(s, function, address);
    if (slot->function == 0) {
        if (s->walk->count + 1 == s->walk->capacity)
            return S_FALSE;   // one slot stays free, for slot_of to end
        *slot = (instr_frame_t){.address = address, .function = function};
        s->walk->count++;
    }
    slot->on_asking |= s->on_asking;
    return S_OK;
}

static HRESULT walk_threads(clr_object *runtime, snapshot *s)
{
    clr_object *threads = NULL;
    HRESULT hr = CALL(runtime, INFO_ENUM_THREADS, (void *, clr_object **), runtime, &threads);
    if (failed(hr))
        return hr;

    uintptr_t ids[THREADS_AT_ONCE];
    uint32_t got;
    do {
        got = 0;
        hr = CALL(threads, THREADS_NEXT, (void *, uint32_t, uintptr_t *, uint32_t *), threads, THREADS_AT_ONCE, ids, &got);
        for (uint32_t i = 0; !failed(hr) && i < got; i++) {
            uint32_t thread = 0;
            s->on_asking = !failed(CALL(runtime, INFO_GET_THREAD_INFO, (void *, uintptr_t, uint32_t *), runtime, ids[i], &thread)) &&
                           thread == s->asking;

            // E_FAIL is the answer for a stack without managed frames.
            HRESULT walked = CALL(runtime, INFO_DO_STACK_SNAPSHOT, (void *, uintptr_t, void *, uint32_t, void *, uint8_t *, uint32_t),
                                  runtime, ids[i], (void *)on_frame, 0, s, NULL, 0);
            if (failed(walked) && walked != E_FAIL)
                s->walk->threads_missed++;
            else
                s->walk->threads++;
        }
    } while (hr == S_OK && got > 0);

    CALL(threads, IUNKNOWN_RELEASE, (void *), threads);
    return failed(hr) ? hr : S_OK;
}

// What an id means can be asked safely only now: afterwards its module may be unloaded.
static void name_frames(clr_object *runtime, const snapshot *s)
{
    for (uint32_t i = 0; i < s->walk->capacity; i++) {
        instr_frame_t *f = &s->frames[i];
        uintptr_t type;
        if (f->function != 0 &&
            (failed(CALL(runtime, INFO_GET_FUNCTION_INFO, (void *, uintptr_t, uintptr_t *, uintptr_t *, uint32_t *),
                         runtime, f->function, &type, &f->module, &f->token)) ||
             failed(CALL(runtime, INFO_GET_MODULE_INFO2,
                         (void *, uintptr_t, void *, uint32_t, void *, void *, void *, uint32_t *),
                         runtime, f->module, NULL, 0, NULL, NULL, NULL, &f->module_flags))))
            f->token = 0;
    }
}

static HRESULT walk_all(clr_object *runtime, void *argument)
{
    snapshot *s = argument;
    HRESULT hr = CORPROF_E_SUSPENSION_IN_PROGRESS;
    int64_t start = 0;
    for (int i = 0; i < SUSPENSION_TRIES; i++) {
        start = instr_now();
        hr = CALL(runtime, INFO_SUSPEND_RUNTIME, (void *), runtime);
        if (hr != CORPROF_E_SUSPENSION_IN_PROGRESS)
            break;
        nanosleep(&SUSPENSION_WAIT, NULL);
    }
    if (failed(hr))
        return hr;

    s->end = instr_now() + (int64_t)s->walk->limit_ns;
    hr = walk_threads(runtime, s);
    if (!failed(hr))
        name_frames(runtime, s);
    HRESULT resumed = CALL(runtime, INFO_RESUME_RUNTIME, (void *), runtime);
    s->walk->paused_ns = (uint64_t)(instr_now() - start);
    return failed(resumed) ? resumed : hr;
}

int32_t instr_walk_stacks(instr_walk_t *walk, instr_frame_t *frames)
{
    if (walk == NULL || frames == NULL || walk->capacity < 2 || (walk->capacity & (walk->capacity - 1)) != 0)
        return E_INVALIDARG;

    walk->count = walk->threads = walk->threads_missed = 0;
    walk->paused_ns = 0;
    memset(frames, 0, (size_t)walk->capacity * sizeof(*frames));
    snapshot s = {.walk = walk, .frames = frames, .asking = (uint32_t)syscall(SYS_gettid)};
    return worker_run(walk_all, &s);
}

// ---- Which version of its method a place belongs to --------------------------------------------------------------------------

enum { VERSIONS_AT_ONCE = 512 };

typedef struct versions {
    instr_frame_t *frames;
    uint32_t count;
} versions;

static HRESULT find_versions(clr_object *runtime, void *argument)
{
    const versions *v = argument;
    uintptr_t ids[VERSIONS_AT_ONCE];
    for (uint32_t i = 0; i < v->count; i++) {
        instr_frame_t *f = &v->frames[i];
        uintptr_t function = 0;
        f->version = f->newest = 0;

        // A call can be the last instruction of a method: what lies behind it is another's.
        if (f->address != 0 &&
            (failed(CALL(runtime, INFO_GET_FUNCTION_FROM_IP2, (void *, uintptr_t, uintptr_t *, uintptr_t *),
                         runtime, f->address - 1, &function, &f->version)) || function != f->function))
            continue;

        // Oldest or newest first: the runtime does not say. What does not fit is cut off, and its count told all the same.
        uint32_t found = 0;
        if (failed(CALL(runtime, INFO_GET_REJIT_IDS, (void *, uintptr_t, uint32_t, uint32_t *, uintptr_t *),
                        runtime, f->function, VERSIONS_AT_ONCE, &found, ids)))
            continue;
        for (uint32_t k = 0; k < found && k < VERSIONS_AT_ONCE; k++)
            if (ids[k] > f->newest)
                f->newest = ids[k];
    }
    return S_OK;
}

int32_t instr_frame_versions(instr_frame_t *frames, uint32_t count)
{
    if (frames == NULL && count != 0)
        return E_INVALIDARG;
    return worker_run(find_versions, &(versions){.frames = frames, .count = count});
}
