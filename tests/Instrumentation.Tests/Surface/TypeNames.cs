namespace Instrumentation.Tests.Surface;

/// <summary>Types as C# would write them, with their namespaces.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    /// <summary>A type by its full name.</summary>
    /// <param name="type">The type.</param>
    /// <returns>For example <c>System.Collections.Generic.List&lt;int&gt;</c>.</returns>
    public static string Of(Type type)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (type.HasElementType)
        {
            string suffix = type.IsArray ? $"[{new string(',', type.GetArrayRank() - 1)}]" : type.IsPointer ? "*" : "&";
            return Of(type.GetElementType()!) + suffix;
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Of(value) + "?";
        }

        Type[] arguments = type.GetGenericArguments();
        int outer = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        string prefix = type.DeclaringType is { } declaring ? Of(declaring.IsGenericType ? declaring.MakeGenericType(arguments[..outer]) : declaring) + "." : type.Namespace + ".";
        return prefix + Simple(type) + (arguments.Length > outer ? $"<{string.Join(", ", arguments[outer..].Select(Of))}>" : "");
    }

    /// <summary>A type's own name without type parameters.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The name.</returns>
    public static string Simple(Type type) => type.Name.Split('`')[0];

    /// <summary>The declaration of a type: its kind, name, base, interfaces and constraints.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The line.</returns>
    public static string Declaration(Type type)
    {
        string kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsSubclassOf(typeof(Delegate)) ? "delegate"
            : type.IsValueType ? (type.IsDefined(typeof(System.Runtime.CompilerServices.IsReadOnlyAttribute), inherit: false) ? "readonly " : "") + "struct"
            : (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + "class";
        IEnumerable<Type> above = type.IsEnum
            ? [Enum.GetUnderlyingType(type)]
            : [.. type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? new[] { parent } : [], .. type.GetInterfaces().Where(static one => one.IsVisible).OrderBy(Of, StringComparer.Ordinal)];
        string bases = string.Join(", ", above.Select(Of));
        string shape = type.IsSubclassOf(typeof(Delegate)) ? " " + type.GetMethod("Invoke") : "";
        return $"{Of(type)} : {kind}{(bases.Length == 0 ? "" : " " + bases)}{shape}{Constraints(type.GetGenericArguments())}";
    }

    /// <summary>The constraints of type parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <returns>The where clauses, each with a blank before it.</returns>
    public static string Constraints(IEnumerable<Type> parameters) => string.Concat(parameters.Select(static parameter =>
    {
        System.Reflection.GenericParameterAttributes special = parameter.GenericParameterAttributes;
        bool isStruct = special.HasFlag(System.Reflection.GenericParameterAttributes.NotNullableValueTypeConstraint);
        string[] parts =
        [
            .. isStruct ? ["struct"] : Array.Empty<string>(),
            .. special.HasFlag(System.Reflection.GenericParameterAttributes.ReferenceTypeConstraint) ? ["class"] : Array.Empty<string>(),
            .. parameter.GetGenericParameterConstraints().Where(static one => one != typeof(ValueType)).Select(Of).Order(StringComparer.Ordinal),
            .. !isStruct && special.HasFlag(System.Reflection.GenericParameterAttributes.DefaultConstructorConstraint) ? ["new()"] : Array.Empty<string>(),
        ];
        return parts.Length == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", parts)}";
    }));
}
