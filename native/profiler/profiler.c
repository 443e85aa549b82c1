// A CLR profiler that does as little as possible: see profiler.h for what it offers and README.md for why it exists.
//
// Locks, and what may be done under them: `bodies` and `errors` guard a few instructions each and are never held across
// a call into the runtime, because the runtime calls in here from any thread, in any of its modes. `invoke.callers` is
// held across such a call, but only threads of C# take it. No lock is ever destroyed, and no thread ever joined: the
// library stays in the process to the end (DllCanUnloadNow, and the linker's nodelete).
#define _GNU_SOURCE

#include "profiler.h"
#include "clr.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if !defined(__linux__) || !defined(__x86_64__)
#error "The profiler knows the ABI of Linux on x86-64 only."
#endif

// Calls a method of a COM object: the slot of its vtable, the types of its arguments, the arguments.
#define CALL(object, slot, types, ...) \
    (((HRESULT(*) types)((clr_object *)(object))->vtable[slot])(__VA_ARGS__))

static bool failed(HRESULT hr) { return hr < 0; }

// ---- State ------------------------------------------------------------------------------------------------------------

// The runtime's ICorProfilerInfo10 while it may be called, else null.
static _Atomic(clr_object *) info;

static _Atomic int32_t init_hr;
static _Atomic uint32_t attach_complete;
static _Atomic uint32_t shutdown_seen;
static _Atomic uint32_t class_object_requests;
static _Atomic uint32_t rejit_parameters;
static _Atomic uint32_t rejit_started;
static _Atomic uint32_t rejit_finished;
static _Atomic uint32_t rejit_failed;
static _Atomic uint32_t maps_refused;

static void count(_Atomic uint32_t *counter) { atomic_fetch_add_explicit(counter, 1, memory_order_relaxed); }

// ---- Errors: a bounded queue --------------------------------------------------------------------------------------------

static struct {
    pthread_mutex_t lock;
    uint32_t first;
    uint32_t pending;
    uint32_t dropped;
    instr_error_t ring[INSTR_MAX_ERRORS];
} errors = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void errors_push(uintptr_t module, uint32_t token, uintptr_t function, HRESULT hr)
{
    pthread_mutex_lock(&errors.lock);
    if (errors.pending == INSTR_MAX_ERRORS) {
        errors.dropped++;
    } else {
        uint32_t at = (errors.first + errors.pending++) % INSTR_MAX_ERRORS;
        errors.ring[at] = (instr_error_t){.module = module, .function = function, .token = token, .hr = hr};
    }
    pthread_mutex_unlock(&errors.lock);
}

uint32_t instr_take_errors(instr_error_t *out, uint32_t capacity)
{
    if (out == NULL)
        return 0;

    uint32_t taken = 0;
    pthread_mutex_lock(&errors.lock);
    for (; taken < capacity && errors.pending > 0; taken++, errors.pending--) {
        out[taken] = errors.ring[errors.first];
        errors.first = (errors.first + 1) % INSTR_MAX_ERRORS;
    }
    pthread_mutex_unlock(&errors.lock);
    return taken;
}

// ---- Bodies: the woven IL, by method --------------------------------------------------------------------------------------

// One allocation: the header, the map, then the IL. Immutable but for the two counters, which `bodies.lock` guards.
typedef struct body {
    uint32_t references;   // the table's, and one of each GetReJITParameters that is using it
    uint32_t served;
    uint32_t codegen_flags;
    uint32_t il_size;
    uint32_t map_count;
    clr_il_map map[];
} body;

typedef struct entry {
    struct entry *next;
    uintptr_t module;
    uint32_t token;
    body *body;   // never null
} entry;

enum { FIRST_BUCKET_BITS = 6 };

static struct {
    pthread_mutex_t lock;
    uint32_t bits;   // 2^bits buckets, once there are any
    size_t count;
    entry **buckets;
} bodies = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint8_t *body_il(body *b) { return (uint8_t *)(b->map + b->map_count); }

static body *body_create(const uint8_t *il, uint32_t il_size, const uint32_t *map_pairs, uint32_t map_count,
                         uint32_t codegen_flags)
{
    body *b = malloc(sizeof(body) + (size_t)map_count * sizeof(clr_il_map) + il_size);
    if (b == NULL)
        return NULL;

    *b = (body){.references = 1, .codegen_flags = codegen_flags, .il_size = il_size, .map_count = map_count};
    for (uint32_t i = 0; i < map_count; i++) {
        b->map[i].old_offset = map_pairs[2 * (size_t)i];
        b->map[i].new_offset = map_pairs[2 * (size_t)i + 1];
        b->map[i].accurate = 1;
    }
    memcpy(body_il(b), il, il_size);
    return b;
}

// With the lock held. Returns what the caller has to free once the lock is released.
static body *body_unreference(body *b) { return --b->references == 0 ? b : NULL; }

static size_t bucket_of(uintptr_t module, uint32_t token, uint32_t bits)
{
    uint64_t hash = ((uint64_t)module + token) * 0x9E3779B97F4A7C15u;   // Fibonacci hashing: the high bits are the good ones
    return (size_t)(hash >> (64 - bits));
}

// With the lock held. The link that holds the method's entry, or the null link at the end of its bucket; null if there
// are no buckets yet.
static entry **entry_find(uintptr_t module, uint32_t token)
{
    if (bodies.buckets == NULL)
        return NULL;

    entry **link = &bodies.buckets[bucket_of(module, token, bodies.bits)];
    while (*link != NULL && ((*link)->module != module || (*link)->token != token))
        link = &(*link)->next;
    return link;
}

// With the lock held. Makes room for one more entry. Growth may fail (the chains get longer), the first buckets may not.
static bool buckets_reserve(void)
{
    if (bodies.buckets != NULL && bodies.count < (size_t)1 << bodies.bits)
        return true;

    uint32_t bits = bodies.buckets == NULL ? FIRST_BUCKET_BITS : bodies.bits + 1;
    entry **grown = calloc((size_t)1 << bits, sizeof(entry *));
    if (grown == NULL)
        return bodies.buckets != NULL;

    for (size_t i = 0; bodies.buckets != NULL && i < (size_t)1 << bodies.bits; i++) {
        for (entry *e = bodies.buckets[i], *next; e != NULL; e = next) {
            next = e->next;
            entry **bucket = &grown[bucket_of(e->module, e->token, bits)];
            e->next = *bucket;
            *bucket = e;
        }
    }
    free(bodies.buckets);
    bodies.buckets = grown;
    bodies.bits = bits;
    return true;
}

static HRESULT body_remove(uintptr_t module, uint32_t token)
{
    entry *removed = NULL;
    body *unused = NULL;

    pthread_mutex_lock(&bodies.lock);
    entry **link = entry_find(module, token);
    if (link != NULL && *link != NULL) {
        removed = *link;
        *link = removed->next;
        bodies.count--;
        unused = body_unreference(removed->body);
    }
    pthread_mutex_unlock(&bodies.lock);

    free(unused);
    free(removed);
    return removed != NULL ? S_OK : S_FALSE;
}

int32_t instr_set_body(uintptr_t module, uint32_t token, const uint8_t *il, uint32_t il_size,
                       const uint32_t *map_pairs, uint32_t map_count, uint32_t codegen_flags)
{
    if (il == NULL)
        return body_remove(module, token);
    if (il_size == 0 || (map_count != 0 && map_pairs == NULL))
        return E_INVALIDARG;

    body *b = body_create(il, il_size, map_pairs, map_count, codegen_flags);
    entry *fresh = malloc(sizeof(entry));
    if (b == NULL || fresh == NULL) {
        free(fresh);
        free(b);
        return E_OUTOFMEMORY;
    }

    HRESULT hr = S_OK;
    body *unused = NULL;
    pthread_mutex_lock(&bodies.lock);
    entry **link = entry_find(module, token);
    if (link != NULL && *link != NULL) {
        unused = body_unreference((*link)->body);
        (*link)->body = b;
    } else if (buckets_reserve()) {
        link = entry_find(module, token);
        *fresh = (entry){.module = module, .token = token, .body = b};
        *link = fresh;
        fresh = NULL;
        bodies.count++;
    } else {
        unused = b;
        hr = E_OUTOFMEMORY;
    }
    pthread_mutex_unlock(&bodies.lock);

    free(unused);
    free(fresh);
    return hr;
}

int32_t instr_body_served(uintptr_t module, uint32_t token, uint32_t *served)
{
    if (served == NULL)
        return E_POINTER;

    pthread_mutex_lock(&bodies.lock);
    entry **link = entry_find(module, token);
    entry *found = link != NULL ? *link : NULL;
    *served = found != NULL ? found->body->served : 0;
    pthread_mutex_unlock(&bodies.lock);
    return found != NULL ? S_OK : S_FALSE;
}

// The body of the method, kept alive until body_release, whatever instr_set_body does meanwhile; null if there is none.
static body *body_acquire(uintptr_t module, uint32_t token)
{
    pthread_mutex_lock(&bodies.lock);
    entry **link = entry_find(module, token);
    body *b = link != NULL && *link != NULL ? (*link)->body : NULL;
    if (b != NULL)
        b->references++;
    pthread_mutex_unlock(&bodies.lock);
    return b;
}

static void body_release(body *b, bool taken)
{
    pthread_mutex_lock(&bodies.lock);
    b->served += taken;
    body *unused = body_unreference(b);
    pthread_mutex_unlock(&bodies.lock);
    free(unused);
}

// ---- The worker: ICorProfilerInfo answers CORPROF_E_UNSUPPORTED_CALL_SEQUENCE on managed threads ------------------------------

typedef struct job {
    uint32_t slot;
    uintptr_t arguments[INSTR_MAX_ARGUMENTS];
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

// Passes all arguments whatever the method takes: by this ABI the caller cleans up, and what is too many is not looked at.
static HRESULT job_run(const job *j)
{
    clr_object *target = atomic_load_explicit(&info, memory_order_acquire);
    if (target == NULL || atomic_load_explicit(&shutdown_seen, memory_order_acquire) != 0)
        return E_UNEXPECTED;

    typedef uintptr_t word;
    const word *a = j->arguments;
    return CALL(target, j->slot, (void *, word, word, word, word, word, word, word, word),
                target, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
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

// Starts the worker, once. It takes no signals (those of the process are for the runtime and the program), and has the
// stack that the runtime gives its own threads, for there are C libraries with a far smaller default.
static HRESULT worker_start(void)
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

int32_t instr_invoke(uint32_t slot, uint32_t argc, const uintptr_t *args)
{
    if (slot < INFO_FIRST || slot > INFO_LAST || argc > INSTR_MAX_ARGUMENTS || (argc != 0 && args == NULL))
        return E_INVALIDARG;
    if (atomic_load_explicit(&info, memory_order_acquire) == NULL)
        return E_UNEXPECTED;   // also: there may be no worker to wait for

    job j = {.slot = slot};
    for (uint32_t i = 0; i < argc; i++)
        j.arguments[i] = args[i];

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

// ---- The callback object: what the runtime calls --------------------------------------------------------------------------------

static bool same(const clr_guid *a, const clr_guid *b) { return memcmp(a, b, sizeof(clr_guid)) == 0; }

// The objects below are static: counting references to them would be counting for nothing.
static uint32_t static_add_ref(void *self) { return (void)self, 2; }
static uint32_t static_release(void *self) { return (void)self, 1; }

// Every callback that there is nothing to do for.
static HRESULT ignored(void) { return S_OK; }

static HRESULT callback_query_interface(void *self, const clr_guid *iid, void **out)
{
    if (out == NULL)
        return E_POINTER;

    *out = NULL;
    bool known = same(iid, &IID_IUnknown);
    for (size_t i = 0; !known && i < sizeof(IID_ICorProfilerCallback) / sizeof(clr_guid); i++)
        known = same(iid, &IID_ICorProfilerCallback[i]);
    if (!known)
        return E_NOINTERFACE;

    *out = self;
    return S_OK;
}

static HRESULT initialize_with(clr_object *unknown)
{
    clr_object *runtime = NULL;
    HRESULT hr = CALL(unknown, IUNKNOWN_QUERY_INTERFACE, (void *, const clr_guid *, void **),
                      unknown, &IID_ICorProfilerInfo10, (void **)&runtime);
    if (failed(hr))
        return hr;

    hr = worker_start();
    if (!failed(hr))
        hr = CALL(runtime, INFO_SET_EVENT_MASK2, (void *, uint32_t, uint32_t), runtime, COR_PRF_ENABLE_REJIT, 0);
    if (failed(hr))
        CALL(runtime, IUNKNOWN_RELEASE, (void *), runtime);
    else
        atomic_store_explicit(&info, runtime, memory_order_release);
    return hr;
}

// At start-up (CORECLR_PROFILER) or at an attach: the same to us. The runtime does one of them, and once.
static HRESULT callback_initialize(void *self, clr_object *unknown)
{
    (void)self;
    static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&once);
    HRESULT hr = atomic_load_explicit(&info, memory_order_relaxed) == NULL ? initialize_with(unknown) : S_OK;
    atomic_store_explicit(&init_hr, hr, memory_order_relaxed);
    pthread_mutex_unlock(&once);
    return hr;
}

static HRESULT callback_initialize_for_attach(void *self, clr_object *unknown, const void *data, uint32_t size)
{
    (void)data;
    (void)size;
    return callback_initialize(self, unknown);
}

static HRESULT callback_profiler_attach_complete(void *self)
{
    (void)self;
    atomic_store_explicit(&attach_complete, 1, memory_order_release);
    return S_OK;
}

static HRESULT callback_shutdown(void *self)
{
    (void)self;
    atomic_store_explicit(&shutdown_seen, 1, memory_order_release);
    return S_OK;
}

// The runtime is about to compile the method anew. To set nothing is to compile the original.
static HRESULT callback_get_rejit_parameters(void *self, uintptr_t module, uint32_t token, clr_object *control)
{
    (void)self;
    count(&rejit_parameters);
    body *b = body_acquire(module, token);
    if (b == NULL)
        return S_OK;

    if (b->codegen_flags != 0)
        CALL(control, CONTROL_SET_CODEGEN_FLAGS, (void *, uint32_t), control, b->codegen_flags);

    HRESULT hr = CALL(control, CONTROL_SET_IL_FUNCTION_BODY, (void *, uint32_t, const uint8_t *),
                      control, b->il_size, body_il(b));

    // Without its map the body is as good as with it, only the line numbers are off.
    if (!failed(hr) && b->map_count != 0 &&
        failed(CALL(control, CONTROL_SET_IL_INSTRUMENTED_CODE_MAP, (void *, uint32_t, clr_il_map *),
                    control, b->map_count, b->map)))
        count(&maps_refused);

    body_release(b, !failed(hr));
    return hr;
}

static HRESULT callback_rejit_compilation_started(void *self, uintptr_t function, uintptr_t rejit, int32_t safe_to_block)
{
    (void)self;
    (void)function;
    (void)rejit;
    (void)safe_to_block;
    count(&rejit_started);
    return S_OK;
}

static HRESULT callback_rejit_compilation_finished(void *self, uintptr_t function, uintptr_t rejit, HRESULT status,
                                                   int32_t safe_to_block)
{
    (void)self;
    (void)rejit;
    (void)safe_to_block;
    count(&rejit_finished);
    if (failed(status)) {
        count(&rejit_failed);
        errors_push(0, 0, function, status);
    }
    return S_OK;
}

static HRESULT callback_rejit_error(void *self, uintptr_t module, uint32_t token, uintptr_t function, HRESULT status)
{
    (void)self;
    count(&rejit_failed);
    errors_push(module, token, function, status);
    return S_OK;
}

// A main profiler, not one that is only told what happens.
static HRESULT callback_load_as_notification_only(void *self, int32_t *notification_only)
{
    (void)self;
    if (notification_only != NULL)
        *notification_only = 0;
    return S_OK;
}

#define METHOD(function) ((clr_method)(function))

// Constant, so that it lies in memory that nobody can write to. The ranges are a GNU extension that clang has too.
static const clr_method callback_vtable[CALLBACK_COUNT] = {
    [IUNKNOWN_QUERY_INTERFACE] = METHOD(callback_query_interface),
    [IUNKNOWN_ADD_REF] = METHOD(static_add_ref),
    [IUNKNOWN_RELEASE] = METHOD(static_release),
    [CALLBACK_INITIALIZE] = METHOD(callback_initialize),
    [CALLBACK_SHUTDOWN] = METHOD(callback_shutdown),
    [CALLBACK_SHUTDOWN + 1 ... CALLBACK_INITIALIZE_FOR_ATTACH - 1] = METHOD(ignored),
    [CALLBACK_INITIALIZE_FOR_ATTACH] = METHOD(callback_initialize_for_attach),
    [CALLBACK_PROFILER_ATTACH_COMPLETE] = METHOD(callback_profiler_attach_complete),
    [CALLBACK_PROFILER_DETACH_SUCCEEDED] = METHOD(ignored),
    [CALLBACK_REJIT_COMPILATION_STARTED] = METHOD(callback_rejit_compilation_started),
    [CALLBACK_GET_REJIT_PARAMETERS] = METHOD(callback_get_rejit_parameters),
    [CALLBACK_REJIT_COMPILATION_FINISHED] = METHOD(callback_rejit_compilation_finished),
    [CALLBACK_REJIT_ERROR] = METHOD(callback_rejit_error),
    [CALLBACK_REJIT_ERROR + 1 ... CALLBACK_LOAD_AS_NOTIFICATION_ONLY - 1] = METHOD(ignored),
    [CALLBACK_LOAD_AS_NOTIFICATION_ONLY] = METHOD(callback_load_as_notification_only),
};

static clr_object callback_object = {callback_vtable};

// ---- The class factory: how the runtime gets the callback object ------------------------------------------------------------------

static HRESULT factory_query_interface(void *self, const clr_guid *iid, void **out)
{
    if (out == NULL)
        return E_POINTER;

    bool known = same(iid, &IID_IUnknown) || same(iid, &IID_IClassFactory);
    *out = known ? self : NULL;
    return known ? S_OK : E_NOINTERFACE;
}

static HRESULT factory_create_instance(void *self, void *outer, const clr_guid *iid, void **out)
{
    (void)self;
    if (outer != NULL)
        return CLASS_E_NOAGGREGATION;
    return callback_query_interface(&callback_object, iid, out);
}

static const clr_method factory_vtable[] = {
    METHOD(factory_query_interface),
    METHOD(static_add_ref),
    METHOD(static_release),
    METHOD(factory_create_instance),
    METHOD(ignored),   // LockServer
};

static clr_object factory_object = {factory_vtable};

// The runtime's way in. It is called again at each attach that fails before Initialize, and answers the same each time.
// The class id is not looked at: whoever names this file means this profiler.
INSTR_EXPORT HRESULT DllGetClassObject(const clr_guid *class_id, const clr_guid *iid, void **out)
{
    (void)class_id;
    count(&class_object_requests);
    HRESULT hr = factory_query_interface(&factory_object, iid, out);
    return hr == E_NOINTERFACE ? CLASS_E_CLASSNOTAVAILABLE : hr;
}

INSTR_EXPORT HRESULT DllCanUnloadNow(void) { return S_FALSE; }

// ---- Status and layout ---------------------------------------------------------------------------------------------------------------

int32_t instr_status(instr_status_t *out)
{
    if (out == NULL)
        return E_POINTER;
    if (out->size < sizeof(out->size))
        return E_INVALIDARG;

    uint32_t size = out->size < sizeof(instr_status_t) ? out->size : (uint32_t)sizeof(instr_status_t);
    instr_status_t now = {
        .size = size,
        .abi_version = INSTR_ABI_VERSION,
        .initialized = atomic_load_explicit(&info, memory_order_acquire) != NULL,
        .init_hr = atomic_load(&init_hr),
        .attach_complete = atomic_load_explicit(&attach_complete, memory_order_acquire),
        .shutdown = atomic_load_explicit(&shutdown_seen, memory_order_acquire),
        .class_object_requests = atomic_load(&class_object_requests),
        .rejit_parameters = atomic_load(&rejit_parameters),
        .rejit_started = atomic_load(&rejit_started),
        .rejit_finished = atomic_load(&rejit_finished),
        .rejit_failed = atomic_load(&rejit_failed),
        .maps_refused = atomic_load(&maps_refused),
    };
    pthread_mutex_lock(&errors.lock);
    now.errors_pending = errors.pending;
    now.errors_dropped = errors.dropped;
    pthread_mutex_unlock(&errors.lock);

    memcpy(out, &now, size);
    return S_OK;
}

uint32_t instr_abi(uint32_t *out, uint32_t capacity)
{
    static const uint32_t layout[] = {
        INSTR_ABI_VERSION,
        sizeof(instr_status_t),
        offsetof(instr_status_t, size),
        offsetof(instr_status_t, abi_version),
        offsetof(instr_status_t, initialized),
        offsetof(instr_status_t, init_hr),
        offsetof(instr_status_t, attach_complete),
        offsetof(instr_status_t, shutdown),
        offsetof(instr_status_t, class_object_requests),
        offsetof(instr_status_t, rejit_parameters),
        offsetof(instr_status_t, rejit_started),
        offsetof(instr_status_t, rejit_finished),
        offsetof(instr_status_t, rejit_failed),
        offsetof(instr_status_t, errors_pending),
        offsetof(instr_status_t, errors_dropped),
        offsetof(instr_status_t, maps_refused),
        sizeof(instr_error_t),
        offsetof(instr_error_t, module),
        offsetof(instr_error_t, function),
        offsetof(instr_error_t, token),
        offsetof(instr_error_t, hr),
    };
    const uint32_t length = sizeof(layout) / sizeof(layout[0]);
    if (out != NULL)
        memcpy(out, layout, (capacity < length ? capacity : length) * sizeof(layout[0]));
    return length;
}

// ---- The clock, the thread, the caller ---------------------------------------------------------------------------------------------------

// The kernel's own clock_gettime in the vdso: the C library's way to it takes as long as the hook around it.
static int (*read_clock)(clockid_t, struct timespec *) = clock_gettime;

__attribute__((constructor)) static void find_clock(void)
{
    void *vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);
    void *direct = vdso == NULL ? NULL : dlsym(vdso, "__vdso_clock_gettime");
    if (direct != NULL)
        memcpy(&read_clock, &direct, sizeof(direct));
}

int64_t instr_now(void)
{
    struct timespec now;
    read_clock(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int32_t instr_gettid(void) { return (int32_t)syscall(SYS_gettid); }

// The address just above the calling thread's stack; 0 if the C library cannot tell. Asked once per thread: it is slow.
static uintptr_t stack_end(void)
{
    static __thread uintptr_t known;
    if (known == 0) {
        pthread_attr_t attributes;
        if (pthread_getattr_np(pthread_self(), &attributes) != 0)
            return 0;
        void *lowest;
        size_t size;
        if (pthread_attr_getstack(&attributes, &lowest, &size) == 0)
            known = (uintptr_t)lowest + size;
        pthread_attr_destroy(&attributes);
    }
    return known;
}

// A frame pointer points to the saved frame pointer of the caller, and the return address lies above it.
typedef struct frame {
    const struct frame *caller;
    uintptr_t return_address;
} frame;

static bool frame_is_plausible(const frame *from, const frame *to, uintptr_t end)
{
    uintptr_t low = (uintptr_t)from, high = (uintptr_t)to;
    return high % sizeof(uintptr_t) == 0 && high > low && high - low <= INSTR_MAX_FRAME_BYTES &&
           high <= end - sizeof(frame);
}

__attribute__((noinline)) uintptr_t instr_caller(const void *marker)
{
    uintptr_t end = stack_end();
    const frame *f = __builtin_frame_address(0);
    if (end == 0 || (uintptr_t)marker < (uintptr_t)f)
        return 0;

    for (uint32_t i = 0; i < INSTR_MAX_FRAMES; i++) {
        const frame *caller = f->caller;
        if (!frame_is_plausible(f, caller, end))
            return 0;
        if ((uintptr_t)f > (uintptr_t)marker)
            return caller->return_address;   // f is the hook's frame, caller the probed method's
        f = caller;
    }
    return 0;
}
