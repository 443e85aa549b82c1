using System.Reflection;
using Instrumentation.Managed.Points;

namespace Instrumentation.Testing.Snapshots;

/// <summary>Short names of types and methods, as the source has them where it uses them: no namespaces, no outer types.</summary>
internal static class TypeText
{
    /// <summary>A type's name: <c>int?</c>, <c>List&lt;Order&gt;</c>, <c>(string, int)</c>.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The name.</returns>
    public static string Of(Type type)
    {
        if (MethodName.IsKeyword(type) || type.IsGenericParameter || type.IsFunctionPointer)
        {
            return MethodName.Of(type);
        }

        if (type.HasElementType)
        {
            string element = Of(type.GetElementType()!);
            return type.IsArray ? $"{element}[{new string(',', type.GetArrayRank() - 1)}]" : type.IsByRef ? $"ref {element}" : $"{element}*";
        }

        if (Nullable.GetUnderlyingType(type) is { } bare)
        {
            return $"{Of(bare)}?";
        }

        Type[] arguments = type.IsGenericType ? type.GetGenericArguments() : [];
        if (arguments.Length > 0 && !type.IsGenericTypeDefinition && type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true)
        {
            return $"({string.Join(", ", arguments.Select(Of))})";
        }

        // The arguments of the outer types come first.
        int arity = ArityOf(type.Name);
        string name = Written(MethodName.WithoutArity(type.Name));
        return arity == 0 || arity > arguments.Length ? name : $"{name}<{string.Join(", ", arguments[^arity..].Select(Of))}>";
    }

    /// <summary>A method's name with that of its type: <c>Cache.Put</c>, <c>Clock.UtcNow</c> for an accessor, <c>new Order</c> for a constructor.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The name.</returns>
    public static string Of(MethodBase method)
    {
        MethodBase written = StateMachines.SourceMethod(method);
        string type = written.DeclaringType is { } declaring ? Of(OutOfClosures(declaring)) : "<Module>";
        return written is ConstructorInfo ? written.IsStatic ? $"static {type}" : $"new {type}" : $"{type}.{NameOf(written)}";
    }

    /// <summary>What the source calls a method: accessors go by their property, local functions by their name.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The name.</returns>
    public static string NameOf(MethodBase method)
    {
        string name = method.Name;
        if (name.StartsWith('<'))
        {
            return Written(name);
        }

        // What implements an interface explicitly has its name in front.
        int dot = name.LastIndexOf('.');
        if (dot > 0 && !name.EndsWith('>'))
        {
            name = name[(dot + 1)..];
        }

        return method.IsSpecialName && (name.StartsWith("get_", StringComparison.Ordinal) || name.StartsWith("set_", StringComparison.Ordinal)) ? name[4..] : name;
    }

    private static Type OutOfClosures(Type type)
    {
        while (type.DeclaringType is { } outer && type.Name.StartsWith("<>c", StringComparison.Ordinal))
        {
            type = outer;
        }

        return type;
    }

    private static int ArityOf(string name)
    {
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick >= 0 && int.TryParse(name.AsSpan(tick + 1), out int arity) ? arity : 0;
    }

    // <Main>b__0 is a lambda in Main, <Main>g__Local|0_0 a local function, <Items>d__5 an iterator; <File>F1__Name is a type that only its file sees.
    private static string Written(string name)
    {
        int close = name.IndexOf('>', StringComparison.Ordinal);
        if (!name.StartsWith('<') || close < 0)
        {
            return name;
        }

        string inner = name[1..close];
        string rest = name[(close + 1)..];
        int bar = rest.IndexOf('|', StringComparison.Ordinal);
        int marks = rest.IndexOf("__", StringComparison.Ordinal);
        return rest switch
        {
            ['g', '_', '_', ..] when bar > 3 => rest[3..bar],
            ['b', '_', '_', ..] => $"(lambda in {inner})",
            ['d', '_', '_', ..] => inner,
            ['F', ..] when marks > 0 => rest[(marks + 2)..],
            ['c', ..] => "(closure)",
            ['f', '_', '_', 'A', ..] => "(anonymous)",
            _ => name,
        };
    }
}
