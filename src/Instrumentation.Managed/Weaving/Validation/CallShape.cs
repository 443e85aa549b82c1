namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>What a call takes from the stack and leaves on it.</summary>
/// <param name="HasThis">Whether an instance comes first.</param>
/// <param name="Parameters">The parameters, without the instance.</param>
/// <param name="Result">The result; <see cref="StackTypes.None"/> for void.</param>
/// <param name="Owner">The class of the declaring type's values: what newobj gives.</param>
internal sealed record CallShape(bool HasThis, StackTypes[] Parameters, StackTypes Result, StackTypes Owner)
{
    /// <summary>What an instance may be: a reference or an address. A constructor's caller passes none.</summary>
    public const StackTypes Instance = StackTypes.Object | StackTypes.Pointer | StackTypes.NativeInt | StackTypes.Int64;

    /// <summary>The IL arguments of the method itself.</summary>
    /// <returns>Their classes, the instance first.</returns>
    public StackTypes[] Arguments() => HasThis ? [Owner == StackTypes.Object ? StackTypes.Object : StackTypes.Pointer, .. Parameters] : Parameters;
}
