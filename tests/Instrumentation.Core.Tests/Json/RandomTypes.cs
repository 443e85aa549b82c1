using Instrumentation.Core.Tests.Expressions;

namespace Instrumentation.Core.Tests.Json;

/// <summary>Types at random.</summary>
internal static class RandomTypes
{
    private static readonly Type[] Integers = [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(nint), typeof(nuint)];
    private static readonly Type[] Enums = [typeof(Level), typeof(Traits), typeof(DayOfWeek), typeof(ConsoleKey), typeof(Environment.SpecialFolder), typeof(Wide)];
    private static readonly Type[] Numbers = [.. Integers, .. Enums, typeof(char), typeof(float), typeof(double)];

    private static readonly Type[] References =
    [
        typeof(string), typeof(object), typeof(Node), typeof(Leaf), typeof(Exception), typeof(int[]), typeof(string[,]), typeof(Node[][]), typeof(List<int>), typeof(IComparable),
        typeof(Dictionary<string, int?[]>), typeof(Dictionary<string, List<Point>>.KeyCollection), typeof(Outer<int>.Inner<string>), typeof(Outer<Level>.Plain), typeof(Tuple<(int, string), Uri>),
    ];

    private static readonly Type[] Others = [typeof(bool), typeof(TimeSpan), typeof(CodeAddress), typeof(decimal), typeof(DateTime), typeof(Point), typeof(Guid), typeof(int?), typeof(Level?), typeof(Point?), typeof(KeyValuePair<string, int>)];

    public static Type Integer(Random random) => Integers[random.Next(Integers.Length)];

    public static Type Number(Random random) => Numbers[random.Next(Numbers.Length)];

    public static Type Reference(Random random) => References[random.Next(References.Length)];

    public static Type Any(Random random) => random.Next(3) switch { 0 => Number(random), 1 => Reference(random), _ => Others[random.Next(Others.Length)] };

    public static Type Key(Random random) => random.Next(6) switch
    {
        5 => typeof(string),
        0 => typeof(bool),
        1 => typeof(char),
        2 => typeof(CodeAddress),
        3 => Enums[random.Next(Enums.Length)],
        _ => Integer(random),
    };
}

/// <summary>An enum whose values are beyond 2^53, and whose names are those of context values.</summary>
public enum Wide : ulong
{
    None,
    duration = 1,
    Great = ulong.MaxValue,
}

/// <summary>Types inside generic types.</summary>
public class Outer<T>
{
    public T? Value;

    public class Inner<TOther>
    {
        public TOther? Other;
    }

    public class Plain
    {
    }
}
