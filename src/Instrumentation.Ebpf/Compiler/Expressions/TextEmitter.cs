using System.Buffers.Binary;
using System.Text;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Points.Waits;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>
/// Reads text to scratch memory. Text is UTF-8 up to a zero byte, and is cut at the probe's bound; a null address is a null string without a fault,
/// memory that cannot be read is one with a fault.
/// </summary>
internal sealed class TextEmitter
{
    private const int CommBytes = 16;

    private readonly ExpressionCompiler _compiler;
    private readonly IValueSource _source;
    private readonly KernelPathEmitter _paths;

    /// <summary>Reads text for a compiler.</summary>
    /// <param name="compiler">The compiler.</param>
    /// <param name="source">Has the text of arguments.</param>
    /// <param name="paths">Follows paths to text.</param>
    /// <param name="most">The most bytes of text, a multiple of 8.</param>
    public TextEmitter(ExpressionCompiler compiler, IValueSource source, KernelPathEmitter paths, int most)
    {
        _compiler = compiler;
        _source = source;
        _paths = paths;
        Most = most;
    }

    /// <summary>The most bytes of text.</summary>
    public int Most { get; }

    private BpfAssembler Assembler => _compiler.Code.Assembler;

    /// <summary>Emits the read of text with its head.</summary>
    /// <param name="expression">The text.</param>
    /// <returns>Where it is; R0 is its bytes, or -1 for null.</returns>
    public StringSlot Emit(ProbeExpression expression)
    {
        StringSlot slot = new(_compiler.Code.Scratch.Take(StringSlot.Head + Most + StringSlot.Tail, ExpressionText.Of(expression)), Most);
        EmitInto(expression, slot.Text, Most + StringSlot.Tail);
        Label whole = Assembler.NewLabel("whole");
        Assembler.Store(CodeEmitter.Memory, slot.Offset + sizeof(int), Register.R0, MemorySize.Bytes4);
        Assembler.JumpIf(JumpCondition.SignedLessOrEqual, Register.R0, Most, whole);
        Assembler.Move(Register.R0, Most);
        Assembler.Mark(whole);
        Assembler.Store(CodeEmitter.Memory, slot.Offset, Register.R0, MemorySize.Bytes4);
        return slot;
    }

    /// <summary>Emits the read of the beginning of text.</summary>
    /// <param name="expression">The text.</param>
    /// <param name="offset">Where to, from <see cref="CodeEmitter.Memory"/>.</param>
    /// <param name="size">The bytes that may be written, a zero byte at the end included.</param>
    /// <remarks>R0 is the number of bytes read, without the zero byte: 0 to <paramref name="size"/> - 1; -1 for null.</remarks>
    public void EmitInto(ProbeExpression expression, int offset, int size)
    {
        switch (expression)
        {
            case ConstantExpression { Value: null or string } constant:
                EmitConstant((string?)constant.Value, offset, size);
                break;
            case MemoryExpression { Type: { } type } memory when type == typeof(string):
                _compiler.Emit(memory.Address);
                EmitRead(new TextPlace(IsKernel: false, null), offset, size, Assembler.NewLabel("unreadable"));
                break;
            case KernelPathExpression { Type: { } type } path when type == typeof(string):
                Label failed = Assembler.NewLabel("unreadable");
                EmitRead(_paths.EmitText(path, failed), offset, size, failed);
                break;
            case ContextExpression { Value: ContextValue.Comm }:
                EmitComm(expression, offset, size);
                break;
            case ArgumentExpression or ReturnExpression or ContextExpression when expression.Type == typeof(string) && _source.EmitText(_compiler.Code, expression) is { } place:
                EmitRead(place, offset, size, Assembler.NewLabel("unreadable"));
                break;
            case ConditionalExpression choice when choice.Type == typeof(string):
                _compiler.EmitChoice(choice, chosen => EmitInto(chosen, offset, size));
                break;
            case ArgumentExpression or ReturnExpression when expression.Type == typeof(string):
                throw Refusals.Of(expression, "it is no text at this point.", "If it is the address of text, read it with c.String(c.Arg<nint>(0)).");
            default:
                Refusals.Demand(expression);
                throw Refusals.Unknown(expression);
        }
    }

    /// <summary>Emits the number of UTF-16 units that text has when it is a .NET string; null is a fault with 0.</summary>
    /// <param name="length">The length.</param>
    public void EmitLength(UnaryExpression length)
    {
        Label isNull = Assembler.NewLabel("null");
        int offset = _compiler.Code.Scratch.Take(Most + 1, ExpressionText.Of(length));
        EmitInto(length.Operand, offset, Most + 1);
        Assembler.JumpIf(JumpCondition.SignedLess, Register.R0, 0, isNull);
        TextBytes.EmitCount(Assembler, offset, Most);
        MemoryReads.EmitFailed(_compiler, isNull);
    }

    // R0 is the address.
    private void EmitRead(TextPlace place, int offset, int size, Label failed)
    {
        Label isNull = Assembler.NewLabel("null");
        Label end = Assembler.NewLabel("text");
        int most = place.Most is { } length && length < size ? length + 1 : size;
        Assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, isNull);
        Assembler.Move(Register.R3, Register.R0);
        EmitDestination(offset);
        Assembler.Move(Register.R2, most);
        Assembler.Call(place.IsKernel ? BpfHelper.ProbeReadKernelString : BpfHelper.ProbeReadUserString);
        Assembler.JumpIf(JumpCondition.SignedLess, Register.R0, 1, failed);
        Assembler.Alu(AluOperation.Subtract, Register.R0, 1);
        Assembler.Jump(end);
        Assembler.Mark(failed);
        _compiler.Code.EmitFault();
        Assembler.Mark(isNull);
        Assembler.Move(Register.R0, -1);
        Assembler.Mark(end);
    }

    // The name is copied once more, by the helper that counts its bytes.
    private void EmitComm(ProbeExpression expression, int offset, int size)
    {
        if (_source.EmitOtherTask(_compiler.Code))
        {
            Assembler.Alu(AluOperation.Add, Register.R0, TaskLayout.Current.Name);
            EmitRead(new TextPlace(IsKernel: true, CommBytes), offset, size, Assembler.NewLabel("unreadable"));
            return;
        }

        using StackSlot name = _compiler.Code.Frame.Take(CommBytes, ExpressionText.Of(expression));
        _compiler.Code.EmitAddress(Register.R1, name);
        Assembler.Move(Register.R2, CommBytes);
        Assembler.Call(BpfHelper.GetCurrentComm);
        _compiler.Code.EmitAddress(Register.R0, name);
        EmitRead(new TextPlace(IsKernel: true, CommBytes), offset, size, Assembler.NewLabel("unreadable"));
    }

    private void EmitConstant(string? text, int offset, int size)
    {
        if (text is null)
        {
            Assembler.Move(Register.R0, -1);
            return;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, size - 1);
        Span<byte> word = stackalloc byte[sizeof(long)];
        for (int at = 0; at < length; at += sizeof(long))
        {
            word.Clear();
            bytes.AsSpan(at, Math.Min(sizeof(long), length - at)).CopyTo(word);
            Assembler.LoadConstant(Register.R0, BinaryPrimitives.ReadInt64LittleEndian(word));
            Assembler.Store(CodeEmitter.Memory, offset + at, Register.R0);
        }

        Assembler.Move(Register.R0, length);
    }

    private void EmitDestination(int offset)
    {
        Assembler.Move(Register.R1, CodeEmitter.Memory);
        Assembler.Alu(AluOperation.Add, Register.R1, offset);
    }
}
