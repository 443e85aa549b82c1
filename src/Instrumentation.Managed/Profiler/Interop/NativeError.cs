using System.Runtime.InteropServices;

namespace Instrumentation.Managed.Profiler.Interop;

/// <summary>A failed ReJIT; the same fields as instr_error_t in native/profiler/profiler.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeError
{
    /// <summary>The module; 0 where only the function is known.</summary>
    public nint Module;

    /// <summary>The function; may be 0.</summary>
    public nint Function;

    /// <summary>The method's token; 0 where only the function is known.</summary>
    public int Token;

    /// <summary>The cause as an HRESULT.</summary>
    public int Result;
}
