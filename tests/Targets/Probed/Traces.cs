using System.Runtime.CompilerServices;

namespace Probed;

/// <summary>Methods whose exceptions' stack traces are compared with and without probes, line by line.</summary>
public static class Traces
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Outer(int depth)
    {
        int local = depth * 2;
        try
        {
            local += Middle(depth);
        }
        finally
        {
            local++;
        }

        return local;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Middle(int depth)
    {
        if (depth > 0)
        {
            return Middle(depth - 1) + 1;
        }

        try
        {
            return Inner(depth, "text");
        }
        catch (FormatException)
        {
            depth++;
            throw;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Inner(int value, string text)
    {
        value += text.Length;
        text += value;
        if (value > 3)
        {
            throw new FormatException($"bad: {text}");
        }

        return value;
    }

    public static async Task<int> OuterAsync(Task gate)
    {
        int before = 1;
        await gate;
        before += await InnerAsync(gate, before);

        return before;
    }

    public static async Task<int> InnerAsync(Task gate, int value)
    {
        await gate;
        value++;
        throw new FormatException($"async {value}");
    }

    public struct Cell(int value)
    {
        private int _value = value;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public int Divide(int by)
        {
            _value += 1;
            return _value / by;
        }
    }

    public sealed class Failing
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public Failing(string? text)
        {
            Length = 1;
            Length += text!.Length;
        }

        public int Length { get; }
    }
}
