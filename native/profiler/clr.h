// The few declarations of the CLR profiling API (corprof.idl) that the profiler needs, as the ABIs of Linux see
// them: an interface is a pointer to a table of function pointers, a method is a function that takes `this` first.
#ifndef INSTR_CLR_H
#define INSTR_CLR_H

#include <stdint.h>

typedef int32_t HRESULT;

#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define E_NOINTERFACE ((HRESULT)0x80004002)
#define E_POINTER ((HRESULT)0x80004003)
#define E_FAIL ((HRESULT)0x80004005)
#define E_UNEXPECTED ((HRESULT)0x8000FFFF)
#define E_OUTOFMEMORY ((HRESULT)0x8007000E)
#define E_INVALIDARG ((HRESULT)0x80070057)
#define CORPROF_E_SUSPENSION_IN_PROGRESS ((HRESULT)0x80131388)
#define CLASS_E_NOAGGREGATION ((HRESULT)0x80040110)
#define CLASS_E_CLASSNOTAVAILABLE ((HRESULT)0x80040111)

typedef struct clr_guid {
    uint32_t a;
    uint16_t b;
    uint16_t c;
    uint8_t d[8];
} clr_guid;

_Static_assert(sizeof(clr_guid) == 16, "GUIDs are compared as 16 bytes");

// ---- Any interface --------------------------------------------------------------------------------------------------

typedef void (*clr_method)(void);   // a method whose signature is not known here: cast before the call

typedef struct clr_object {
    const clr_method *vtable;
} clr_object;

enum { IUNKNOWN_QUERY_INTERFACE = 0, IUNKNOWN_ADD_REF = 1, IUNKNOWN_RELEASE = 2 };

static const clr_guid IID_IUnknown = {0x00000000, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static const clr_guid IID_IClassFactory = {0x00000001, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};

// ---- ICorProfilerInfo10: the runtime, seen from the profiler ----------------------------------------------------------

static const clr_guid IID_ICorProfilerInfo10 =
    {0x2F1B5152, 0xC869, 0x40C9, {0xAA, 0x5F, 0x3A, 0xBE, 0x02, 0x6B, 0xD7, 0x20}};

enum {
    INFO_FIRST = 3,             // the first after IUnknown
    INFO_GET_THREAD_INFO = 12,
    INFO_GET_FUNCTION_INFO = 15,
    INFO_DO_STACK_SNAPSHOT = 36,
    INFO_GET_MODULE_INFO2 = 70,
    INFO_ENUM_THREADS = 71,
    INFO_GET_FUNCTION_FROM_IP2 = 76,
    INFO_GET_REJIT_IDS = 77,
    INFO_SET_EVENT_MASK2 = 82,
    INFO_SUSPEND_RUNTIME = 97,
    INFO_RESUME_RUNTIME = 98,
    INFO_LAST = 98,             // ResumeRuntime, the last of ICorProfilerInfo10
    INFO_EVENT_PIPE_START_SESSION = 101,   // ICorProfilerInfo12
    INFO_EVENT_PIPE_STOP_SESSION = 103,
};

static const clr_guid IID_ICorProfilerInfo12 =
    {0x27B24CCD, 0x1CB1, 0x47C5, {0x96, 0xEE, 0x98, 0x19, 0x0D, 0xC3, 0x09, 0x59}};

// COR_PRF_EVENTPIPE_PROVIDER_CONFIG: what a session is to be told.
typedef struct clr_event_provider {
    const uint16_t *name;
    uint64_t keywords;
    uint32_t level;
    const uint16_t *filter;
} clr_event_provider;

// COR_PRF_MONITOR: what ReJIT and stack walks need, and what tells of compilations. All may be set at an attach, and slow down at most what compiles.
#define COR_PRF_MONITOR_JIT_COMPILATION 0x00000020u
#define COR_PRF_ENABLE_REJIT 0x00040000u
#define COR_PRF_ENABLE_STACK_SNAPSHOT 0x10000000u

// COR_PRF_HIGH_MONITOR: what events of the runtime need.
#define COR_PRF_HIGH_MONITOR_EVENT_PIPE 0x00000080u

// ICorProfilerThreadEnum.
enum { THREADS_NEXT = 7 };

// ---- ICorProfilerCallback .. 11: the profiler, seen from the runtime ---------------------------------------------------

static const clr_guid IID_ICorProfilerCallback[] = {
    {0x176FBED1, 0xA55C, 0x4796, {0x98, 0xCA, 0xA9, 0xDA, 0x0E, 0xF8, 0x83, 0xE7}},   // ICorProfilerCallback
    {0x8A8CC829, 0xCCF2, 0x49FE, {0xBB, 0xAE, 0x0F, 0x02, 0x22, 0x28, 0x07, 0x1A}},   // 2
    {0x4FD2ED52, 0x7731, 0x4B8D, {0x94, 0x69, 0x03, 0xD2, 0xCC, 0x30, 0x86, 0xC5}},   // 3
    {0x7B63B2E3, 0x107D, 0x4D48, {0xB2, 0xF6, 0xF6, 0x1E, 0x22, 0x94, 0x70, 0xD2}},   // 4
    {0x8DFBA405, 0x8C9F, 0x45F8, {0xBF, 0xFA, 0x83, 0xB1, 0x4C, 0xEF, 0x78, 0xB5}},   // 5
    {0xFC13DF4B, 0x4448, 0x4F4F, {0x95, 0x0C, 0xBA, 0x8D, 0x19, 0xD0, 0x0C, 0x36}},   // 6
    {0xF76A2DBA, 0x1D52, 0x4539, {0x86, 0x6C, 0x2A, 0xA5, 0x18, 0xF9, 0xEF, 0xC3}},   // 7
    {0x5BED9B15, 0xC079, 0x4D47, {0xBF, 0xE2, 0x21, 0x5A, 0x14, 0x0C, 0x07, 0xE0}},   // 8
    {0x27583EC3, 0xC8F5, 0x482F, {0x80, 0x52, 0x19, 0x4B, 0x8C, 0xE4, 0x70, 0x5A}},   // 9
    {0xCEC5B60E, 0xC69C, 0x495F, {0x87, 0xF6, 0x84, 0xD2, 0x8E, 0xE1, 0x6F, 0xFB}},   // 10
    {0x42350846, 0xAAED, 0x47F7, {0xB1, 0x28, 0xFD, 0x0C, 0x98, 0x88, 0x1C, 0xDE}},   // 11
};

enum {
    CALLBACK_INITIALIZE = 3,
    CALLBACK_SHUTDOWN = 4,
    CALLBACK_JIT_COMPILATION_STARTED = 23,
    CALLBACK_JIT_COMPILATION_FINISHED = 24,
    CALLBACK_JIT_INLINING = 28,
    CALLBACK_INITIALIZE_FOR_ATTACH = 80,
    CALLBACK_PROFILER_ATTACH_COMPLETE = 81,
    CALLBACK_PROFILER_DETACH_SUCCEEDED = 82,
    CALLBACK_REJIT_COMPILATION_STARTED = 83,
    CALLBACK_GET_REJIT_PARAMETERS = 84,
    CALLBACK_REJIT_COMPILATION_FINISHED = 85,
    CALLBACK_REJIT_ERROR = 86,
    CALLBACK_EVENT_PIPE_EVENT_DELIVERED = 95,
    CALLBACK_LOAD_AS_NOTIFICATION_ONLY = 97,
    CALLBACK_COUNT = 98,
};

// ---- ICorProfilerFunctionControl: where GetReJITParameters puts the new body -------------------------------------------

enum {
    CONTROL_SET_CODEGEN_FLAGS = 3,
    CONTROL_SET_IL_FUNCTION_BODY = 4,
    CONTROL_SET_IL_INSTRUMENTED_CODE_MAP = 5,
};

// COR_IL_MAP: an offset into the original body, and where that instruction lies in the new one.
typedef struct clr_il_map {
    uint32_t old_offset;
    uint32_t new_offset;
    int32_t accurate;
} clr_il_map;

_Static_assert(sizeof(clr_il_map) == 12, "COR_IL_MAP is three 32-bit fields");

#endif
