namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>What a <see cref="CountedCopy"/> calls; public for that.</summary>
public static class CallTally
{
    /// <summary>The calls by number.</summary>
    public static long[] Counts = [];

    /// <summary>Counts a call.</summary>
    public static void Hit(int number) => Interlocked.Increment(ref Counts[number]);
}
