// Contention of locks, as the runtime tells it by its events: on the thread that waits, at the moment at which it begins to.
#define _GNU_SOURCE
#include "internal.h"

#include <string.h>

// Microsoft-Windows-DotNETRuntime, in UTF-16; the keyword of lock contention, and the level of its events.
static const uint16_t PROVIDER[] = u"Microsoft-Windows-DotNETRuntime";
enum { KEYWORD_CONTENTION = 0x4000, LEVEL_INFORMATIONAL = 4 };

// ContentionStart of version 2: flags (1 byte), instance (2), the lock (8), the object (8), the owner's thread (8), without gaps.
enum { EVENT_CONTENTION_START = 81, OWNER_OFFSET = 19, OWNER_BYTES = 8 };

// How src/Instrumentation.Core/Spans lays out what each thread is working for.
enum { CONTEXT_BYTES = 256, CONTEXT_THREAD = 0, CONTEXT_FLOW = 8, CONTEXT_SYNC = 16, CONTEXT_SYNC_FLOW = 24 };

static const uint8_t *_Atomic contexts;
static uint32_t contexts_mask, contexts_places;
static uint64_t session;   // 0 for none

static __thread instr_contention_t last;

static int64_t context_word(const uint8_t *context, uint32_t offset)
{
    return __atomic_load_n((const int64_t *)(context + offset), __ATOMIC_ACQUIRE);   // in the order of the program, on every processor
}

// The innermost span that a thread is working for: the same rule as in ThreadContext.Innermost.
static int64_t span_of(uint32_t thread)
{
    const uint8_t *table = atomic_load_explicit(&contexts, memory_order_acquire);
    for (uint32_t i = 0; table != NULL && thread != 0 && i < contexts_places; i++) {
        const uint8_t *context = table + (size_t)((thread + i) & contexts_mask) * CONTEXT_BYTES;
        if (__atomic_load_n((const uint32_t *)(context + CONTEXT_THREAD), __ATOMIC_ACQUIRE) == thread) {
            int64_t sync = context_word(context, CONTEXT_SYNC), flow = context_word(context, CONTEXT_FLOW);
            return sync != 0 && context_word(context, CONTEXT_SYNC_FLOW) == flow ? sync : flow;
        }
    }
    return 0;
}

void contention_event(uint32_t event, const uint8_t *data, uint32_t bytes)
{
    if (event != EVENT_CONTENTION_START)
        return;

    uint64_t owner = 0;
    if (bytes >= OWNER_OFFSET + OWNER_BYTES)
        memcpy(&owner, data + OWNER_OFFSET, OWNER_BYTES);
    last.start = instr_now();
    last.owner = (uint32_t)owner;
    last.owner_span = span_of((uint32_t)owner);
}

void instr_last_contention(instr_contention_t *out) { *out = last; }

static HRESULT set_mask(clr_object *runtime, void *unused)
{
    (void)unused;
    return CALL(runtime, INFO_SET_EVENT_MASK2, (void *, uint32_t, uint32_t), runtime, EVENT_MASK, COR_PRF_HIGH_MONITOR_EVENT_PIPE);
}

static HRESULT session_start(clr_object *runtime)
{
    clr_object *events = NULL;
    HRESULT hr = CALL(runtime, IUNKNOWN_QUERY_INTERFACE, (void *, const clr_guid *, void **),
                      runtime, &IID_ICorProfilerInfo12, (void **)&events);
    if (failed(hr))
        return hr;

    clr_event_provider provider = {.name = PROVIDER, .keywords = KEYWORD_CONTENTION, .level = LEVEL_INFORMATIONAL};
    hr = CALL(events, INFO_EVENT_PIPE_START_SESSION, (void *, uint32_t, const clr_event_provider *, int32_t, uint64_t *),
              events, 1, &provider, 0, &session);
    CALL(events, IUNKNOWN_RELEASE, (void *), events);
    return hr;
}

// Sessions begin and end on the caller's thread: the runtime tells its managed event sources of it on the very thread, which
// makes it a managed one, and on those it refuses what the worker is for.
int32_t instr_watch_contention(const void *memory, uint32_t capacity, uint32_t places)
{
    clr_object *runtime = atomic_load_explicit(&state.info, memory_order_acquire);
    if (runtime == NULL || atomic_load_explicit(&state.shutdown_seen, memory_order_acquire) != 0)
        return E_UNEXPECTED;

    if (memory == NULL) {
        uint64_t ended = session;
        session = 0;
        return ended == 0 ? S_FALSE : CALL(runtime, INFO_EVENT_PIPE_STOP_SESSION, (void *, uint64_t), runtime, ended);
    }

    if (capacity == 0 || (capacity & (capacity - 1)) != 0)
        return E_INVALIDARG;
    if (session != 0)
        return S_FALSE;

    contexts_mask = capacity - 1;
    contexts_places = places;
    atomic_store_explicit(&contexts, memory, memory_order_release);
    HRESULT hr = worker_run(set_mask, NULL);
    return failed(hr) ? hr : session_start(runtime);
}
