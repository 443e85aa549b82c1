using System.Runtime.InteropServices;

namespace Instrumentation.Managed.Profiler.Interop;

/// <summary>One place at which managed code runs, on any number of threads; the same fields as instr_frame_t in native/profiler/profiler.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeFrame
{
    /// <summary>Where it goes on: inside a call, just behind it.</summary>
    public nint Address;

    /// <summary>The function; 0 in an entry that is free.</summary>
    public nint Function;

    /// <summary>The module.</summary>
    public nint Module;

    /// <summary>The method's token; 0 when it is not known.</summary>
    public int Token;

    /// <summary>What kind of module that is.</summary>
    public uint ModuleFlags;

    /// <summary>The version of the code; 0 for the original.</summary>
    public nint Version;

    /// <summary>The method's newest version that was asked for; 0 if none was.</summary>
    public nint Newest;

    /// <summary>1 if the thread that asked for the walk is among those that run there.</summary>
    public uint OnAsking;

    /// <summary>Nothing.</summary>
    public uint Reserved;
}
