// What the runtime calls: the callback object, and the class factory through which it gets it.
#include "internal.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

// ---- The callback object ------------------------------------------------------------------------------------------------

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
        hr = CALL(runtime, INFO_SET_EVENT_MASK2, (void *, uint32_t, uint32_t), runtime,
                  EVENT_MASK, 0);
    if (failed(hr))
        CALL(runtime, IUNKNOWN_RELEASE, (void *), runtime);
    else
        atomic_store_explicit(&state.info, runtime, memory_order_release);
    return hr;
}

// At start-up (CORECLR_PROFILER) or at an attach: the same to us. The runtime does one of them, and once.
static HRESULT callback_initialize(void *self, clr_object *unknown)
{
    (void)self;
    static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&once);
    HRESULT hr = atomic_load_explicit(&state.info, memory_order_relaxed) == NULL ? initialize_with(unknown) : S_OK;
    atomic_store_explicit(&state.init_hr, hr, memory_order_relaxed);
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
    atomic_store_explicit(&state.attach_complete, 1, memory_order_release);
    return S_OK;
}

static HRESULT callback_shutdown(void *self)
{
    (void)self;
    atomic_store_explicit(&state.shutdown_seen, 1, memory_order_release);
    return S_OK;
}

static HRESULT callback_jit_compilation_started(void *self, uintptr_t function, int32_t safe_to_block)
{
    (void)self;
    (void)safe_to_block;
    compilation_started(function);
    return S_OK;
}

static HRESULT callback_jit_compilation_finished(void *self, uintptr_t function, HRESULT status, int32_t safe_to_block)
{
    (void)self;
    (void)status;
    (void)safe_to_block;
    compilation_finished(function);
    return S_OK;
}

static HRESULT callback_jit_inlining(void *self, uintptr_t caller, uintptr_t callee, int32_t *should_inline)
{
    (void)self;
    (void)caller;
    if (should_inline != NULL && inlining_held(callee))
        *should_inline = 0;
    return S_OK;
}

// The runtime is about to compile the method anew. To set nothing is to compile the original.
static HRESULT callback_get_rejit_parameters(void *self, uintptr_t module, uint32_t token, clr_object *control)
{
    (void)self;
    count(&state.rejit_parameters);
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
        count(&state.maps_refused);

    body_release(b, !failed(hr));
    return hr;
}

static HRESULT callback_rejit_compilation_started(void *self, uintptr_t function, uintptr_t rejit, int32_t safe_to_block)
{
    (void)self;
    (void)rejit;
    (void)safe_to_block;
    count(&state.rejit_started);
    compilation_started(function);
    return S_OK;
}

static HRESULT callback_rejit_compilation_finished(void *self, uintptr_t function, uintptr_t rejit, HRESULT status,
                                                   int32_t safe_to_block)
{
    (void)self;
    (void)rejit;
    (void)safe_to_block;
    count(&state.rejit_finished);
    compilation_finished(function);
    if (failed(status)) {
        count(&state.rejit_failed);
        errors_push(0, 0, function, status);
    }
    return S_OK;
}

static HRESULT callback_rejit_error(void *self, uintptr_t module, uint32_t token, uintptr_t function, HRESULT status)
{
    (void)self;
    count(&state.rejit_failed);
    errors_push(module, token, function, status);
    return S_OK;
}

// The only session is that of contention.c.
static HRESULT callback_event_delivered(void *self, uintptr_t provider, uint32_t event, uint32_t version, uint32_t metadata_size,
                                        const uint8_t *metadata, uint32_t size, const uint8_t *data)
{
    (void)self;
    (void)provider;
    (void)version;
    (void)metadata_size;
    (void)metadata;
    contention_event(event, data, size);
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
    [CALLBACK_SHUTDOWN + 1 ... CALLBACK_JIT_COMPILATION_STARTED - 1] = METHOD(ignored),
    [CALLBACK_JIT_COMPILATION_STARTED] = METHOD(callback_jit_compilation_started),
    [CALLBACK_JIT_COMPILATION_FINISHED] = METHOD(callback_jit_compilation_finished),
    [CALLBACK_JIT_COMPILATION_FINISHED + 1 ... CALLBACK_JIT_INLINING - 1] = METHOD(ignored),
    [CALLBACK_JIT_INLINING] = METHOD(callback_jit_inlining),
    [CALLBACK_JIT_INLINING + 1 ... CALLBACK_INITIALIZE_FOR_ATTACH - 1] = METHOD(ignored),
    [CALLBACK_INITIALIZE_FOR_ATTACH] = METHOD(callback_initialize_for_attach),
    [CALLBACK_PROFILER_ATTACH_COMPLETE] = METHOD(callback_profiler_attach_complete),
    [CALLBACK_PROFILER_DETACH_SUCCEEDED] = METHOD(ignored),
    [CALLBACK_REJIT_COMPILATION_STARTED] = METHOD(callback_rejit_compilation_started),
    [CALLBACK_GET_REJIT_PARAMETERS] = METHOD(callback_get_rejit_parameters),
    [CALLBACK_REJIT_COMPILATION_FINISHED] = METHOD(callback_rejit_compilation_finished),
    [CALLBACK_REJIT_ERROR] = METHOD(callback_rejit_error),
    [CALLBACK_REJIT_ERROR + 1 ... CALLBACK_EVENT_PIPE_EVENT_DELIVERED - 1] = METHOD(ignored),
    [CALLBACK_EVENT_PIPE_EVENT_DELIVERED] = METHOD(callback_event_delivered),
    [CALLBACK_EVENT_PIPE_EVENT_DELIVERED + 1 ... CALLBACK_LOAD_AS_NOTIFICATION_ONLY - 1] = METHOD(ignored),
    [CALLBACK_LOAD_AS_NOTIFICATION_ONLY] = METHOD(callback_load_as_notification_only),
};

static clr_object callback_object = {callback_vtable};

// ---- The class factory ----------------------------------------------------------------------------------------------------

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
    count(&state.class_object_requests);
    HRESULT hr = factory_query_interface(&factory_object, iid, out);
    return hr == E_NOINTERFACE ? CLASS_E_CLASSNOTAVAILABLE : hr;
}

INSTR_EXPORT HRESULT DllCanUnloadNow(void) { return S_FALSE; }
