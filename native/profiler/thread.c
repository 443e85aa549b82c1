// The clock, the thread, the caller.
#define _GNU_SOURCE
#include "internal.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef __aarch64__
#define VDSO_CLOCK "__kernel_clock_gettime"
#else
#define VDSO_CLOCK "__vdso_clock_gettime"
#endif

// The kernel's own clock_gettime in the vdso: the C library's way to it takes as long as the hook around it.
static int (*read_clock)(clockid_t, struct timespec *) = clock_gettime;

__attribute__((constructor)) static void find_clock(void)
{
    void *vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);
    void *direct = vdso == NULL ? NULL : dlsym(vdso, VDSO_CLOCK);
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

// x86-64 has this record above the locals of its function: the first one above the hook's marker is the hook's. On arm64 compilers put it
// below the locals, so that the first one above the marker is already that of the probed method.
#ifdef __aarch64__
enum { FRAME_RECORD_IS_LOWEST = 1 };
#else
enum { FRAME_RECORD_IS_LOWEST = 0 };
#endif

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
            return (FRAME_RECORD_IS_LOWEST ? f : caller)->return_address;   // the record of the probed method
        f = caller;
    }
    return 0;
}
