using System.Runtime.CompilerServices;

namespace Probed;

/// <summary>Methods whose probes are limited and changed while they are called.</summary>
public static class Tuned
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Sampled(int value) => value + 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Rated(int value) => value + 2;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Bounded(int value) => value + 3;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Expiring(int value) => value + 4;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Numbered(long number) => number + 5;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Conditional(int value) => value + 6;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Kept(int value) => value + 7;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Raced(int value) => value + 8;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task<int> Suspended(int value, Task gate)
    {
        await gate.ConfigureAwait(false);
        return value;
    }
}
