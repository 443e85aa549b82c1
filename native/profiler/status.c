// The state that all parts share, and what is told of it.
#include "internal.h"

#include <stddef.h>
#include <string.h>

struct instr_state state;

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
        .initialized = atomic_load_explicit(&state.info, memory_order_acquire) != NULL,
        .init_hr = atomic_load(&state.init_hr),
        .attach_complete = atomic_load_explicit(&state.attach_complete, memory_order_acquire),
        .shutdown = atomic_load_explicit(&state.shutdown_seen, memory_order_acquire),
        .class_object_requests = atomic_load(&state.class_object_requests),
        .rejit_parameters = atomic_load(&state.rejit_parameters),
        .rejit_started = atomic_load(&state.rejit_started),
        .rejit_finished = atomic_load(&state.rejit_finished),
        .rejit_failed = atomic_load(&state.rejit_failed),
        .maps_refused = atomic_load(&state.maps_refused),
    };
    errors_count(&now.errors_pending, &now.errors_dropped);

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
        sizeof(instr_frame_t),
        offsetof(instr_frame_t, address),
        offsetof(instr_frame_t, function),
        offsetof(instr_frame_t, module),
        offsetof(instr_frame_t, token),
        offsetof(instr_frame_t, module_flags),
        offsetof(instr_frame_t, version),
        offsetof(instr_frame_t, newest),
        offsetof(instr_frame_t, on_asking),
        offsetof(instr_frame_t, reserved),
        sizeof(instr_walk_t),
        offsetof(instr_walk_t, capacity),
        offsetof(instr_walk_t, count),
        offsetof(instr_walk_t, threads),
        offsetof(instr_walk_t, threads_missed),
        offsetof(instr_walk_t, limit_ns),
        offsetof(instr_walk_t, paused_ns),
        sizeof(instr_contention_t),
        offsetof(instr_contention_t, start),
        offsetof(instr_contention_t, owner_span),
        offsetof(instr_contention_t, owner),
        offsetof(instr_contention_t, reserved),
    };
    const uint32_t length = sizeof(layout) / sizeof(layout[0]);
    if (out != NULL)
        memcpy(out, layout, (capacity < length ? capacity : length) * sizeof(layout[0]));
    return length;
}
