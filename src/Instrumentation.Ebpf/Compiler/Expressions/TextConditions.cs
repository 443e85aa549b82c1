using System.Text;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>Comparisons and tests of text, byte by byte: for text that is well-formed UTF-8 the same as comparing its UTF-16 units.</summary>
internal sealed class TextConditions
{
    private readonly ExpressionCompiler _compiler;
    private readonly TextEmitter _texts;

    /// <summary>Compares for a compiler.</summary>
    /// <param name="compiler">The compiler.</param>
    /// <param name="texts">Reads the texts.</param>
    public TextConditions(ExpressionCompiler compiler, TextEmitter texts)
    {
        _compiler = compiler;
        _texts = texts;
    }

    private BpfAssembler Assembler => _compiler.Code.Assembler;

    /// <summary>Whether a condition is one about text.</summary>
    /// <param name="condition">The condition.</param>
    /// <returns>True when it is.</returns>
    public static bool Concerns(ProbeExpression condition) => condition is StringTestExpression
        || (condition is BinaryExpression { Left.Type: { } left, Right.Type: { } right } binary && OperatorText.IsEquality(binary.Operator) && left == typeof(string) && right == typeof(string));

    /// <summary>Emits a condition about text as a jump.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="target">Where to.</param>
    /// <param name="when">Whether to jump when it is true or when it is false.</param>
    public void EmitJump(ProbeExpression condition, Label target, bool when)
    {
        bool jumpsWhenHeld = condition is BinaryExpression { Operator: BinaryOperator.NotEqual } ? !when : when;
        Label no = jumpsWhenHeld ? Assembler.NewLabel("no") : target;
        if (condition is StringTestExpression test)
        {
            EmitTest(test, no);
        }
        else
        {
            EmitEqual((BinaryExpression)condition, no);
        }

        if (jumpsWhenHeld)
        {
            Assembler.Jump(target);
            Assembler.Mark(no);
        }
    }

    private void EmitEqual(BinaryExpression equality, Label no)
    {
        (ProbeExpression text, ProbeExpression other) = equality.Left is ConstantExpression ? (equality.Right, equality.Left) : (equality.Left, equality.Right);
        if (other is not ConstantExpression { Value: null or string } constant)
        {
            EmitEqual(text, other, no);
            return;
        }

        if (constant.Value is null)
        {
            EmitRead(text, bytes: 1);
            Assembler.JumpIf(JumpCondition.SignedGreaterOrEqual, Register.R0, 0, no);
            return;
        }

        // One byte more than the constant has: text that is longer has another length.
        byte[] wanted = Bytes(constant);
        int at = EmitRead(text, wanted.Length + 1);
        Assembler.JumpIf(JumpCondition.NotEqual, Register.R0, wanted.Length, no);
        TextBytes.EmitCompare(Assembler, CodeEmitter.Memory, at, wanted, no);
    }

    private void EmitEqual(ProbeExpression left, ProbeExpression right, Label no)
    {
        Label yes = Assembler.NewLabel("yes");
        int first = EmitRead(left, _texts.Most);
        using StackSlot kept = _compiler.Code.Frame.Take(sizeof(long), ExpressionText.Of(left));
        Assembler.Store(Register.R10, kept.Offset, Register.R0);
        int second = EmitRead(right, _texts.Most);
        Assembler.Load(Register.R1, Register.R10, kept.Offset);
        Assembler.JumpIf(JumpCondition.NotEqual, Register.R0, Register.R1, no);
        Assembler.JumpIf(JumpCondition.SignedLess, Register.R0, 0, yes);
        TextBytes.EmitCompareAll(Assembler, first, second, _texts.Most, yes, no);
        Assembler.Mark(yes);
    }

    private void EmitTest(StringTestExpression test, Label no)
    {
        Label isNull = Assembler.NewLabel("null");
        Label yes = Assembler.NewLabel("yes");
        switch (test.Argument)
        {
            case ConstantExpression { Value: null }:
                EmitRead(test.Target, bytes: 1);

                // Never equal: what lies at the end must not look unreachable to the verifier.
                Assembler.JumpIf(JumpCondition.NotEqual, Register.R0, Register.R0, yes);
                Assembler.Jump(isNull);
                break;
            case ConstantExpression { Value: string } constant:
                EmitTest(test, Bytes(constant), isNull, yes, no);
                break;
            case var other when test.Test == StringTest.StartsWith:
                EmitStartsWith(test.Target, other, isNull, yes, no);
                break;
            default:
                throw Refusals.Of(test, "what is looked for is not known when the probe is made.", "Look for a constant; beginnings and whole texts can be compared with other texts.");
        }

        Assembler.Mark(isNull);
        _compiler.Code.EmitFault();
        Assembler.Jump(no);
        Assembler.Mark(yes);
    }

    // Always ends with a jump.
    private void EmitTest(StringTestExpression test, byte[] wanted, Label isNull, Label yes, Label no)
    {
        int at = EmitRead(test.Target, test.Test == StringTest.StartsWith ? wanted.Length : _texts.Most);
        Assembler.JumpIf(JumpCondition.SignedLess, Register.R0, 0, isNull);
        Assembler.JumpIf(JumpCondition.SignedLess, Register.R0, wanted.Length, no);
        if (test.Test == StringTest.StartsWith)
        {
            TextBytes.EmitCompare(Assembler, CodeEmitter.Memory, at, wanted, no);
            Assembler.Jump(yes);
            return;
        }

        Assembler.Alu(AluOperation.Subtract, Register.R0, wanted.Length);
        if (test.Test == StringTest.EndsWith)
        {
            Assembler.Move(Register.R2, CodeEmitter.Memory);
            Assembler.Alu(AluOperation.Add, Register.R2, Register.R0);
            TextBytes.EmitCompare(Assembler, Register.R2, at, wanted, no);
            Assembler.Jump(yes);
            return;
        }

        TextBytes.EmitSearch(Assembler, at, wanted, _texts.Most - wanted.Length, yes, no);
    }

    private void EmitStartsWith(ProbeExpression target, ProbeExpression argument, Label isNull, Label yes, Label no)
    {
        int first = EmitRead(target, _texts.Most);
        using StackSlot kept = _compiler.Code.Frame.Take(sizeof(long), ExpressionText.Of(target));
        Assembler.Store(Register.R10, kept.Offset, Register.R0);
        int second = EmitRead(argument, _texts.Most);
        Assembler.JumpIf(JumpCondition.SignedLess, Register.R0, 0, isNull);
        Assembler.Load(Register.R1, Register.R10, kept.Offset);
        Assembler.JumpIf(JumpCondition.SignedLess, Register.R1, 0, isNull);
        Assembler.JumpIf(JumpCondition.SignedLess, Register.R1, Register.R0, no);
        TextBytes.EmitCompareAll(Assembler, first, second, _texts.Most, yes, no);
    }

    // The bytes of text of which at most so many matter, in scratch memory; R0 is their number, or -1.
    private int EmitRead(ProbeExpression text, int bytes)
    {
        int size = Math.Min(bytes, _texts.Most) + 1;
        int offset = _compiler.Code.Scratch.Take(size, ExpressionText.Of(text));
        _texts.EmitInto(text, offset, size);
        return offset;
    }

    private byte[] Bytes(ConstantExpression constant)
    {
        string text = (string)constant.Value!;
        byte[] bytes;
        try
        {
            bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw Refusals.Of(constant, "it holds half of a surrogate pair, which UTF-8 text never does.", "Compare with well-formed text.");
        }

        return bytes.Length <= _texts.Most
            ? bytes
            : throw Refusals.Of(constant, $"it has {bytes.Length} bytes in UTF-8, and this probe reads at most {_texts.Most} of a text.", "Compare with shorter text, or raise the probe's bound for text.");
    }
}
