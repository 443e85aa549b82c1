using Instrumentation.Ebpf.Assembler;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>
/// Compiles expressions to BPF with the meaning that <see cref="ExpressionInterpreter"/> gives them. A fault sets <see cref="CodeEmitter.Fault"/>, makes
/// the sub-expression its type's default, and the evaluation goes on. What BPF cannot compute is refused when it is compiled, by name.
/// </summary>
internal sealed class ExpressionCompiler
{
    /// <summary>The bound for text where nothing else is said.</summary>
    public const int MostStringBytes = 256;

    private readonly IValueSource _source;
    private readonly ArithmeticEmitter _arithmetic;
    private readonly ConditionEmitter _conditions;
    private readonly KernelPathEmitter _paths;
    private readonly TextEmitter _texts;

    /// <summary>Begins to compile into a program.</summary>
    /// <param name="code">The program.</param>
    /// <param name="source">Where the values at the leaves come from.</param>
    /// <param name="mostStringBytes">The bound for text: longer text is cut there. A multiple of 8.</param>
    public ExpressionCompiler(CodeEmitter code, IValueSource source, int mostStringBytes = MostStringBytes)
    {
        Code = code;
        _source = source;
        OperandEmitter operands = new(this);
        _arithmetic = new ArithmeticEmitter(this, operands);
        _paths = new KernelPathEmitter(this, source);
        _texts = new TextEmitter(this, source, _paths, mostStringBytes);
        _conditions = new ConditionEmitter(this, operands, new TextConditions(this, _texts));
    }

    /// <summary>The program.</summary>
    public CodeEmitter Code { get; }

    private BpfAssembler Assembler => Code.Assembler;

    /// <summary>Emits the code for a value: it is in R0 afterwards, in canonical form. R1 to R5 are changed.</summary>
    /// <param name="expression">The expression: a number, char, bool, enum, duration or code address.</param>
    /// <exception cref="ExpressionException">A part of it cannot be computed in BPF or at this point.</exception>
    public void Emit(ProbeExpression expression)
    {
        if (Constants.TryBits(expression, out long bits))
        {
            Assembler.LoadConstant(Register.R0, bits);
            return;
        }

        Refusals.Demand(expression);
        switch (expression)
        {
            case ConstantExpression:
                // A constant of null where a value is expected.
                EmitFaultyDefault();
                break;
            case ArgumentExpression argument:
                _source.EmitArgument(Code, argument);
                break;
            case ReturnExpression result:
                _source.EmitReturn(Code, result);
                break;
            case ContextExpression context:
                _source.EmitContext(Code, context);
                break;
            case MemoryExpression memory:
                MemoryReads.EmitValue(this, memory);
                break;
            case KernelPathExpression path:
                _paths.EmitValue(path);
                break;
            case UnaryExpression { Operator: UnaryOperator.StringLength } length:
                _texts.EmitLength(length);
                break;
            case UnaryExpression unary:
                _arithmetic.Emit(unary);
                break;
            case StringTestExpression:
                _conditions.EmitTruth(expression);
                break;
            case BinaryExpression binary when OperatorText.IsComparison(binary.Operator) || binary.Operator is BinaryOperator.AndAlso or BinaryOperator.OrElse:
                _conditions.EmitTruth(binary);
                break;
            case BinaryExpression binary:
                _arithmetic.Emit(binary);
                break;
            case ConvertExpression convert:
                EmitConversion(convert);
                break;
            case ConditionalExpression choice:
                EmitChoice(choice, Emit);
                break;
            default:
                throw Refusals.Unknown(expression);
        }
    }

    /// <summary>
    /// Emits the code for a condition: goes on behind it when it is true, and jumps when it is false. Whether something faulted is said by
    /// <see cref="CodeEmitter.Fault"/> in both cases: a condition with a fault does not hold. R0 to R5 are changed.
    /// </summary>
    /// <param name="expression">The condition, a bool.</param>
    /// <param name="whenFalse">Where to when it is false.</param>
    /// <exception cref="ExpressionException">A part of it cannot be computed in BPF or at this point.</exception>
    public void EmitCondition(ProbeExpression expression, Label whenFalse) => _conditions.EmitJump(expression, whenFalse, when: false);

    /// <summary>Emits the read of text to scratch memory. R1 to R5 are changed.</summary>
    /// <param name="expression">The text.</param>
    /// <returns>Where it is; R0 is its number of bytes, or -1 for null.</returns>
    /// <exception cref="ExpressionException">It is no text, or cannot be read at this point.</exception>
    public StringSlot EmitString(ProbeExpression expression) => _texts.Emit(expression);

    /// <summary>Makes the value the type's default, with a fault.</summary>
    internal void EmitFaultyDefault()
    {
        Code.EmitFault();
        Assembler.Move(Register.R0, 0);
    }

    /// <summary>Emits a choice.</summary>
    /// <param name="choice">The choice.</param>
    /// <param name="emit">Emits one or the other.</param>
    internal void EmitChoice(ConditionalExpression choice, Action<ProbeExpression> emit)
    {
        if (Constants.TryBits(choice.Test, out long test))
        {
            emit(test != 0 ? choice.WhenTrue : choice.WhenFalse);
            return;
        }

        Label otherwise = Assembler.NewLabel("otherwise");
        Label end = Assembler.NewLabel("chosen");
        _conditions.EmitJump(choice.Test, otherwise, when: false);
        emit(choice.WhenTrue);
        Assembler.Jump(end);
        Assembler.Mark(otherwise);
        emit(choice.WhenFalse);
        Assembler.Mark(end);
    }

    private void EmitConversion(ConvertExpression convert)
    {
        Type from = convert.Operand.Type;
        if (from != convert.Type && (!ExpressionTypes.IsPrimitive(from) || ExpressionTypes.IsFloating(ExpressionTypes.RepresentationOf(from))))
        {
            Refusals.Demand(convert.Operand);
        }

        Emit(convert.Operand);
        TypeCode target = ExpressionTypes.RepresentationOf(convert.Type);
        if (!Canonical.Fits(ExpressionTypes.RepresentationOf(from), target))
        {
            Canonical.Extend(Assembler, Register.R0, target);
        }
    }
}
