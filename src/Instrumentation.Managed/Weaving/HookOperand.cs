namespace Instrumentation.Managed.Weaving;

/// <summary>How a value travels from woven code into a hook. Hook signatures hold only forms that need no type of the application.</summary>
internal enum OperandForm
{
    /// <summary>A primitive, enum, pointer or native integer, by value.</summary>
    Value,

    /// <summary>A reference, as <c>object</c>.</summary>
    Object,

    /// <summary>A managed pointer to a struct, or what a by-ref parameter refers to.</summary>
    Address,

    /// <summary>A managed pointer, and the <see cref="System.Type"/> of what it points to, for types that depend on the instantiation.</summary>
    Generic,
}

/// <summary>A value that a hook takes.</summary>
/// <param name="Argument">The index of the IL argument (<c>this</c> is 0 in instance methods); -1 for the method's result.</param>
/// <param name="Form">How it travels.</param>
/// <param name="Type">The declared type, a by-ref's element type; for <see cref="OperandForm.Value"/> the primitive, an enum's underlying type.</param>
/// <param name="IsByRef">True for by-ref parameters and by-ref results.</param>
internal sealed record HookOperand(int Argument, OperandForm Form, Type Type, bool IsByRef)
{
    /// <summary>The operand for a parameter, <c>this</c> or a result of a type.</summary>
    /// <param name="argument">The index of the IL argument, or -1 for the result.</param>
    /// <param name="declared">The declared type.</param>
    /// <returns>The operand.</returns>
    public static HookOperand Of(int argument, Type declared)
    {
        bool byRef = declared.IsByRef;
        Type type = byRef ? declared.GetElementType()! : declared;
        if (type.IsPointer || type.IsFunctionPointer)
        {
            return new HookOperand(argument, byRef ? OperandForm.Address : OperandForm.Value, typeof(nint), byRef);
        }

        if (type.IsEnum && !type.ContainsGenericParameters)
        {
            type = Enum.GetUnderlyingType(type);
        }

        OperandForm form = type switch
        {
            { IsGenericParameter: true } => OperandForm.Generic,
            { IsValueType: true, ContainsGenericParameters: true } => OperandForm.Generic,
            _ when byRef => OperandForm.Address,
            { IsPrimitive: true } => OperandForm.Value,
            { IsValueType: true } => OperandForm.Address,
            _ => OperandForm.Object,
        };
        return new HookOperand(argument, form, type, byRef);
    }

    /// <summary>The types that the operand takes in a hook's signature.</summary>
    /// <returns>One type, or two for <see cref="OperandForm.Generic"/>.</returns>
    public IEnumerable<Type> HookTypes() => Form switch
    {
        OperandForm.Value => [Type],
        OperandForm.Object => [typeof(object)],
        OperandForm.Address => [typeof(byte).MakeByRefType()],
        _ => [typeof(byte).MakeByRefType(), typeof(object)],
    };
}
