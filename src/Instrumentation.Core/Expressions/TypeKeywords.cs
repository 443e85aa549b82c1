namespace Instrumentation.Expressions;

/// <summary>C#'s keywords for types.</summary>
internal static class TypeKeywords
{
    private static readonly Dictionary<string, Type> ByName = new(StringComparer.Ordinal)
    {
        ["void"] = typeof(void),
        ["bool"] = typeof(bool),
        ["byte"] = typeof(byte),
        ["sbyte"] = typeof(sbyte),
        ["char"] = typeof(char),
        ["short"] = typeof(short),
        ["ushort"] = typeof(ushort),
        ["int"] = typeof(int),
        ["uint"] = typeof(uint),
        ["long"] = typeof(long),
        ["ulong"] = typeof(ulong),
        ["nint"] = typeof(nint),
        ["nuint"] = typeof(nuint),
        ["float"] = typeof(float),
        ["double"] = typeof(double),
        ["decimal"] = typeof(decimal),
        ["string"] = typeof(string),
        ["object"] = typeof(object),
    };

    private static readonly Dictionary<Type, string> ByType = ByName.ToDictionary(static pair => pair.Value, static pair => pair.Key);

    /// <summary>The keywords.</summary>
    public static IReadOnlyCollection<string> All => ByName.Keys;

    /// <summary>The type of a keyword.</summary>
    /// <param name="name">The word.</param>
    /// <returns>The type; null when the word is no keyword.</returns>
    public static Type? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The keyword of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The keyword; null when the type has none.</returns>
    public static string? NameOf(Type type) => ByType.GetValueOrDefault(type);
}
