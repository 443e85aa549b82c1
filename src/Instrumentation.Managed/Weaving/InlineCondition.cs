using Instrumentation.Expressions;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>
/// A condition as instructions of the woven body itself: comparison, logic and arithmetic over primitive arguments and constants. Such a condition cannot
/// fault and needs nothing of a hook, so a hit that it turns away costs no call, no look at the thread and no clock.
/// </summary>
internal sealed class InlineCondition
{
    private readonly List<Instruction> _code = [];
    private readonly Func<int, HookOperand> _argument;

    private InlineCondition(Func<int, HookOperand> argument) => _argument = argument;

    /// <summary>Compiles a condition, if it is of the kind.</summary>
    /// <param name="condition">The bound condition.</param>
    /// <param name="argument">Gives the operand of a parameter.</param>
    /// <returns>Instructions that push 1 or 0; null when the condition needs a hook.</returns>
    public static IReadOnlyList<Instruction>? TryCompile(ProbeExpression condition, Func<int, HookOperand> argument)
    {
        InlineCondition compiler = new(argument);
        return compiler.TryEmit(condition) ? compiler._code : null;
    }

    /// <summary>The most values that a condition has on the stack.</summary>
    /// <param name="code">The instructions.</param>
    /// <returns>An upper bound.</returns>
    public static int MostStack(IReadOnlyList<Instruction> code) =>
        code.Count(instruction => instruction.OpCode.StackBehaviourPush is not StackBehaviour.Push0);

    private static TypeCode CodeOf(Type type) => Type.GetTypeCode(type.IsEnum ? Enum.GetUnderlyingType(type) : type);

    private static bool IsFloat(Type type) => CodeOf(type) is TypeCode.Single or TypeCode.Double;

    private static bool IsUnsigned(Type type) => CodeOf(type) is TypeCode.Boolean or TypeCode.Char or TypeCode.Byte or TypeCode.UInt16 or TypeCode.UInt32 or TypeCode.UInt64;

    private static bool IsNumber(Type type) => CodeOf(type) is >= TypeCode.Boolean and <= TypeCode.Double;

    private bool TryEmit(ProbeExpression expression) => expression switch
    {
        ArgumentExpression argument => TryArgument(argument),
        ConstantExpression constant => TryConstant(constant),
        ConvertExpression conversion => TryConversion(conversion),
        UnaryExpression unary => TryUnary(unary),
        BinaryExpression { Operator: BinaryOperator.AndAlso or BinaryOperator.OrElse } logic => TryLogic(logic),
        BinaryExpression binary => TryBinary(binary),
        _ => false,
    };

    private bool TryArgument(ArgumentExpression argument)
    {
        HookOperand operand = _argument(argument.Index);
        if (operand.Form != OperandForm.Value || operand.IsByRef || !IsNumber(argument.Type))
        {
            return false;
        }

        Add(OpCodes.Ldarg, operand.Argument);
        return true;
    }

    private bool TryConstant(ConstantExpression constant)
    {
        if (constant.Value is not IConvertible value || !IsNumber(constant.Type))
        {
            return false;
        }

        switch (CodeOf(constant.Type))
        {
            case TypeCode.Single or TypeCode.Double:
                Add(OpCodes.Ldc_R8, BitConverter.DoubleToInt64Bits(value.ToDouble(null)));
                break;
            case TypeCode.Int64:
                Add(OpCodes.Ldc_I8, value.ToInt64(null));
                break;
            case TypeCode.UInt64:
                Add(OpCodes.Ldc_I8, unchecked((long)value.ToUInt64(null)));
                break;
            case TypeCode.UInt32:
                Add(OpCodes.Ldc_I4, unchecked((int)value.ToUInt32(null)));
                break;
            case TypeCode.Char:
                Add(OpCodes.Ldc_I4, (int)value.ToChar(null));
                break;
            default:
                Add(OpCodes.Ldc_I4, value.ToInt32(null));
                break;
        }

        return true;
    }

    // Only conversions that keep the value or wrap it: to wider integers, and between integers of one width.
    private bool TryConversion(ConvertExpression conversion)
    {
        Type from = conversion.Operand.Type;
        if (!IsNumber(from) || !IsNumber(conversion.Type) || IsFloat(from) || !TryEmit(conversion.Operand))
        {
            return false;
        }

        OpCode? code = CodeOf(conversion.Type) switch
        {
            TypeCode.Int32 or TypeCode.UInt32 => OpCodes.Conv_I4,
            TypeCode.Int64 or TypeCode.UInt64 => IsUnsigned(from) ? OpCodes.Conv_U8 : OpCodes.Conv_I8,
            TypeCode.Double when !IsUnsigned(from) => OpCodes.Conv_R8,
            _ => null,
        };
        if (code is { } known)
        {
            Add(known);
        }

        return code is not null || CodeOf(from) == CodeOf(conversion.Type);
    }

    private bool TryUnary(UnaryExpression unary)
    {
        if (!IsNumber(unary.Operand.Type) || !TryEmit(unary.Operand))
        {
            return false;
        }

        switch (unary.Operator)
        {
            case UnaryOperator.Not:
                Add(OpCodes.Ldc_I4, 0);
                Add(OpCodes.Ceq);
                return true;
            case UnaryOperator.Negate:
                Add(OpCodes.Neg);
                return true;
            case UnaryOperator.Complement:
                Add(OpCodes.Not);
                return true;
            default:
                return false;
        }
    }

    private bool TryLogic(BinaryExpression logic)
    {
        bool isAnd = logic.Operator == BinaryOperator.AndAlso;
        Instruction otherwise = IlBody.Make(OpCodes.Ldc_I4, isAnd ? 0 : 1);
        Instruction end = IlBody.Make(OpCodes.Nop);
        if (!TryEmit(logic.Left))
        {
            return false;
        }

        Add(isAnd ? OpCodes.Brfalse : OpCodes.Brtrue, otherwise);
        if (!TryEmit(logic.Right))
        {
            return false;
        }

        Add(OpCodes.Br, end);
        _code.AddRange([otherwise, end]);
        return true;
    }

    private bool TryBinary(BinaryExpression binary)
    {
        Type type = binary.Left.Type;
        if (!IsNumber(type) || CodeOf(type) != CodeOf(binary.Right.Type) || !TryEmit(binary.Left) || !TryEmit(binary.Right))
        {
            return false;
        }

        bool isFloat = IsFloat(type);
        bool isUnsigned = IsUnsigned(type);
        switch (binary.Operator)
        {
            case BinaryOperator.Equal:
                Add(OpCodes.Ceq);
                return true;
            case BinaryOperator.NotEqual:
                return Negated(OpCodes.Ceq);
            case BinaryOperator.LessThan:
                Add(isUnsigned ? OpCodes.Clt_Un : OpCodes.Clt);
                return true;
            case BinaryOperator.GreaterThan:
                Add(isUnsigned ? OpCodes.Cgt_Un : OpCodes.Cgt);
                return true;
            case BinaryOperator.LessThanOrEqual:
                // Of floats, the unordered comparison is true for NaN, so that its negation is false.
                return Negated(isUnsigned || isFloat ? OpCodes.Cgt_Un : OpCodes.Cgt);
            case BinaryOperator.GreaterThanOrEqual:
                return Negated(isUnsigned || isFloat ? OpCodes.Clt_Un : OpCodes.Clt);
            case BinaryOperator.Add when IsFullWidth(type):
                Add(OpCodes.Add);
                return true;
            case BinaryOperator.Subtract when IsFullWidth(type):
                Add(OpCodes.Sub);
                return true;
            case BinaryOperator.Multiply when IsFullWidth(type):
                Add(OpCodes.Mul);
                return true;
            case BinaryOperator.And:
                Add(OpCodes.And);
                return !isFloat;
            case BinaryOperator.Or:
                Add(OpCodes.Or);
                return !isFloat;
            case BinaryOperator.Xor:
                Add(OpCodes.Xor);
                return !isFloat;
            default:
                return false;
        }
    }

    // Results of narrower types would have to be cut back, and those of float rounded.
    private static bool IsFullWidth(Type type) => CodeOf(type) is TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64 or TypeCode.UInt64 or TypeCode.Double;

    private bool Negated(OpCode comparison)
    {
        Add(comparison);
        Add(OpCodes.Ldc_I4, 0);
        Add(OpCodes.Ceq);
        return true;
    }

    private void Add(OpCode code, object? operand = null) => _code.Add(IlBody.Make(code, operand));
}
