// Failed ReJITs: a bounded queue, from the runtime's callbacks to whoever takes them.
#include "internal.h"

#include <pthread.h>

static struct {
    pthread_mutex_t lock;
    uint32_t first;
    uint32_t pending;
    uint32_t dropped;
    instr_error_t ring[INSTR_MAX_ERRORS];
} errors = {.lock = PTHREAD_MUTEX_INITIALIZER};

void errors_push(uintptr_t module, uint32_t token, uintptr_t function, HRESULT hr)
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

void errors_count(uint32_t *pending, uint32_t *dropped)
{
    pthread_mutex_lock(&errors.lock);
    *pending = errors.pending;
    *dropped = errors.dropped;
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
