namespace Instrumentation.Ebpf.Interop;

/// <summary>The commands of bpf(2), with the kernel's numbers.</summary>
internal enum BpfCommand
{
    /// <summary>Creates a map.</summary>
    MapCreate = 0,

    /// <summary>Reads an element.</summary>
    MapLookupElement = 1,

    /// <summary>Writes an element.</summary>
    MapUpdateElement = 2,

    /// <summary>Deletes an element.</summary>
    MapDeleteElement = 3,

    /// <summary>The key after a key.</summary>
    MapGetNextKey = 4,

    /// <summary>Verifies and loads a program.</summary>
    ProgramLoad = 5,

    /// <summary>Pins an object in bpffs.</summary>
    ObjectPin = 6,

    /// <summary>Opens a pinned object.</summary>
    ObjectGet = 7,

    /// <summary>Runs a program on a given input.</summary>
    ProgramTestRun = 10,

    /// <summary>The program after an id.</summary>
    ProgramGetNextId = 11,

    /// <summary>The map after an id.</summary>
    MapGetNextId = 12,

    /// <summary>Opens a program by id.</summary>
    ProgramGetDescriptorById = 13,

    /// <summary>Opens a map by id.</summary>
    MapGetDescriptorById = 14,

    /// <summary>What the kernel knows about an object.</summary>
    ObjectGetInfo = 15,

    /// <summary>Attaches a program to a raw tracepoint, or to what its BTF id names.</summary>
    RawTracepointOpen = 17,

    /// <summary>Loads BTF.</summary>
    BtfLoad = 18,

    /// <summary>Opens BTF by id.</summary>
    BtfGetDescriptorById = 19,

    /// <summary>Reads and deletes an element.</summary>
    MapLookupAndDeleteElement = 21,

    /// <summary>Makes a map read-only for user space.</summary>
    MapFreeze = 22,

    /// <summary>The BTF after an id.</summary>
    BtfGetNextId = 23,

    /// <summary>Reads many elements.</summary>
    MapLookupBatch = 24,

    /// <summary>Reads and deletes many elements.</summary>
    MapLookupAndDeleteBatch = 25,

    /// <summary>Writes many elements.</summary>
    MapUpdateBatch = 26,

    /// <summary>Deletes many elements.</summary>
    MapDeleteBatch = 27,

    /// <summary>Attaches a program.</summary>
    LinkCreate = 28,

    /// <summary>Replaces a link's program.</summary>
    LinkUpdate = 29,

    /// <summary>Opens a link by id.</summary>
    LinkGetDescriptorById = 30,

    /// <summary>The link after an id.</summary>
    LinkGetNextId = 31,

    /// <summary>Measures programs for as long as the descriptor that it gives is open.</summary>
    EnableStatistics = 32,

    /// <summary>Makes an iterator's descriptor of a link.</summary>
    IteratorCreate = 33,

    /// <summary>Detaches a link that stays open.</summary>
    LinkDetach = 34,

    /// <summary>Keeps a map as long as a program.</summary>
    ProgramBindMap = 35,
}
