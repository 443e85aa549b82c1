using System.Runtime.InteropServices;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Profiler.Interop;

namespace Instrumentation.Managed.Tests.Weaving;

/// <summary>The structs that C and C# share have one layout.</summary>
public sealed class NativeAbiTests
{
    [Fact]
    public void Abi_OfTheLibrary_IsTheLayoutOfTheManagedStructs()
    {
        uint[] expected = [NativeProfiler.AbiVersion, .. Layout<NativeStatus>(), .. Layout<NativeError>(), .. Layout<NativeFrame>(), .. Layout<NativeWalk>(), .. Layout<NativeContention>()];

        Assert.Equal(expected, RuntimeProfiler.Attach().Native.Abi());
    }

    private static IEnumerable<uint> Layout<T>() => typeof(T)
        .GetFields()
        .OrderBy(static field => Marshal.OffsetOf<T>(field.Name))
        .Select(static field => (uint)Marshal.OffsetOf<T>(field.Name))
        .Prepend((uint)System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
}
