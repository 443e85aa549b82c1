using System.Reflection;
using System.Reflection.Emit;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>
/// Emits IL that evaluates bound expressions. Values lie on the stack in their representation: bool, char and integers up to 32 bits as
/// int32, longer ones and native ones as int64, enums as their numbers, durations as int64 nanoseconds, code addresses as int64,
/// references and other structs as they are. The IL neither throws nor allocates: a fault sets the flag, and evaluation goes on with the
/// default of the sub-expression's type. Only getters run code of the application, in methods of their own that catch what it throws.
/// </summary>
internal sealed class ExpressionEmitter
{
    private static readonly MethodInfo StringEquals = typeof(string).GetMethod(nameof(string.Equals), [typeof(string), typeof(string)])!;
    private static readonly MethodInfo StringLength = typeof(string).GetProperty(nameof(string.Length))!.GetMethod!;

    private readonly ILGenerator _il;
    private readonly IRootSource _roots;
    private readonly LocalBuilder _faultFlag;
    private readonly PlaceEmitter _places;

    /// <summary>Creates an emitter for one method.</summary>
    /// <param name="il">Where to emit: a dynamic method that skips visibility checks.</param>
    /// <param name="roots">Where values come from.</param>
    /// <param name="faultFlag">An int local that a fault sets to 1.</param>
    /// <param name="keepAlive">Takes what must live as long as the method.</param>
    public ExpressionEmitter(ILGenerator il, IRootSource roots, LocalBuilder faultFlag, ICollection<object> keepAlive)
    {
        _il = il;
        _roots = roots;
        _faultFlag = faultFlag;
        _places = new PlaceEmitter(il, this, roots, faultFlag, keepAlive);
    }

    /// <summary>Emits the evaluation of an expression: pushes its value.</summary>
    /// <param name="bound">The expression, bound.</param>
    public void Emit(ProbeExpression bound)
    {
        switch (bound)
        {
            case ConstantExpression constant:
                ConstantEmitter.Emit(_il, constant);
                break;
            case ArgumentExpression or ThisExpression or ReturnExpression or ContextExpression:
                EmitRoot(bound);
                break;
            case BoundField field:
                _places.LoadField(field);
                break;
            case BoundGetter getter:
                _places.CallGetter(getter);
                break;
            case BoundNullableValue value:
                _places.LoadNullable(value);
                break;
            case UnaryExpression unary:
                EmitUnary(unary);
                break;
            case BinaryExpression binary:
                EmitBinary(binary);
                break;
            case StringTestExpression test:
                Emit(test.Target);
                Emit(test.Argument);
                CallRuntime(test.Test.ToString());
                break;
            case ConvertExpression convert:
                EmitConvert(convert);
                break;
            case TypeTestExpression test:
                Emit(test.Operand);
                _il.Emit(OpCodes.Isinst, test.TestedType);
                _il.Emit(OpCodes.Ldnull);
                _il.Emit(OpCodes.Cgt_Un);
                break;
            case TypeNameExpression name:
                Emit(name.Operand);
                CallRuntime(nameof(ExpressionRuntime.TypeName));
                break;
            case ConditionalExpression choice:
                EmitChoice(choice.Test, choice.WhenTrue, choice.WhenFalse);
                break;
            default:
                throw new ArgumentException($"{bound.GetType().Name} is not bound.", nameof(bound));
        }
    }

    private void EmitRoot(ProbeExpression root)
    {
        _roots.EmitRoot(_il, root, _faultFlag);
        if (_roots.IsAddress(root))
        {
            RepresentationEmitter.LoadIndirect(_il, root.Type);
        }
        else
        {
            RepresentationEmitter.Widen(_il, root.Type);
        }
    }

    private void EmitUnary(UnaryExpression unary)
    {
        Emit(unary.Operand);
        switch (unary.Operator)
        {
            case UnaryOperator.StringLength:
                _places.Guard(typeof(int), () => _il.Emit(OpCodes.Call, StringLength));
                break;
            case UnaryOperator.ArrayLength when unary.Operand.Type.IsSZArray:
                _places.Guard(typeof(int), () =>
                {
                    _il.Emit(OpCodes.Ldlen);
                    _il.Emit(OpCodes.Conv_I4);
                });
                break;
            case UnaryOperator.ArrayLength:
                _places.Guard(typeof(int), () => _il.Emit(OpCodes.Call, typeof(Array).GetProperty(nameof(Array.Length))!.GetMethod!));
                break;
            default:
                OperatorEmitter.Unary(_il, unary.Operator, ExpressionTypes.RepresentationOf(unary.Operand.Type));
                break;
        }
    }

    private void EmitBinary(BinaryExpression binary)
    {
        switch (binary.Operator)
        {
            case BinaryOperator.AndAlso:
                EmitChoice(binary.Left, binary.Right, new ConstantExpression(false, typeof(bool)));
                return;
            case BinaryOperator.OrElse:
                EmitChoice(binary.Left, new ConstantExpression(true, typeof(bool)), binary.Right);
                return;
        }

        Emit(binary.Left);
        Emit(binary.Right);
        TypeCode code = ExpressionTypes.RepresentationOf(binary.Left.Type);
        if (binary.Left.Type == typeof(string) && binary.Right.Type == typeof(string) && !IsNull(binary.Left) && !IsNull(binary.Right))
        {
            _il.Emit(OpCodes.Call, StringEquals);
            if (binary.Operator == BinaryOperator.NotEqual)
            {
                OperatorEmitter.Invert(_il);
            }
        }
        else if (binary.Operator is BinaryOperator.Divide or BinaryOperator.Remainder && !ExpressionTypes.IsFloating(code))
        {
            DivisionEmitter.Emit(_il, binary.Operator, code, binary.Right as ConstantExpression, _faultFlag);
        }
        else
        {
            OperatorEmitter.Binary(_il, binary.Operator, code);
        }
    }

    private void EmitConvert(ConvertExpression convert)
    {
        Type from = convert.Operand.Type;
        if (!from.IsValueType && convert.Type.IsValueType)
        {
            _places.LoadUnboxed(convert);
            return;
        }

        Emit(convert.Operand);
        if (from.IsValueType)
        {
            NumberEmitter.Convert(_il, ExpressionTypes.RepresentationOf(from), ExpressionTypes.RepresentationOf(convert.Type));
        }
        else if (!convert.Type.IsAssignableFrom(KnownType(convert.Operand)))
        {
            _places.Cast(convert.Type);
        }
    }

    private void EmitChoice(ProbeExpression test, ProbeExpression whenTrue, ProbeExpression whenFalse)
    {
        Label otherwise = _il.DefineLabel();
        Label end = _il.DefineLabel();
        Emit(test);
        _il.Emit(OpCodes.Brfalse, otherwise);
        Emit(whenTrue);
        _il.Emit(OpCodes.Br, end);
        _il.MarkLabel(otherwise);
        Emit(whenFalse);
        _il.MarkLabel(end);
    }

    private void CallRuntime(string method)
    {
        _il.Emit(OpCodes.Ldloca, _faultFlag);
        _il.Emit(OpCodes.Call, typeof(ExpressionRuntime).GetMethod(method)!);
    }

    // What is known of a reference besides the type that it was last converted to: a conversion to a base does not lose its type.
    private static Type KnownType(ProbeExpression expression) =>
        expression is ConvertExpression { Type.IsValueType: false, Operand: { Type.IsValueType: false } inner } && expression.Type.IsAssignableFrom(inner.Type) ? KnownType(inner) : expression.Type;

    private static bool IsNull(ProbeExpression expression) => expression is ConstantExpression { Value: null };
}
