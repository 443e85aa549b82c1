using System.Globalization;
using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Durations: an object with one unit, for example <c>{"milliseconds":5}</c>, so that no number is ever mistaken for another unit.</summary>
internal static class DurationJson
{
    private static readonly Dictionary<string, long> Units = new(StringComparer.Ordinal)
    {
        ["days"] = 86_400_000_000_000,
        ["hours"] = 3_600_000_000_000,
        ["minutes"] = 60_000_000_000,
        ["seconds"] = 1_000_000_000,
        ["milliseconds"] = 1_000_000,
        ["microseconds"] = 1_000,
        ["ticks"] = 100,
        ["nanoseconds"] = 1,
    };

    private static readonly string[] Written = ["seconds", "milliseconds", "microseconds", "ticks", "nanoseconds"];

    /// <summary>The units' names.</summary>
    public static IReadOnlyCollection<string> Names => Units.Keys;

    /// <summary>Reads a duration in <see cref="TimeSpan"/>'s units of 100 ns.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="number">How many of it.</param>
    /// <returns>The duration.</returns>
    public static TimeSpan ReadTimeSpan(string unit, JsonItem number) => TimeSpan.FromTicks(Read(unit, number, Durations.NanosecondsPerTick));

    /// <summary>Reads a duration in <see cref="TimeSpan"/>'s units of 100 ns.</summary>
    /// <param name="item">The object with one unit.</param>
    /// <returns>The duration.</returns>
    public static TimeSpan ReadTimeSpan(JsonItem item) => TimeSpan.FromTicks(Read(item, Durations.NanosecondsPerTick));

    /// <summary>Reads a duration in nanoseconds.</summary>
    /// <param name="item">The object with one unit.</param>
    /// <returns>The nanoseconds.</returns>
    public static long ReadNanoseconds(JsonItem item) => Read(item, 1);

    /// <summary>Writes a duration with the largest unit that divides it.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="amount">The duration.</param>
    /// <param name="nanoseconds">The nanoseconds that the amount is counted in: 1 or 100.</param>
    public static void Write(JsonOutput output, long amount, long nanoseconds)
    {
        Int128 all = (Int128)amount * nanoseconds;
        string unit = Written.First(unit => all % Units[unit] == 0);
        output.BeginObject();
        output.Name(unit);
        output.Value(ConstantWriter.Integer(all / Units[unit]));
        output.End();
    }

    private static long Read(JsonItem item, long nanoseconds)
    {
        const string Mend = "Write a duration, for example {\"milliseconds\":5}.";
        item.Demand(JsonValueKind.Object, Mend).Only(Names);
        return item.Members is [var member] ? Read(member.Name, member.Value, nanoseconds) : throw item.Error("a duration has one unit.", Mend);
    }

    private static long Read(string unit, JsonItem number, long nanoseconds)
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (number.Kind is not (JsonValueKind.Number or JsonValueKind.String) || !decimal.TryParse(number.Text, Styles, CultureInfo.InvariantCulture, out decimal count))
        {
            throw number.Error($"{number.Describe()} is no number of {unit}.", "Write a number.");
        }

        // The product stays far within a decimal once the count is known to be near the range.
        decimal most = (decimal)long.MaxValue * nanoseconds / Units[unit];
        decimal amount = Math.Abs(count) > most + 1 ? decimal.MaxValue : count * Units[unit] / nanoseconds;
        return amount is > long.MaxValue or < long.MinValue || amount != decimal.Truncate(amount)
            ? throw number.Error($"{JsonPath.Shorten(number.Text)} {unit} are no whole number of {nanoseconds} ns within 64 bits.", "Write a longer or shorter duration.")
            : (long)amount;
    }
}
