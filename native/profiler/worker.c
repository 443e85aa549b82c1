// The worker: ICorProfilerInfo answers CORPROF_E_UNSUPPORTED_CALL_SEQUENCE on managed threads.
#define _GNU_SOURCE
#include "internal.h"

#include <pthread.h>
#include <signal.h>

typedef struct job {
    worker_task task;
    void *argument;
    HRESULT result;
    bool done;
} job;

static struct {
    pthread_mutex_t callers;   // one call at a time: held from the posting of a job to its result
    pthread_mutex_t lock;      // guards `job` and what it points to
    pthread_cond_t posted;
    pthread_cond_t finished;
    job *job;
    bool worker_started;
} invoke = {
    .callers = PTHREAD_MUTEX_INITIALIZER,
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .posted = PTHREAD_COND_INITIALIZER,
    .finished = PTHREAD_COND_INITIALIZER,
};

static HRESULT job_run(const job *j)
{
    clr_object *runtime = atomic_load_explicit(&state.info, memory_order_acquire);
    if (runtime == NULL || atomic_load_explicit(&state.shutdown_seen, memory_order_acquire) != 0)
        return E_UNEXPECTED;
    return j->task(runtime, j->argument);
}

static void *worker_main(void *unused)
{
    pthread_mutex_lock(&invoke.lock);
    for (;;) {
        while (invoke.job == NULL)
            pthread_cond_wait(&invoke.posted, &invoke.lock);
        job *j = invoke.job;
        invoke.job = NULL;
        pthread_mutex_unlock(&invoke.lock);

        HRESULT result = job_run(j);

        pthread_mutex_lock(&invoke.lock);
        j->result = result;
        j->done = true;
        pthread_cond_signal(&invoke.finished);
    }
    return unused;
}

// The worker takes no signals (those of the process are for the runtime and the program), and has the
// stack that the runtime gives its own threads, for there are C libraries with a far smaller default.
HRESULT worker_start(void)
{
    if (invoke.worker_started)
        return S_OK;

    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return E_OUTOFMEMORY;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 1536 * 1024);

    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int error = pthread_create(&thread, &attributes, worker_main, NULL);
    if (error == 0)
        pthread_setname_np(thread, "instr-profiler");
    pthread_sigmask(SIG_SETMASK, &before, NULL);

    pthread_attr_destroy(&attributes);
    invoke.worker_started = error == 0;
    return error == 0 ? S_OK : E_FAIL;
}

HRESULT worker_run(worker_task task, void *argument)
{
    if (atomic_load_explicit(&state.info, memory_order_acquire) == NULL)
        return E_UNEXPECTED;   // also: there may be no worker to wait for

    job j = {.task = task, .argument = argument};
    pthread_mutex_lock(&invoke.callers);
    pthread_mutex_lock(&invoke.lock);
    invoke.job = &j;
    pthread_cond_signal(&invoke.posted);
    while (!j.done)
        pthread_cond_wait(&invoke.finished, &invoke.lock);
    pthread_mutex_unlock(&invoke.lock);
    pthread_mutex_unlock(&invoke.callers);
    return j.result;
}

// ---- Calls for C# --------------------------------------------------------------------------------------------------------

typedef struct invocation {
    uint32_t slot;
    uintptr_t arguments[INSTR_MAX_ARGUMENTS];
} invocation;

// Passes all arguments whatever the method takes: by this ABI the caller cleans up, and what is too many is not looked at.
static HRESULT invoke_method(clr_object *runtime, void *argument)
{
    typedef uintptr_t word;
    const invocation *call = argument;
    const word *a = call->arguments;
    return CALL(runtime, call->slot, (void *, word, word, word, word, word, word, word, word),
                runtime, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
}

int32_t instr_invoke(uint32_t slot, uint32_t argc, const uintptr_t *args)
{
    if (slot < INFO_FIRST || slot > INFO_LAST || argc > INSTR_MAX_ARGUMENTS || (argc != 0 && args == NULL))
        return E_INVALIDARG;

    invocation call = {.slot = slot};
    for (uint32_t i = 0; i < argc; i++)
        call.arguments[i] = args[i];
    return worker_run(invoke_method, &call);
}
