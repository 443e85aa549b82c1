namespace Instrumentation.Core.Tests.Expressions;

public enum Level : byte
{
    Low,
    Middle,
    High = 200,
}

[Flags]
public enum Traits
{
    None = 0,
    Fast = 1,
    Cheap = 2,
}

public struct Point
{
    public int X;
    public long Y;
    public TimeSpan Age;
}

public class Node
{
    public Node? Next;
    public Point At;
    public string? Name;
    public int? Rank;
    private readonly int _hidden = 42;

    public int Count { get; set; }

    public int Doubled => Count * 2;

    public int Throwing => throw new InvalidOperationException("no");

    public int Hidden() => _hidden;

    public static bool operator ==(Node? left, Node? right) => ReferenceEquals(left, right);

    public static bool operator !=(Node? left, Node? right) => !(left == right);

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => 0;
}

public sealed class Leaf : Node
{
    public byte Colour;
}

public record Pair(int First, string? Second);

public class Bag
{
    public Bag(int first) => First = first;

    public int First { get; }

    public string? Second { get; set; }

    public TimeSpan Third;

    public List<int> Many { get; } = [];
}
