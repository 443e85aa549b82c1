using Instrumentation.Expressions;

namespace Instrumentation.Backends.Extending;

/// <summary>
/// An expression made ready for hits: evaluated without boxing, allocation or generated code, and with the meaning that <see cref="ExpressionInterpreter"/> gives it. A node has a number or a text, as its type says.
/// </summary>
internal abstract class HitNode
{
    /// <summary>The value of a node that is no text.</summary>
    /// <param name="input">The hit.</param>
    /// <returns>The bits, as <see cref="HitNumbers"/> has them.</returns>
    public virtual long Bits(ref HitInput input) => throw new NotSupportedException("The node is a text.");

    /// <summary>The value of a node that is a text.</summary>
    /// <param name="input">The hit.</param>
    /// <returns>The text, or null.</returns>
    public virtual string? Text(ref HitInput input) => throw new NotSupportedException("The node is no text.");
}

/// <summary>A number that is known.</summary>
internal sealed class NumberNode(long bits) : HitNode
{
    public override long Bits(ref HitInput input) => bits;
}

/// <summary>A text that is known, or null.</summary>
internal sealed class TextNode(string? text) : HitNode
{
    public override string? Text(ref HitInput input) => text;
}

/// <summary>An argument of the hit: checked against what the shape says, and a fault with the default when it is something else or was not given.</summary>
internal sealed class ArgumentNode(int index, TypeCode code, bool isDuration) : HitNode
{
    public override long Bits(ref HitInput input)
    {
        HitValue value = index < input.Arguments.Length ? input.Arguments[index] : default;
        switch (value.Kind)
        {
            case HitValueKind.Boolean when code == TypeCode.Boolean:
            case HitValueKind.Duration when isDuration:
                return value.Bits;
            case HitValueKind.Integer when code != TypeCode.Boolean && !isDuration:
                return HitNumbers.Convert(value.Bits, TypeCode.Int64, code);
            case HitValueKind.Unsigned when code != TypeCode.Boolean && !isDuration:
                return HitNumbers.Convert(value.Bits, TypeCode.UInt64, code);
            case HitValueKind.Fraction when ExpressionTypes.IsFloating(code):
                return HitNumbers.Convert(value.Bits, TypeCode.Double, code);
            default:
                input.Faulted = true;
                return 0;
        }
    }

    public override string? Text(ref HitInput input)
    {
        if (index < input.Arguments.Length && input.Arguments[index].Kind == HitValueKind.Text)
        {
            return input.Arguments[index].Text;
        }

        input.Faulted = true;
        return null;
    }
}

/// <summary>A value that every hit has.</summary>
internal sealed class ContextNode(ContextValue value) : HitNode
{
    public override long Bits(ref HitInput input) => value switch
    {
        ContextValue.Duration => input.Duration,
        ContextValue.Timestamp => input.Timestamp,
        ContextValue.ThreadId => input.ThreadId,
        ContextValue.ProcessId => Environment.ProcessId,
        _ => input.Span,
    };

    public override string? Text(ref HitInput input) => input.Place.Name;
}

/// <summary>An operator on one number.</summary>
internal sealed class UnaryNode(UnaryOperator operation, HitNode operand, TypeCode code) : HitNode
{
    public override long Bits(ref HitInput input) => HitNumbers.Unary(operation, operand.Bits(ref input), code);
}

/// <summary>The length of a text; of null a fault.</summary>
internal sealed class LengthNode(HitNode operand) : HitNode
{
    public override long Bits(ref HitInput input)
    {
        if (operand.Text(ref input) is { } text)
        {
            return text.Length;
        }

        input.Faulted = true;
        return 0;
    }
}

/// <summary>An operator on two numbers.</summary>
internal sealed class BinaryNode(BinaryOperator operation, HitNode left, HitNode right, TypeCode code) : HitNode
{
    public override long Bits(ref HitInput input)
    {
        long a = left.Bits(ref input);
        return HitNumbers.Binary(operation, a, right.Bits(ref input), code, ref input.Faulted);
    }
}

/// <summary>A logical operator that evaluates its right side only when it matters.</summary>
internal sealed class LogicalNode(bool isOr, HitNode left, HitNode right) : HitNode
{
    public override long Bits(ref HitInput input)
    {
        long a = left.Bits(ref input);
        return a != 0 == isOr ? a : right.Bits(ref input);
    }
}

/// <summary>Whether two texts are equal, or not.</summary>
internal sealed class TextEqualityNode(bool isEqual, HitNode left, HitNode right) : HitNode
{
    public override long Bits(ref HitInput input)
    {
        string? a = left.Text(ref input);
        return HitNumbers.Truth(string.Equals(a, right.Text(ref input), StringComparison.Ordinal) == isEqual);
    }
}

/// <summary>A test of one text against another; with null a fault.</summary>
internal sealed class TextTestNode(StringTest test, HitNode target, HitNode argument) : HitNode
{
    public override long Bits(ref HitInput input)
    {
        string? text = target.Text(ref input);
        string? part = argument.Text(ref input);
        if (text is null || part is null)
        {
            input.Faulted = true;
            return 0;
        }

        return HitNumbers.Truth(test switch
        {
            StringTest.StartsWith => text.StartsWith(part, StringComparison.Ordinal),
            StringTest.EndsWith => text.EndsWith(part, StringComparison.Ordinal),
            _ => text.Contains(part, StringComparison.Ordinal),
        });
    }
}

/// <summary>A number as another type.</summary>
internal sealed class ConvertNode(HitNode operand, TypeCode from, TypeCode to) : HitNode
{
    public override long Bits(ref HitInput input) => HitNumbers.Convert(operand.Bits(ref input), from, to);
}

/// <summary>One of two values; only the chosen one is evaluated.</summary>
internal sealed class ChoiceNode(HitNode test, HitNode whenTrue, HitNode whenFalse) : HitNode
{
    public override long Bits(ref HitInput input) => (test.Bits(ref input) != 0 ? whenTrue : whenFalse).Bits(ref input);

    public override string? Text(ref HitInput input) => (test.Bits(ref input) != 0 ? whenTrue : whenFalse).Text(ref input);
}
