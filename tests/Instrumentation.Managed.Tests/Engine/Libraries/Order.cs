namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>What the JSON libraries write and read.</summary>
internal sealed record Order(
    int Id,
    string Name,
    IReadOnlyList<OrderLine> Lines,
    Dictionary<string, double> Extra,
    DayOfWeek Day,
    DateTimeOffset At)
{
    /// <summary>An order with a bit of everything.</summary>
    public static Order Sample { get; } = new(
        7,
        "Straße \"9\" \u20AC",
        [new OrderLine("a", 1.5m, null), new OrderLine("b", 2, [1, 2, 3])],
        new Dictionary<string, double> { ["x"] = 0.1, ["y"] = -1e300 },
        DayOfWeek.Friday,
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)));
}

/// <summary>A line of an <see cref="Order"/>.</summary>
internal sealed record OrderLine(string Name, decimal Price, int[]? Tags);
