using System.Runtime.CompilerServices;

namespace Probed;

public interface IGreeter
{
    string Greet(string name);

    /// <summary>A default-interface method.</summary>
    string Welcome(string name) => "Welcome, " + Greet(name);
}

public class Greeter : IGreeter
{
    public string Greet(string name) => "Hello " + name;

    public virtual int Level(int by) => 1 + by;
}

public sealed class LoudGreeter : Greeter
{
    public override int Level(int by) => base.Level(by) * 10;
}

public struct Money(long cents) : IGreeter
{
    private long _cents = cents;

    public long Cents
    {
        readonly get => _cents;
        set => _cents = value;
    }

    public long this[int factor] => _cents * factor;

    public static Money operator +(Money left, Money right) => new(left._cents + right._cents);

    public static explicit operator long(Money value) => value._cents;

    public static bool operator true(Money value) => value._cents != 0;

    public static bool operator false(Money value) => value._cents == 0;

    public string Greet(string name) => name + _cents;
}

public sealed class Settings
{
    private EventHandler? _changed;

    public int Volume { get; init; }

    public string Name { get; set; } = "";

    public int Subscribers { get; private set; }

    public event EventHandler Changed
    {
        add
        {
            _changed += value;
            Subscribers++;
        }
        remove
        {
            _changed -= value;
            Subscribers--;
        }
    }
}

public class Base
{
    public Base(int value) => Value = value;

    public int Value { get; }
}

public sealed class Derived : Base
{
    private readonly int _early = 5;

    public Derived(int value, string text)
        : base(value > 0 ? value : throw new ArgumentException("not positive")) => Sum = Value + text.Length + _early;

    public int Sum { get; }
}

public static class Late
{
    public static readonly int Made = Start();

    static Late() => Text = "started " + Made;

    public static string Text { get; }

    private static int Start() => 41 + 1;
}

public static class LateGeneric<T>
{
    static LateGeneric() => Name = typeof(T).Name;

    public static string Name { get; }
}

public static class Closures
{
    public static int Run(int value)
    {
        int captured = value * 2;
        Func<int, int> lambda = x => x + captured;
        return lambda(1) + Local(value) + StaticLocal(value);

        int Local(int y) => y + captured;

        static int StaticLocal(int z) => z * z;
    }

    public static IEnumerable<int> Count(int upTo)
    {
        for (int i = 0; i < upTo; i++)
        {
            yield return i;
        }
    }
}

public ref struct Window(Span<int> items)
{
    public Span<int> Items = items;
    public int Reads;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public int First()
    {
        Reads++;
        return Items[0];
    }
}

public static unsafe class Memory
{
    private static readonly int[] Store = [10, 20, 30];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int SumSpan(ReadOnlySpan<int> items, scoped Window window)
    {
        int sum = 0;
        foreach (int item in items)
        {
            sum += item;
        }

        return sum + window.Items.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Span<int> Slice(Span<int> items, int start) => items[start..];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ref int Element(int index) => ref Store[index];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ref readonly int ReadOnlyElement(in int index) => ref Store[index];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int* Advance(int* start, int by) => start + by;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int OnTheStack(int count)
    {
        int* numbers = stackalloc int[count];
        Span<byte> bytes = stackalloc byte[count * 2];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = i;
            bytes[i] = (byte)i;
        }

        int sum = bytes.Length;
        for (int i = 0; i < count; i++)
        {
            sum += numbers[i] + bytes[i];
        }

        return sum;
    }
}

public static class Handlers
{
    /// <summary>Nested try blocks with a filter, finally blocks and returns out of them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Nested(int kind)
    {
        List<string> steps = [];
        try
        {
            for (int i = 0; i < 3; i++)
            {
                try
                {
                    try
                    {
                        if (kind == i)
                        {
                            throw kind == 0 ? new FormatException("f") : new InvalidOperationException("i");
                        }

                        if (kind == 5)
                        {
                            return string.Join(",", steps) + ":early";
                        }

                        if (kind == 6 && i == 1)
                        {
                            continue;
                        }
                    }
                    finally
                    {
                        steps.Add("inner" + i);
                    }
                }
                catch (InvalidOperationException error) when (error.Message == "i" && kind == 1)
                {
                    steps.Add("filter" + i);
                }
                finally
                {
                    steps.Add("outer" + i);
                }
            }
        }
        catch (FormatException)
        {
            steps.Add("format");
        }

        return string.Join(",", steps);
    }

    /// <summary>The compiler makes a fault block of this try block.</summary>
    public static IEnumerable<int> WithFault(List<string> steps)
    {
        try
        {
            yield return 1;
            yield return 2;
        }
        finally
        {
            steps.Add("finally");
        }
    }
}
