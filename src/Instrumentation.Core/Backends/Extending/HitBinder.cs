using Instrumentation.Expressions;

namespace Instrumentation.Backends.Extending;

/// <summary>Makes expressions ready for the hits of a point, or says which part of them the point does not have.</summary>
/// <param name="place">The point in words, for errors.</param>
/// <param name="shape">What its hits have.</param>
internal sealed class HitBinder(string place, HitShape shape)
{
    /// <summary>Makes an expression ready.</summary>
    /// <param name="expression">The expression.</param>
    /// <returns>What evaluates it.</returns>
    /// <exception cref="ExpressionException">It asks for what hits of the point do not have.</exception>
    public HitNode Bind(ProbeExpression expression) => expression switch
    {
        ConstantExpression constant => Constant(constant),
        ArgumentExpression argument => Argument(argument),
        ContextExpression context => Context(context),
        UnaryExpression { Operator: UnaryOperator.StringLength } length => new LengthNode(Bind(length.Operand)),
        UnaryExpression { Operator: not UnaryOperator.ArrayLength } unary => new UnaryNode(unary.Operator, Bind(unary.Operand), ExpressionTypes.RepresentationOf(unary.Operand.Type)),
        BinaryExpression binary => Binary(binary),
        StringTestExpression test => new TextTestNode(test.Test, Bind(test.Target), Bind(test.Argument)),
        ConvertExpression convert => Convert(convert),
        ConditionalExpression choice when HitShape.IsUsable(choice.Type) => new ChoiceNode(Bind(choice.Test), Bind(choice.WhenTrue), Bind(choice.WhenFalse)),
        _ => throw Refuse(expression),
    };

    private HitNode Constant(ConstantExpression constant)
    {
        if (constant.Type == typeof(string) || constant.Value is null or string)
        {
            return constant.Value is null or string ? new TextNode((string?)constant.Value) : throw Refuse(constant);
        }

        TypeCode code = ExpressionTypes.RepresentationOf(constant.Type);
        object? number = HitShape.IsUsable(constant.Type) ? InterpretedValues.Primitive(constant.Value) : null;
        return new NumberNode(number switch
        {
            null => throw Refuse(constant),
            bool truth => HitNumbers.Truth(truth),
            float or double => HitNumbers.Convert(HitNumbers.Bits(System.Convert.ToDouble(number, System.Globalization.CultureInfo.InvariantCulture)), TypeCode.Double, code),
            _ => HitNumbers.Convert(NumberConversion.Bits(number), number is ulong ? TypeCode.UInt64 : TypeCode.Int64, code),
        });
    }

    private HitNode Argument(ArgumentExpression argument)
    {
        int index = argument.Name is null ? argument.Index : IndexOf(argument.Name);
        if (index < 0 || index >= shape.Arguments.Count)
        {
            IReadOnlyList<string> nearest = argument.Name is null ? [] : NearestNames.Choose(argument.Name, shape.Arguments.Select(static known => known.Name), most: 1);
            throw new ExpressionException(
                ExpressionText.Of(argument),
                $"hits of {place} have no such argument.",
                (nearest.Count == 0 ? string.Empty : $"Did you mean '{nearest[0]}'? ") + Listed());
        }

        Type type = shape.Arguments[index].Type;
        TypeCode code = ExpressionTypes.RepresentationOf(type);
        ArgumentNode node = new(index, code, type == typeof(TimeSpan));
        return type == argument.Type ? node
            : Holds(code, ExpressionTypes.RepresentationOf(argument.Type)) && type != typeof(TimeSpan) && argument.Type != typeof(TimeSpan) && !argument.Type.IsEnum
                ? new ConvertNode(node, code, ExpressionTypes.RepresentationOf(argument.Type))
                : throw new ExpressionException(
                    ExpressionText.Of(argument),
                    $"the argument is a {TypeText.Of(type)}, which cannot be read as a {TypeText.Of(argument.Type)}.",
                    $"Read it as a {TypeText.Of(type)}, and convert it in the lambda where you want.");
    }

    // Whether one type has every value of the other: nothing is lost silently.
    private static bool Holds(TypeCode from, TypeCode to) => (from, to) switch
    {
        (TypeCode.Object or TypeCode.Boolean, _) or (_, TypeCode.Object or TypeCode.Boolean or TypeCode.Char) => false,
        (TypeCode.Single, _) => to is TypeCode.Single or TypeCode.Double,
        (TypeCode.Double, _) => to == TypeCode.Double,
        (_, TypeCode.Double) => !ExpressionTypes.IsWide(from),
        (_, TypeCode.Single) => false,
        _ => Bits(to) > Bits(from) ? ExpressionTypes.IsUnsigned(from) || !ExpressionTypes.IsUnsigned(to) : Bits(to) == Bits(from) && ExpressionTypes.IsUnsigned(from) == ExpressionTypes.IsUnsigned(to),
    };

    private static int Bits(TypeCode code) => code switch
    {
        TypeCode.SByte or TypeCode.Byte => 8,
        TypeCode.Char or TypeCode.Int16 or TypeCode.UInt16 => 16,
        TypeCode.Int32 or TypeCode.UInt32 => 32,
        _ => 64,
    };

    private ContextNode Context(ContextExpression context) => context.Value switch
    {
        ContextValue.Duration when !shape.HasDuration => throw new ExpressionException(
            ExpressionText.Of(context), $"{place} is a moment: hits take no time.", "Leave it out, or read an argument."),
        ContextValue.Duration or ContextValue.Timestamp or ContextValue.ThreadId or ContextValue.ProcessId or ContextValue.Span or ContextValue.Place => new ContextNode(context.Value),
        _ => throw Refuse(context),
    };

    private HitNode Binary(BinaryExpression binary)
    {
        if (binary.Operator is BinaryOperator.AndAlso or BinaryOperator.OrElse)
        {
            return new LogicalNode(binary.Operator == BinaryOperator.OrElse, Bind(binary.Left), Bind(binary.Right));
        }

        bool texts = IsText(binary.Left) && IsText(binary.Right);
        return texts ? new TextEqualityNode(binary.Operator == BinaryOperator.Equal, Bind(binary.Left), Bind(binary.Right))
            : ExpressionTypes.IsPrimitive(binary.Left.Type) && ExpressionTypes.IsPrimitive(binary.Right.Type) ? new BinaryNode(binary.Operator, Bind(binary.Left), Bind(binary.Right), ExpressionTypes.RepresentationOf(binary.Left.Type))
            : throw Refuse(binary);
    }

    private static bool IsText(ProbeExpression expression) => expression.Type == typeof(string) || expression is ConstantExpression { Value: null, Type.IsValueType: false };

    private HitNode Convert(ConvertExpression convert)
    {
        HitNode operand = Bind(convert.Operand);
        TypeCode from = ExpressionTypes.NumberOf(convert.Operand.Type);
        TypeCode to = ExpressionTypes.NumberOf(convert.Type);
        return convert.Operand.Type == convert.Type ? operand
            : from != TypeCode.Empty && to != TypeCode.Empty ? new ConvertNode(operand, from, to)
            : throw Refuse(convert);
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < shape.Arguments.Count; i++)
        {
            if (shape.Arguments[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private ExpressionException Refuse(ProbeExpression expression) =>
        new(ExpressionText.Of(expression), $"hits of {place} have no such thing.", $"Read the timestamp, the thread, the process, the span, the place{(shape.HasDuration ? ", the duration" : string.Empty)} and arguments. {Listed()}");

    private string Listed() => shape.Arguments.Count == 0
        ? "There are no arguments."
        : $"The arguments are {string.Join(", ", shape.Arguments.Select(static argument => $"{TypeText.Of(argument.Type)} {argument.Name}"))}.";
}
