using System.Text;

namespace Instrumentation.Json;

/// <summary>
/// Types as a probe's JSON names them: <c>int?</c>, <c>Shop.Order</c>, <c>Shop.Outer+Inner</c>, <c>System.Collections.Generic.List&lt;string&gt;[]</c>,
/// and <c>Shop!Shop.Order</c> where several loaded assemblies have a type of the name.
/// </summary>
internal static class TypeNameText
{
    /// <summary>A type's name.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The name; it reads back as this very type.</returns>
    /// <exception cref="TypeNameException">No name selects the type.</exception>
    public static string Of(Type type)
    {
        if (ShortTypeNames.NameOf(type) is { } known)
        {
            return known;
        }

        foreach (bool qualified in (ReadOnlySpan<bool>)[false, true])
        {
            string name = Build(type, qualified);
            if (TypeNameReader.TryRead(name, out TypeNameException? _) == type)
            {
                return name;
            }
        }

        throw new TypeNameException($"no name selects the type {type} among what is loaded.", "Use a class, struct, enum or array of them, with a name that C# can write, of an assembly that is loaded once.", []);
    }

    private static string Build(Type type, bool qualified)
    {
        if (ShortTypeNames.NameOf(type) is { } known)
        {
            return known;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Build(underlying, qualified) + "?";
        }

        if (type.IsArray)
        {
            return $"{Build(type.GetElementType()!, qualified)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        StringBuilder name = new();
        if (qualified)
        {
            name.Append(type.Assembly.GetName().Name).Append('!');
        }

        AppendNested(name, type, type.GetGenericArguments(), qualified);
        return name.ToString();
    }

    // A nested type has the arguments of the types around it, first.
    private static int AppendNested(StringBuilder name, Type type, Type[] arguments, bool qualified)
    {
        int used = 0;
        if (type is { IsNested: true, IsGenericParameter: false, DeclaringType: { } outer })
        {
            used = AppendNested(name, outer, arguments, qualified);
            name.Append('+');
        }
        else if (!string.IsNullOrEmpty(type.Namespace))
        {
            name.Append(type.Namespace).Append('.');
        }

        int tick = type.Name.LastIndexOf('`');
        name.Append(tick < 0 ? type.Name : type.Name[..tick]);
        int all = type.IsGenericType ? type.GetGenericArguments().Length : 0;
        if (all > used)
        {
            name.Append('<').AppendJoin(", ", arguments[used..all].Select(argument => Build(argument, qualified))).Append('>');
        }

        return all;
    }
}
