namespace Instrumentation.Ebpf.Maps;

/// <summary>The kinds of maps, with the kernel's numbers.</summary>
internal enum MapType
{
    /// <summary>A hash table.</summary>
    Hash = 1,

    /// <summary>An array.</summary>
    Array = 2,

    /// <summary>Programs, for tail calls.</summary>
    ProgramArray = 3,

    /// <summary>Perf events.</summary>
    PerfEventArray = 4,

    /// <summary>A hash table with a value a processor.</summary>
    PerCpuHash = 5,

    /// <summary>An array with a value a processor.</summary>
    PerCpuArray = 6,

    /// <summary>Stacks by id.</summary>
    StackTrace = 7,

    /// <summary>A hash table that forgets what was long not used.</summary>
    LruHash = 9,

    /// <summary>A hash table with a value a processor that forgets what was long not used.</summary>
    LruPerCpuHash = 10,

    /// <summary>Records from the kernel to user space.</summary>
    RingBuffer = 27,

    /// <summary>A value a thread.</summary>
    TaskStorage = 29,

    /// <summary>Records from user space to the kernel.</summary>
    UserRingBuffer = 31,
}

/// <summary>Flags of a map.</summary>
[Flags]
internal enum MapFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Elements are allocated when they are inserted.</summary>
    NoPreallocation = 1,

    /// <summary>LRU lists per processor.</summary>
    NoCommonLru = 2,

    /// <summary>Programs cannot write.</summary>
    ReadOnlyForPrograms = 128,

    /// <summary>User space can map the values.</summary>
    Mappable = 1024,
}

/// <summary>What an update does about a key that exists, or does not.</summary>
internal enum UpdateMode
{
    /// <summary>Inserts or replaces.</summary>
    Any = 0,

    /// <summary>Inserts only.</summary>
    Insert = 1,

    /// <summary>Replaces only.</summary>
    Replace = 2,
}
