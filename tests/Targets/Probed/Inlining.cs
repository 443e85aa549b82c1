using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Probed;

/// <summary>Small methods that the JIT copies into their caller, and a sensor that tells whether it did.</summary>
public static class Inlining
{
    private static volatile bool _look;
    private static volatile string? _seen;

    /// <summary>Calls <see cref="Small"/> so often.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallSmall(int times)
    {
        int value = 0;
        for (int i = 0; i < times; i++)
        {
            value = Small(value);
        }

        return value;
    }

    public static int Small(int value)
    {
        Sense();
        return value + 1;
    }

    /// <summary>Calls <see cref="Forced"/> so often.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallForced(int times)
    {
        int value = 0;
        for (int i = 0; i < times; i++)
        {
            value = Forced(value);
        }

        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Forced(int value)
    {
        Sense();
        int sum = value;
        for (int i = 0; i < 3; i++)
        {
            sum += i == 1 ? 1 : 0;
        }

        return sum;
    }

    /// <summary>Whether a caller holds a copy of the callee: then the frame below the sensor is the caller's own.</summary>
    public static bool IsInlined(Action call, string caller)
    {
        _seen = null;
        _look = true;
        call();
        _look = false;
        return _seen == caller;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Sense()
    {
        if (_look)
        {
            _seen = new StackFrame(1).GetMethod()!.Name;
        }
    }
}
