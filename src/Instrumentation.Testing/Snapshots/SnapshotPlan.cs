using System.Runtime.CompilerServices;

namespace Instrumentation.Testing.Snapshots;

/// <summary>How objects of one type are copied. Found out once a type, and forgotten with it.</summary>
/// <param name="IsKept">Whether they are not copied.</param>
/// <param name="ElementSize">Of arrays: the bytes of an element; 0 for what is no array.</param>
/// <param name="Redirect">Leads the references in a copy to copies; null where there are none to lead.</param>
internal sealed record SnapshotPlan(bool IsKept, int ElementSize, Action<object, SnapshotWalk>? Redirect)
{
    private static readonly SnapshotPlan Kept = new(IsKept: true, 0, null);
    private static readonly ConditionalWeakTable<Type, SnapshotPlan> Plans = [];

    /// <summary>The plan of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The plan.</returns>
    public static SnapshotPlan Of(Type type) => Plans.TryGetValue(type, out SnapshotPlan? plan) ? plan : Plans.GetValue(type, static type =>
    {
        try
        {
            return Make(type);
        }
        catch (Exception)
        {
            // A type whose parts do not load. Its objects are there none the less.
            return Kept;
        }
    });

    private static SnapshotPlan Make(Type type)
    {
        if (SnapshotRules.IsKept(type))
        {
            return Kept;
        }

        if (!type.IsArray)
        {
            return new SnapshotPlan(IsKept: false, 0, RedirectEmitter.ForObject(type));
        }

        Type element = type.GetElementType()!;
        Action<object, SnapshotWalk>? redirect = !SnapshotRules.MayLeadToCopies(element) ? null : element.IsValueType ? RedirectEmitter.ForArray(element) : RedirectReferences;
        return new SnapshotPlan(IsKept: false, element.IsPointer || element.IsFunctionPointer ? IntPtr.Size : RuntimeHelpers.SizeOf(element.TypeHandle), redirect);
    }

    // SAFETY: the elements are references, and a copy has the type of its original, so each fits where the original was.
    private static void RedirectReferences(object array, SnapshotWalk walk)
    {
        ref object? first = ref Unsafe.As<byte, object?>(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference((Array)array));
        nint length = (nint)((Array)array).LongLength;
        for (nint i = 0; i < length; i++)
        {
            ref object? element = ref Unsafe.Add(ref first, i);
            element = walk.Copy(element);
        }
    }
}
