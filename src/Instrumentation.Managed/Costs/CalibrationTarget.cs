using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Costs;

/// <summary>What is probed to find out what probes cost here: a method that is inlined unless it is probed, as the cheapest of a program's methods are.</summary>
internal static class CalibrationTarget
{
    /// <summary>Does next to nothing.</summary>
    /// <param name="first">A number.</param>
    /// <param name="second">A number.</param>
    /// <param name="third">A number.</param>
    /// <param name="fourth">A number.</param>
    /// <returns>Their mixture.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Called(long first, long second, long third, long fourth) => (first ^ second) + third - fourth;

    /// <summary>Calls the method.</summary>
    /// <param name="calls">How often.</param>
    /// <returns>Something that depends on all calls.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static long Loop(int calls)
    {
        long value = calls;
        for (int i = 0; i < calls; i++)
        {
            value = Called(value, i, 3, 1);
        }

        return value;
    }
}
