using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>The types that a probe's JSON names by one word, whatever is loaded: C#'s keywords, durations and code addresses.</summary>
internal static class ShortTypeNames
{
    private static readonly Type[] Others = [typeof(TimeSpan), typeof(CodeAddress)];

    /// <summary>The names.</summary>
    public static IEnumerable<string> All => TypeKeywords.All.Concat(Others.Select(static type => type.Name));

    /// <summary>The type with a short name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The type, or null.</returns>
    public static Type? Find(string name) => TypeKeywords.Find(name) ?? Array.Find(Others, type => type.Name == name);

    /// <summary>The short name of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The name, or null.</returns>
    public static string? NameOf(Type type) => TypeKeywords.NameOf(type) ?? Array.Find(Others, other => other == type)?.Name;
}
