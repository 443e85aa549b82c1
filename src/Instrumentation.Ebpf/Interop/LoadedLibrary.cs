using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>Asks the dynamic linker about a library that is loaded already: nothing of it runs.</summary>
internal static class LoadedLibrary
{
    /// <summary>The address that the linker gives for a symbol; of one whose implementation is chosen at load time, the chosen one.</summary>
    /// <param name="path">The library's path as it was loaded.</param>
    /// <param name="symbol">The symbol.</param>
    /// <returns>The address; 0 for none.</returns>
    public static ulong AddressOf(string path, string symbol)
    {
        if (!NativeLibrary.TryLoad(path, out nint handle))
        {
            return 0;
        }

        try
        {
            return NativeLibrary.TryGetExport(handle, symbol, out nint address) ? (ulong)address : 0;
        }
        finally
        {
            NativeLibrary.Free(handle);
        }
    }
}
