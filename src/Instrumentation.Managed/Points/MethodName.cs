using System.Reflection;
using System.Text;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Points;

/// <summary>Names of types and methods as patterns, events and messages spell them: <c>Namespace.Type+Nested::Method</c>.</summary>
internal static class MethodName
{
    /// <summary>A method's full name without its parameters. The body of an async method or iterator has the name of the method that the source wrote.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The name.</returns>
    public static string Of(MethodBase method)
    {
        MethodBase written = StateMachines.SourceMethod(method);
        return $"{(written.DeclaringType is { } type ? Of(type) : "<Module>")}::{written.Name}";
    }

    /// <summary>A method's full name with its parameter types: the text that selects exactly this overload.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The signature.</returns>
    public static string WithParameters(MethodBase method) =>
        $"{(method.DeclaringType is { } type ? Of(type) : "<Module>")}::{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => Of(parameter.ParameterType)))})";

    /// <summary>Whether a type goes by a C# keyword.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True for <c>int</c>, <c>string</c> and their kin.</returns>
    public static bool IsKeyword(Type type) => TypeKeywords.NameOf(type) is not null;

    /// <summary>A type's name: C# keywords for the simple ones, full names else, generic arguments in angle brackets, no arity.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The name.</returns>
    public static string Of(Type type)
    {
        if (TypeKeywords.NameOf(type) is { } keyword)
        {
            return keyword;
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (type.HasElementType)
        {
            string element = Of(type.GetElementType()!);
            return type.IsArray ? $"{element}[{new string(',', type.GetArrayRank() - 1)}]" : type.IsByRef ? $"ref {element}" : $"{element}*";
        }

        StringBuilder name = new();
        if (type.DeclaringType is { } outer)
        {
            name.Append(WithoutArguments(outer)).Append('+');
        }
        else if (!string.IsNullOrEmpty(type.Namespace))
        {
            name.Append(type.Namespace).Append('.');
        }

        name.Append(WithoutArity(type.Name));
        if (type.IsGenericType && !type.IsGenericTypeDefinition)
        {
            name.Append('<').AppendJoin(", ", type.GetGenericArguments().Select(Of)).Append('>');
        }

        return name.ToString();
    }

    /// <summary>A generic type's name without the backtick and count behind it.</summary>
    /// <param name="name">The name in metadata.</param>
    /// <returns>The name in the source.</returns>
    public static string WithoutArity(string name)
    {
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : name[..tick];
    }

    private static string WithoutArguments(Type type) => Of(type.IsGenericType ? type.GetGenericTypeDefinition() : type);
}
