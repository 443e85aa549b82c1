using System.Runtime.CompilerServices;

namespace Probed;

public enum Size : byte
{
    None,
    Small = 3,
    Large = 200,
}

public enum Distance : long
{
    Far = 1L << 40,
    Behind = -1,
}

public struct Cell
{
    public int Left;
    public string? Right;
    public double Weight;
}

public readonly record struct Spot(int X, long Y, string? Name);

/// <summary>A linked list with fields of every visibility, and with getters that compute, throw or are virtual.</summary>
public class Node(int id, string? name, Node? next)
{
    public readonly Node? Next = next;
    private readonly string? _name = name;
    protected int Held = id * 10;

    public int Id { get; } = id;

    public string Computed => $"{_name}#{Id}";

    public int Broken => Id < 0 ? throw new InvalidOperationException("broken getter") : Id;

    public virtual string Title => "node";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Visit(int by) => Id + by + (_name?.Length ?? 0);
}

public sealed class SpecialNode(int id) : Node(id, "special", null)
{
    public override string Title => "special";

    public int Extra = id + 1;
}

/// <summary>Methods over every kind of value that a probe can read.</summary>
public static class Values
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Integers(sbyte a, byte b, short c, ushort d, int e, uint f, long g, ulong h, nint i, nuint j) =>
        a + b + c + d + e + f + g + (long)h + i + (long)j;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static double Others(bool flag, char letter, float single, double number, Size size, Distance distance, TimeSpan span) =>
        (flag ? 1 : 0) + letter + single + number + (int)size + (long)distance + span.TotalSeconds;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static decimal Money(decimal amount) => amount * 2;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string? Text(string? text) => text;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static object? Any(object? value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Reassigned(int number, string text, Spot spot)
    {
        number *= 2;
        text += "!";
        spot = spot with { X = spot.X + 1 };
        return $"{number} {text} {spot.X}";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int ByAddress(int number, Cell cell)
    {
        Increase(ref number);
        Increase(ref cell.Left);
        return number + cell.Left;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ByReference(ref int changed, in long read, out string made, ref Cell cell)
    {
        changed += (int)read;
        made = "made " + changed;
        cell.Left = changed;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Spot Struct(int x, bool fail) => fail ? throw new InvalidOperationException("no spot") : new Spot(x, x * 1000L, "spot " + x);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Divided(int value, int by) => by == 0 ? -1 : value / by;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Walk(Node? node) => node?.Id ?? -1;

    public static async Task<Spot> SpotAsync(Task gate, int x)
    {
        await gate;
        return Struct(x, x < 0);
    }

    public static async ValueTask<Spot> SpotValueAsync(Task gate, int x)
    {
        await gate;
        return Struct(x, x < 0);
    }

    public static async Task<string> EveryKind<T>(Task gate, int number, double fraction, string text, Spot spot, T generic, Size size)
    {
        await gate;
        return $"{number} {fraction} {text} {spot.X} {generic} {size}";
    }

    public static void Increase(ref int value) => value++;
}

/// <summary>An instance whose async method waits.</summary>
public sealed class Waiter(int number, string name)
{
    private readonly string _name = name;

    public int Number = number;

    public async Task<int> Wait(Task gate)
    {
        await gate;
        return Number + _name.Length;
    }
}

/// <summary>A struct whose methods change it.</summary>
public struct Meter
{
    public int Ticks;
    private readonly string _unit;

    public Meter(int ticks, string unit)
    {
        Ticks = ticks;
        _unit = unit;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Add(int ticks)
    {
        Ticks += ticks;
        return Ticks + _unit.Length;
    }
}

/// <summary>Callers of one method.</summary>
public static class Callers
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Called(int value) => value + 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task<int> CalledAsync(Task gate, int value)
    {
        await gate;
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int First()
    {
        int one = Called(1);
        return one + Called(2);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Second() => Called(3) * 2;

    public static async Task<int> FromAsync(Task gate, Task inner)
    {
        int before = Called(4);
        await gate;
        int after = Called(5);
        return before + after + await CalledAsync(inner, 6);
    }
}
