using System.Text.Json;

namespace Instrumentation.Json;

/// <summary>What is asked of values before they are used, each with its error.</summary>
internal static class JsonItemRules
{
    /// <summary>A value in words.</summary>
    /// <param name="item">The value.</param>
    /// <returns>For example <c>the number 5</c>.</returns>
    public static string Describe(this JsonItem item) => item.Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => $"an array of {item.Items.Count}",
        JsonValueKind.String => $"the string \"{JsonPath.Shorten(item.Text)}\"",
        JsonValueKind.Number => $"the number {JsonPath.Shorten(item.Text)}",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    /// <summary>Demands a kind of value.</summary>
    /// <param name="item">The value.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="mend">What to write there.</param>
    /// <returns>The value.</returns>
    public static JsonItem Demand(this JsonItem item, JsonValueKind kind, string mend) => item.Kind == kind
        ? item
        : throw item.Error($"{item.Describe()} stands where {KindText(kind)} belongs.", mend);

    /// <summary>Demands a string that is not blank.</summary>
    /// <param name="item">The value.</param>
    /// <param name="mend">What to write there.</param>
    /// <returns>The string.</returns>
    public static string DemandText(this JsonItem item, string mend)
    {
        string text = item.Demand(JsonValueKind.String, mend).Text;
        return string.IsNullOrWhiteSpace(text) ? throw item.Error("the string is blank.", mend) : text;
    }

    /// <summary>Demands true or false.</summary>
    /// <param name="item">The value.</param>
    /// <param name="mend">What to write there.</param>
    /// <returns>The bool.</returns>
    public static bool DemandBool(this JsonItem item, string mend) => item.Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw item.Error($"{item.Describe()} stands where true or false belongs.", mend),
    };

    /// <summary>Demands a number.</summary>
    /// <param name="item">The value.</param>
    /// <param name="mend">What to write there.</param>
    /// <returns>The number.</returns>
    public static double DemandDouble(this JsonItem item, string mend) =>
        ConstantReader.TryRead(item.Demand(JsonValueKind.Number, mend).Token, typeof(double), out object? number) ? (double)number! : throw item.Error($"{item.Describe()} is too great.", mend);

    /// <summary>Demands a whole number that fits a long; beyond 2^53 it may be a string.</summary>
    /// <param name="item">The value.</param>
    /// <param name="mend">What to write there.</param>
    /// <returns>The number.</returns>
    public static long DemandLong(this JsonItem item, string mend) =>
        item.Kind is JsonValueKind.Number or JsonValueKind.String && ConstantReader.TryRead(item.Token, typeof(long), out object? number)
            ? (long)number!
            : throw item.Error($"{item.Describe()} is no whole number of 64 bits.", mend);

    /// <summary>Demands a whole number that fits an int.</summary>
    /// <param name="item">The value.</param>
    /// <param name="mend">What to write there.</param>
    /// <returns>The number.</returns>
    public static int DemandInt(this JsonItem item, string mend) => ConstantReader.TryRead(item.Demand(JsonValueKind.Number, mend).Token, typeof(int), out object? number)
        ? (int)number!
        : throw item.Error($"{item.Describe()} is no whole number of 32 bits.", mend);

    /// <summary>Demands a property.</summary>
    /// <param name="item">The object.</param>
    /// <param name="name">The property's name.</param>
    /// <param name="mend">What to write.</param>
    /// <returns>The property's value.</returns>
    public static JsonItem Require(this JsonItem item, string name, string mend) => item.Find(name) ?? throw item.Error($"the property '{name}' is missing.", mend);

    /// <summary>Demands that an object has no properties but some.</summary>
    /// <param name="item">The object.</param>
    /// <param name="names">Their names.</param>
    public static void Only(this JsonItem item, params IReadOnlyCollection<string> names)
    {
        foreach (JsonMember member in item.Members)
        {
            if (!names.Contains(member.Name))
            {
                throw member.Value.Error($"the property '{JsonPath.Shorten(member.Name)}' is unknown here.", $"The properties here are {string.Join(", ", names)}.", NearestNames.Choose(member.Name, names));
            }
        }
    }

    private static string KindText(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "another value",
    };
}
