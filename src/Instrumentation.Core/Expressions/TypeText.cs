namespace Instrumentation.Expressions;

/// <summary>Types as C# writes them, short: keywords, simple names, generic arguments in angle brackets.</summary>
internal static class TypeText
{
    /// <summary>A type's text.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The text.</returns>
    public static string Of(Type type)
    {
        if (TypeKeywords.NameOf(type) is { } keyword)
        {
            return keyword;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying) + "?";
        }

        if (type.HasElementType)
        {
            string element = Of(type.GetElementType()!);
            return type.IsArray ? $"{element}[{new string(',', type.GetArrayRank() - 1)}]" : type.IsByRef ? $"ref {element}" : $"{element}*";
        }

        int tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        string name = tick < 0 ? type.Name : type.Name[..tick];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>" : name;
    }
}
