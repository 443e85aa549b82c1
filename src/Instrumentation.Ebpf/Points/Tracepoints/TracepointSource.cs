using System.Globalization;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Points.Tracepoints;

/// <summary>The values of a tracepoint: its context is the record that the format describes. An array is its address in the record; <c>name[2]</c> is one of its elements.</summary>
/// <param name="place">What the tracepoint is called.</param>
/// <param name="format">Its format.</param>
internal sealed class TracepointSource(string place, TracepointFormat format) : ProgramSource
{
    // The number of an argument is that of its field and, above these bits, that of the element counted from 1.
    private const int FieldBits = 12;

    private readonly string[] _names = [.. format.Fields.Select(static field => field.Name)];

    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.Tracepoint;

    /// <inheritdoc/>
    protected override string Place => place;

    /// <inheritdoc/>
    public override TextPlace? EmitText(CodeEmitter code, ProbeExpression leaf)
    {
        if (leaf is not ArgumentExpression argument || IndexOf(argument) is var index && (index >> FieldBits != 0 || !format.Fields[index].IsText))
        {
            return null;
        }

        TracepointField field = format.Fields[index];
        EmitAddress(code, field);
        return new TextPlace(IsKernel: true, field.Kind == TracepointFieldKind.Array ? field.Size : null);
    }

    /// <inheritdoc/>
    protected override int IndexOf(ArgumentExpression argument)
    {
        if (argument.Name is not { } name || !name.EndsWith(']'))
        {
            return NamedIndex(argument, _names, -1);
        }

        int bracket = name.IndexOf('[', StringComparison.Ordinal);
        int index = NamedIndex(argument with { Name = name[..Math.Max(bracket, 0)] }, _names, -1);
        TracepointField field = format.Fields[index];
        bool isNumber = int.TryParse(name.AsSpan(bracket + 1, name.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out int element);
        return isNumber && field.Kind == TracepointFieldKind.Array && element < field.Length && field.ElementSize is 1 or 2 or 4 or 8
            ? index | ((element + 1) << FieldBits)
            : throw new ExpressionException(
                ExpressionText.Of(argument),
                $"{place} has no such element: '{field.Name}' is {(field.Length > 0 ? $"{field.Length} of {field.Type}" : field.Type)}.",
                "Count from 0, or read its address and the memory there.");
    }

    /// <inheritdoc/>
    protected override void EmitRawArgument(CodeEmitter code, int index)
    {
        TracepointField field = format.Fields[index & ((1 << FieldBits) - 1)];
        int element = (index >> FieldBits) - 1;
        if (element >= 0)
        {
            EmitNumber(code, field, field.Offset + (element * field.ElementSize), field.ElementSize);
        }
        else if (field.Kind == TracepointFieldKind.Number)
        {
            EmitNumber(code, field, field.Offset, field.Size);
        }
        else
        {
            EmitAddress(code, field);
        }
    }

    private static void EmitNumber(CodeEmitter code, TracepointField field, int offset, int size)
    {
        BpfAssembler assembler = code.Assembler;
        if (offset % size == 0)
        {
            assembler.Load(Register.R0, CodeEmitter.Context, offset, size.ToMemorySize());
        }
        else
        {
            // The verifier insists on aligned loads; a copy does not.
            using StackSlot slot = code.Frame.Take(sizeof(long), field.Name);
            assembler.StoreConstant(Register.R10, slot.Offset, 0);
            code.EmitAddress(Register.R1, slot);
            assembler.Move(Register.R2, size);
            assembler.Move(Register.R3, CodeEmitter.Context);
            assembler.Alu(AluOperation.Add, Register.R3, offset);
            assembler.Call(BpfHelper.ProbeReadKernel);
            assembler.Load(Register.R0, Register.R10, slot.Offset);
        }

        if (field.IsSigned && size < sizeof(long))
        {
            assembler.SignExtend(Register.R0, size * 8);
        }
    }

    // A change of the byte order, which changes nothing here, makes a pointer a number to the verifier.
    private static void EmitAddress(CodeEmitter code, TracepointField field)
    {
        BpfAssembler assembler = code.Assembler;
        assembler.Move(Register.R0, CodeEmitter.Context);
        assembler.ToLittleEndian(Register.R0, 64);
        if (field.Kind == TracepointFieldKind.Array)
        {
            assembler.Alu(AluOperation.Add, Register.R0, field.Offset);
            return;
        }

        assembler.Load(Register.R1, CodeEmitter.Context, field.Offset, MemorySize.Bytes4);
        assembler.Alu(AluOperation.And, Register.R1, 0xffff);
        assembler.Alu(AluOperation.Add, Register.R0, Register.R1);
        if (field.Kind == TracepointFieldKind.LocatedBehind)
        {
            assembler.Alu(AluOperation.Add, Register.R0, field.Offset + field.Size);
        }
    }
}
