using System.Runtime.InteropServices;

namespace Instrumentation.Managed.Profiler.Interop;

/// <summary>The state that the native profiler reports; the same fields in the same order as instr_status_t in native/profiler/profiler.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeStatus
{
    /// <summary>In: bytes of this struct; out: bytes that were filled in.</summary>
    public uint Size;

    /// <summary>The ABI's version.</summary>
    public uint AbiVersion;

    /// <summary>1 once calls to the runtime work.</summary>
    public uint Initialized;

    /// <summary>What the last initialization answered.</summary>
    public int InitResult;

    /// <summary>1 once the attach is complete.</summary>
    public uint AttachComplete;

    /// <summary>1 once the runtime shuts down.</summary>
    public uint Shutdown;

    /// <summary>Times that the runtime asked for the class object.</summary>
    public uint ClassObjectRequests;

    /// <summary>Times that the runtime asked for a woven body.</summary>
    public uint RejitParameters;

    /// <summary>Compilations of woven bodies that began.</summary>
    public uint RejitStarted;

    /// <summary>Compilations of woven bodies that ended.</summary>
    public uint RejitFinished;

    /// <summary>Woven bodies that failed.</summary>
    public uint RejitFailed;

    /// <summary>Errors that wait to be taken.</summary>
    public uint ErrorsPending;

    /// <summary>Errors that found the list full.</summary>
    public uint ErrorsDropped;

    /// <summary>Offset maps that the runtime did not take.</summary>
    public uint MapsRefused;
}
