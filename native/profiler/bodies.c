// The woven IL, by method: what C# stores, and the runtime is given.
#include "internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

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

uint8_t *body_il(body *b) { return (uint8_t *)(b->map + b->map_count); }

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

body *body_acquire(uintptr_t module, uint32_t token)
{
    pthread_mutex_lock(&bodies.lock);
    entry **link = entry_find(module, token);
    body *b = link != NULL && *link != NULL ? (*link)->body : NULL;
    if (b != NULL)
        b->references++;
    pthread_mutex_unlock(&bodies.lock);
    return b;
}

void body_release(body *b, bool taken)
{
    pthread_mutex_lock(&bodies.lock);
    b->served += taken;
    body *unused = body_unreference(b);
    pthread_mutex_unlock(&bodies.lock);
    free(unused);
}
