using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Points;

/// <summary>Values of a point whose arguments the kernel's BTF describes: by name, with their sizes and signs, and as the beginnings of paths.</summary>
/// <param name="function">What BTF says; null when it says nothing, then arguments have numbers only.</param>
internal abstract class BtfArgumentSource(BtfFunction? function) : ProgramSource
{
    private readonly string[] _names = [.. function?.Parameters.Select(static parameter => parameter.Name) ?? []];

    /// <summary>What BTF says; null when it says nothing.</summary>
    protected BtfFunction? Function => function;

    /// <summary>How many 64-bit slots of arguments can be read.</summary>
    protected abstract int Slots { get; }

    /// <summary>Whether the verifier takes pointers among the arguments as such, and forbids to compute with them.</summary>
    protected abstract bool HasTypedPointers { get; }

    /// <inheritdoc/>
    public override BtfType? RootOf(string name) => function?.IndexOf(name) is { } index and >= 0 ? function.Parameters[index].Type : null;

    /// <inheritdoc/>
    public override TextPlace? EmitText(CodeEmitter code, ProbeExpression leaf)
    {
        if (leaf is not ArgumentExpression argument || function?.Parameters[IndexOf(argument)].Type is not { } type || !BtfValue.Of(type).IsText)
        {
            return null;
        }

        EmitArgument(code, argument with { Type = typeof(nuint) });
        return new TextPlace(!type.IsUserPointer(), null);
    }

    /// <inheritdoc/>
    protected override int IndexOf(ArgumentExpression argument)
    {
        int index = NamedIndex(argument, _names, Slots - 1);
        if (function is not null)
        {
            Demand(argument, BtfValue.Of(function.Parameters[index].Type));
        }

        return SlotOf(index) < Slots
            ? index
            : throw new ExpressionException(ExpressionText.Of(argument), $"{Place} passes it on the stack: only the first {Slots} arguments can be read.", "Use an earlier argument, or another function.");
    }

    /// <summary>The slot of an argument.</summary>
    /// <param name="index">The argument's number.</param>
    /// <returns>The slot's number.</returns>
    protected virtual int SlotOf(int index) => index;

    /// <summary>Puts the 64 bits of a slot into R0.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="slot">The slot's number.</param>
    protected abstract void EmitSlot(CodeEmitter code, int slot);

    /// <inheritdoc/>
    protected override void EmitRawArgument(CodeEmitter code, int index)
    {
        EmitSlot(code, SlotOf(index));
        if (function is not null)
        {
            EmitDeclared(code, function.Parameters[index].Type);
        }
    }

    /// <summary>Makes the number in R0 what its kernel type says: bits above its size are whatever the register held before.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="type">The type.</param>
    protected void EmitDeclared(CodeEmitter code, BtfType type)
    {
        BtfValue value = BtfValue.Of(type);
        BpfAssembler assembler = code.Assembler;
        if (value.Kind == BtfValueKind.Pointer)
        {
            EmitPlain(code);
        }
        else if (value.Size is 1 or 2 or 4 && value.IsSigned)
        {
            assembler.SignExtend(Register.R0, (int)value.Size * 8);
        }
        else if (value.Size is 1 or 2 or 4)
        {
            assembler.ZeroExtend(Register.R0, (int)value.Size * 8);
        }
    }

    /// <summary>Makes the pointer in R0 a number to the verifier, where it is none: for it, a change of the byte order gives a number, and here it changes nothing.</summary>
    /// <param name="code">Takes the code.</param>
    protected void EmitPlain(CodeEmitter code)
    {
        if (HasTypedPointers)
        {
            code.Assembler.ToLittleEndian(Register.R0, 64);
        }
    }

    private void Demand(ArgumentExpression argument, BtfValue value)
    {
        if (value.Kind is BtfValueKind.Composite or BtfValueKind.Array or BtfValueKind.Float)
        {
            throw new ExpressionException(
                ExpressionText.Of(argument), $"{Place} passes it as {value.Type}, which is no number and no address.", "Use another argument.");
        }
    }
}
