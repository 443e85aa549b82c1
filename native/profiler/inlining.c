// Methods that are about to be woven, and compilations that may have a copy of them half made.
//
// The runtime recompiles the callers that have a method inlined, but knows of an inlining only when the JIT reports it, some milliseconds after it has asked whether it may. A caller
// that is between the two when its callee is woven keeps the old copy, and nobody learns of it. So, before a request: no new inlining of the methods, and then the end of what is being
// compiled.
#define _GNU_SOURCE
#include "internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// ---- What is being compiled ---------------------------------------------------------------------------------------------

// As many as threads that compile at a time, a few nested in each. A compilation that finds no place is not waited for.
enum { MOST_RUNNING = 512, MOST_NESTED = 32 };

// A compilation that fails may end without a word. What has run for longer than this has ended so.
static const int64_t LONGEST = 10ll * 1000 * 1000 * 1000;

static const struct timespec PAUSE = {.tv_nsec = 50 * 1000};

static struct {
    _Atomic uintptr_t function;   // 0 in a place that is free
    _Atomic int64_t since;        // by instr_now; 0 while it is being taken
    _Atomic uint32_t thread;
} running[MOST_RUNNING];

static __thread uint16_t nested[MOST_NESTED];
static __thread uint32_t depth;

static void leave(uint16_t place)
{
    atomic_store_explicit(&running[place].since, 0, memory_order_relaxed);
    atomic_store_explicit(&running[place].function, 0, memory_order_release);
}

void compilation_started(uintptr_t function)
{
    if (depth == MOST_NESTED)
        return;

    uint32_t thread = (uint32_t)syscall(SYS_gettid);
    for (uint32_t i = 0; i < MOST_RUNNING; i++) {
        uint16_t place = (uint16_t)((thread * 7 + i) % MOST_RUNNING);
        uintptr_t none = 0;
        if (atomic_load_explicit(&running[place].function, memory_order_relaxed) == 0 &&
            atomic_compare_exchange_strong(&running[place].function, &none, function)) {
            atomic_store_explicit(&running[place].thread, thread, memory_order_relaxed);
            atomic_store_explicit(&running[place].since, instr_now(), memory_order_release);
            nested[depth++] = place;
            return;
        }
    }
}

// Those inside of it that have ended without a word are over, too.
void compilation_finished(uintptr_t function)
{
    for (uint32_t i = depth; i-- > 0;) {
        if (atomic_load_explicit(&running[nested[i]].function, memory_order_relaxed) == function) {
            while (depth > i)
                leave(nested[--depth]);
            return;
        }
    }
}

// ---- What must not be inlined ---------------------------------------------------------------------------------------------

typedef struct method {
    uintptr_t module;
    uint32_t token;
} method;

static struct {
    pthread_mutex_t lock;
    method *methods;      // in order
    _Atomic uint32_t count;
} held = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int order(const void *left, const void *right)
{
    const method *a = left, *b = right;
    return a->module != b->module ? (a->module < b->module ? -1 : 1) : a->token != b->token ? (a->token < b->token ? -1 : 1) : 0;
}

bool inlining_held(uintptr_t function)
{
    clr_object *runtime = atomic_load_explicit(&state.info, memory_order_acquire);
    if (atomic_load_explicit(&held.count, memory_order_acquire) == 0 || runtime == NULL)
        return false;

    uintptr_t type;
    method asked = {0};
    if (failed(CALL(runtime, INFO_GET_FUNCTION_INFO, (void *, uintptr_t, uintptr_t *, uintptr_t *, uint32_t *),
                    runtime, function, &type, &asked.module, &asked.token)))
        return false;

    pthread_mutex_lock(&held.lock);
    bool found = held.methods != NULL && bsearch(&asked, held.methods, held.count, sizeof(method), order) != NULL;
    pthread_mutex_unlock(&held.lock);
    return found;
}

static void hold(method *methods, uint32_t count)
{
    pthread_mutex_lock(&held.lock);
    method *before = held.methods;
    held.methods = methods;
    atomic_store_explicit(&held.count, count, memory_order_release);
    pthread_mutex_unlock(&held.lock);
    free(before);
}

// Waits for what others compile now. What the calling thread is in the middle of goes on after it returns.
static bool settle(int64_t end)
{
    int64_t since[MOST_RUNNING];
    uint32_t self = (uint32_t)syscall(SYS_gettid);
    int64_t now = instr_now();
    for (uint32_t i = 0; i < MOST_RUNNING; i++) {
        bool runs = atomic_load_explicit(&running[i].function, memory_order_acquire) != 0;
        since[i] = runs ? atomic_load_explicit(&running[i].since, memory_order_acquire) : 0;
        if (since[i] != 0 && (atomic_load_explicit(&running[i].thread, memory_order_relaxed) == self || now - since[i] > LONGEST))
            since[i] = 0;
    }

    for (uint32_t i = 0; i < MOST_RUNNING; i++)
        while (since[i] != 0 && atomic_load_explicit(&running[i].since, memory_order_acquire) == since[i]) {
            if (instr_now() > end)
                return false;
            nanosleep(&PAUSE, NULL);
        }
    return true;
}

int32_t instr_hold_inlining(const uintptr_t *modules, const uint32_t *tokens, uint32_t count, uint64_t limit_ns)
{
    if (count == 0) {
        hold(NULL, 0);
        return S_OK;
    }

    if (modules == NULL || tokens == NULL)
        return E_INVALIDARG;
    method *methods = malloc(count * sizeof(method));
    if (methods == NULL)
        return E_OUTOFMEMORY;
    for (uint32_t i = 0; i < count; i++)
        methods[i] = (method){.module = modules[i], .token = tokens[i]};
    qsort(methods, count, sizeof(method), order);
    hold(methods, count);
    return settle(instr_now() + (int64_t)limit_ns) ? S_OK : S_FALSE;
}
