namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>
/// What goes where a class is wanted without a conversion. The rules are those of the JIT's importer on 64-bit machines and not those of verification:
/// integers of all sizes and pointers stand for each other. The one thing that is stricter: a reference is never an int32, an int64 or a float.
/// </summary>
internal static class StackRules
{
    private static readonly StackTypes[] Accepted = [.. Enumerable.Range(0, 128).Select(static set => Union((StackTypes)set))];

    /// <summary>The classes that a place of some class takes.</summary>
    /// <param name="wanted">The class of the place; several when it is not known exactly.</param>
    /// <returns>All that fits any of them.</returns>
    public static StackTypes Accepts(StackTypes wanted) => Accepted[(int)wanted];

    /// <summary>What a stack slot holds where two paths meet.</summary>
    /// <param name="one">What it holds on one path.</param>
    /// <param name="other">What it holds on the other.</param>
    /// <returns>Both; <see cref="StackTypes.None"/> when they cannot share a slot.</returns>
    public static StackTypes Join(StackTypes one, StackTypes other) =>
        ((Accepts(one) & other) | (Accepts(other) & one)) != 0 ? one | other : StackTypes.None;

    /// <summary>The result of an arithmetic operation (ECMA-335, III.1.5, tables 2, 5 and 7).</summary>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <returns>The result's class; <see cref="StackTypes.None"/> when there is no such operation.</returns>
    public static StackTypes Arithmetic(StackTypes left, StackTypes right)
    {
        StackTypes result = left & right & (StackTypes.Int32 | StackTypes.Float);
        StackTypes both = left | right;
        if ((left & (StackTypes.Integer | StackTypes.Pointer)) != 0 && (right & (StackTypes.Integer | StackTypes.Pointer)) != 0)
        {
            result |= both & (StackTypes.Int64 | StackTypes.NativeInt | StackTypes.Pointer);
            result |= (both & StackTypes.Pointer) != 0 ? StackTypes.NativeInt : StackTypes.None;
        }

        return result;
    }

    /// <summary>Whether two values can be compared (ECMA-335, III.1.5, table 4, as the JIT reads it).</summary>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <returns>True when they can.</returns>
    public static bool CanCompare(StackTypes left, StackTypes right) =>
        (left & right & StackTypes.Float) != 0 || ((left & StackTypes.Address) != 0 && (right & StackTypes.Address) != 0);

    /// <summary>A class in words.</summary>
    /// <param name="types">The class.</param>
    /// <returns>For example "an int32 or a managed pointer".</returns>
    public static string Describe(StackTypes types)
    {
        (StackTypes Class, string Name)[] names =
        [
            (StackTypes.Int32, "an int32"),
            (StackTypes.Int64, "an int64"),
            (StackTypes.NativeInt, "a native int"),
            (StackTypes.Float, "a float"),
            (StackTypes.Object, "an object"),
            (StackTypes.Pointer, "a managed pointer"),
            (StackTypes.Value, "a struct"),
        ];
        return types == StackTypes.Unknown ? "a value" : string.Join(" or ", names.Where(name => (types & name.Class) != 0).Select(static name => name.Name));
    }

    private static StackTypes Union(StackTypes wanted)
    {
        const StackTypes Numbers = StackTypes.Integer | StackTypes.Pointer;
        StackTypes accepted = wanted;
        accepted |= (wanted & (StackTypes.Int32 | StackTypes.Int64)) != 0 ? Numbers : StackTypes.None;
        accepted |= (wanted & (StackTypes.NativeInt | StackTypes.Pointer)) != 0 ? Numbers | StackTypes.Object : StackTypes.None;
        return accepted;
    }
}
