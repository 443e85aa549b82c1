using System.Runtime.InteropServices;

namespace Instrumentation.Benchmarks.Interop;

/// <summary>The functions of native/targets.c in this process.</summary>
internal sealed unsafe class NativeTargets : IDisposable
{
    private readonly nint _library;

    /// <summary>Loads the library.</summary>
    /// <param name="path">Its path.</param>
    public NativeTargets(string path)
    {
        Path = path;
        _library = NativeLibrary.Load(path);
    }

    /// <summary>The library's path.</summary>
    public string Path { get; }

    /// <summary>Calls a function again and again.</summary>
    /// <param name="target">Its name.</param>
    /// <param name="calls">How often; the argument counts up from 0.</param>
    /// <returns>The time that it took on a processor, in nanoseconds.</returns>
    public long Call(string target, long calls)
    {
        // SAFETY: the signatures are those of targets.c, and the library stays loaded until Dispose.
        var loop = (delegate* unmanaged<nint, long, long>)NativeLibrary.GetExport(_library, "call_target");
        return loop(NativeLibrary.GetExport(_library, target), calls);
    }

    /// <summary>Calls a function once.</summary>
    /// <param name="target">Its name.</param>
    /// <param name="argument">Its argument.</param>
    // SAFETY: as above.
    public void CallOnce(string target, long argument) => ((delegate* unmanaged<long, long>)NativeLibrary.GetExport(_library, target))(argument);

    /// <summary>Works without any call.</summary>
    /// <param name="rounds">How long.</param>
    /// <returns>The time that it took on a processor, in nanoseconds.</returns>
    // SAFETY: as above.
    public long Compute(long rounds) => ((delegate* unmanaged<long, long>)NativeLibrary.GetExport(_library, "compute"))(rounds);

    /// <summary>Makes system calls that fail at once.</summary>
    /// <param name="name">The system call: lseek or ftruncate, of file -1, with a second argument that counts up from 0.</param>
    /// <param name="calls">How often.</param>
    // SAFETY: as above.
    public void CallSystem(string name, long calls) => ((delegate* unmanaged<long, void>)NativeLibrary.GetExport(_library, $"call_{name}"))(calls);

    /// <inheritdoc/>
    public void Dispose() => NativeLibrary.Free(_library);
}
