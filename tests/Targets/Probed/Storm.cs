using System.Runtime.CompilerServices;

namespace Probed;

/// <summary>Methods that are called so often that any probe on them is dear, and some that are not.</summary>
public static class Storm
{
    /// <summary>What the storm calls: small enough to be inlined.</summary>
    public static int Step(int left, int right) => (left * 31) + right;

    /// <summary>A second one of its kind.</summary>
    public static int OtherStep(int left, int right) => (left * 37) + right;

    /// <summary>Called now and then.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Rare(int value) => value + 1;

    /// <summary>Calls <see cref="Step"/> with other work between two calls.</summary>
    /// <param name="calls">How often.</param>
    /// <param name="work">How much work is between two calls.</param>
    /// <returns>Something that depends on everything.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Run(int calls, int work)
    {
        int value = calls;
        for (int i = 0; i < calls; i++)
        {
            value = Step(value, i);
            for (int j = 0; j < work; j++)
            {
                value = (value * 1_103_515_245) + 12_345;
            }
        }

        return value;
    }

    /// <summary>As <see cref="Run"/>, with <see cref="OtherStep"/>.</summary>
    /// <param name="calls">How often.</param>
    /// <param name="work">How much work is between two calls.</param>
    /// <returns>Something that depends on everything.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int RunOther(int calls, int work)
    {
        int value = calls;
        for (int i = 0; i < calls; i++)
        {
            value = OtherStep(value, i);
            for (int j = 0; j < work; j++)
            {
                value = (value * 1_103_515_245) + 12_345;
            }
        }

        return value;
    }
}
