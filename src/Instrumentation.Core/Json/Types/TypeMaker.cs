using System.Diagnostics.CodeAnalysis;

namespace Instrumentation.Json;

/// <summary>
/// Makes nullable, array and generic types. They are names for what the program has: no instance of them is ever made. An instantiation that
/// ahead-of-time compilation left out is an error that names it.
/// </summary>
internal static class TypeMaker
{
    private const string NothingInstantiated = "A missing instantiation is an error that names the type; nothing is instantiated.";

    /// <summary>The nullable of a value type.</summary>
    /// <param name="type">The value type.</param>
    /// <param name="text">The name that is read, for the error.</param>
    /// <returns>The type.</returns>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = NothingInstantiated)]
    public static Type Nullable(Type type, string text) => Make(text, () => typeof(Nullable<>).MakeGenericType(type));

    /// <summary>An array.</summary>
    /// <param name="element">The type of its elements.</param>
    /// <param name="rank">Its dimensions.</param>
    /// <param name="text">The name that is read, for the error.</param>
    /// <returns>The type.</returns>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = NothingInstantiated)]
    public static Type Array(Type element, int rank, string text) => Make(text, () => rank == 1 ? element.MakeArrayType() : element.MakeArrayType(rank));

    /// <summary>A generic type with arguments.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="arguments">As many arguments as it has parameters.</param>
    /// <param name="text">The name that is read, for the error.</param>
    /// <returns>The type.</returns>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = NothingInstantiated)]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "No member of the type is used, so no requirement on its arguments is.")]
    public static Type Generic(Type definition, Type[] arguments, string text) => Make(text, () => definition.MakeGenericType(arguments));

    private static Type Make(string text, Func<Type> make)
    {
        try
        {
            return make();
        }
        catch (Exception error) when (error is ArgumentException or TypeLoadException or NotSupportedException)
        {
            throw new TypeNameException($"the type '{JsonPath.Shorten(text)}' cannot be made: {error.Message}", TypeNameReader.Mend, []);
        }
    }
}
