using System.Runtime.CompilerServices;

namespace Probed;

/// <summary>Names that mean several things, or nothing that can be woven.</summary>
public abstract class Overloads
{
    public int Plain { get; set; }

    public abstract int Missing(int value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Pick(int value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Pick(string text) => text.Length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Pick(int[] values, params ReadOnlySpan<char> rest) => values.Length + rest.Length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Unmistakable(int quantity, string product) => quantity + product.Length;
}
