using System.Diagnostics.CodeAnalysis;

namespace Instrumentation.Expressions;

/// <summary>
/// The reference semantics of the expression language: slow, by reflection and boxing, and the definition of what every backend must do.
/// A fault (null on the way, a value of another type, a division by zero) makes the sub-expression its type's default and evaluation goes on.
/// </summary>
[RequiresUnreferencedCode(NeedsMetadata)]
internal static class ExpressionInterpreter
{
    /// <summary>Why the interpreter does not go with trimming.</summary>
    internal const string NeedsMetadata = "The interpreter finds fields by their names, and trimming may have removed them.";

    /// <summary>Evaluates an expression that no backend has bound.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="input">The values of the hit.</param>
    /// <param name="faulted">True when some part of it that was evaluated faulted.</param>
    /// <returns>The value as <see cref="InterpretedValues"/> describes it: durations as nanoseconds, enums as numbers.</returns>
    public static object? Evaluate(ProbeExpression expression, IExpressionInput input, out bool faulted)
    {
        Evaluation evaluation = new(input);
        object? value = evaluation.Of(expression);
        faulted = evaluation.Faulted;
        return value;
    }

    [RequiresUnreferencedCode(NeedsMetadata)]
    private sealed class Evaluation(IExpressionInput input)
    {
        public bool Faulted { get; private set; }

        public object? Of(ProbeExpression expression) => expression switch
        {
            // As in C#, equal string constants are one object: that shows where references are compared.
            ConstantExpression { Value: string text } => string.Intern(text),
            ConstantExpression constant => Load(constant.Value, constant.Type),
            ArgumentExpression argument => Load(argument.Name is { } name ? input.Argument(name) : input.Argument(argument.Index), argument.Type),
            ThisExpression self => Load(input.This, self.Type),
            ReturnExpression result => Load(input.Result, result.Type),
            ContextExpression context => Context(context),
            MemberExpression member => Member(member),
            PathExpression path => InterpretedPaths.TryFollow(Of(path.Target), path.Target.Type, path.Path, out object? end) ? Load(end, path.Type) : Fault(path.Type),
            MemoryExpression memory => Memory(memory),
            KernelPathExpression path => input.TryReadKernel(path.Path, path.Type, out object? value) ? Load(value, path.Type) : Fault(path.Type),
            UnaryExpression unary => Unary(unary),
            BinaryExpression binary => Binary(binary),
            StringTestExpression test => StringTest(test),
            ConvertExpression convert => Convert(convert),
            TypeTestExpression test => test.TestedType.IsInstanceOfType(Of(test.Operand)),
            TypeNameExpression name => Of(name.Operand) is { } named ? named.GetType().FullName : Fault(name.Type),
            ConditionalExpression choice => Of((bool)Of(choice.Test)! ? choice.WhenTrue : choice.WhenFalse),
            _ => throw new ArgumentException($"The interpreter does not know {expression.GetType()}.", nameof(expression)),
        };

        private object? Load(object? value, Type type) => InterpretedValues.TryLoad(value, type, out object? result) ? result : Fault(type);

        private object? Fault(Type type)
        {
            Faulted = true;
            return InterpretedValues.Default(type);
        }

        private object? Context(ContextExpression context)
        {
            object? value = input.Context(context.Value);
            return context.Value == ContextValue.Duration && value is long ? value : Load(value, context.Type);
        }

        private object? Memory(MemoryExpression memory)
        {
            // The null pointer is the null string, and no fault.
            ulong address = unchecked((ulong)NumberConversion.Bits(Of(memory.Address)!));
            return address == 0 && memory.Type == typeof(string) ? null
                : input.TryReadMemory(address, memory.Type, out object? value) ? Load(value, memory.Type) : Fault(memory.Type);
        }

        private object? Member(MemberExpression member)
        {
            object? target = Of(member.Target);
            if (Nullable.GetUnderlyingType(member.Target.Type) is { } underlying)
            {
                return member.Name switch
                {
                    "HasValue" => target is not null,
                    "value" when target is null => InterpretedValues.Default(underlying),
                    _ => Load(target, underlying),
                };
            }

            return target is not null && InterpretedMembers.TryRead(target, member.Name, member.Declaring, out object? value) ? Load(value, member.Type) : Fault(member.Type);
        }

        private object? Unary(UnaryExpression unary)
        {
            object? operand = Of(unary.Operand);
            return unary.Operator switch
            {
                UnaryOperator.StringLength => operand is string text ? text.Length : Fault(unary.Type),
                UnaryOperator.ArrayLength => operand is Array array ? array.Length : Fault(unary.Type),
                _ => InterpretedOperators.Unary(unary.Operator, operand!, ExpressionTypes.RepresentationOf(unary.Operand.Type)),
            };
        }

        private object? Binary(BinaryExpression binary)
        {
            object? left = Of(binary.Left);
            if (binary.Operator is BinaryOperator.AndAlso or BinaryOperator.OrElse)
            {
                return (bool)left! == (binary.Operator == BinaryOperator.OrElse) ? left : Of(binary.Right);
            }

            object? right = Of(binary.Right);
            if (!binary.Left.Type.IsValueType)
            {
                bool strings = binary.Left.Type == typeof(string) && binary.Right.Type == typeof(string);
                bool equal = strings ? string.Equals((string?)left, (string?)right, StringComparison.Ordinal) : ReferenceEquals(left, right);
                return equal == (binary.Operator == BinaryOperator.Equal);
            }

            object value = InterpretedOperators.Binary(binary.Operator, left!, right!, ExpressionTypes.RepresentationOf(binary.Left.Type), out bool faulted);
            Faulted |= faulted;
            return value;
        }

        private object? StringTest(StringTestExpression test)
        {
            string? target = (string?)Of(test.Target);
            string? argument = (string?)Of(test.Argument);
            return target is null || argument is null
                ? Fault(test.Type)
                : test.Test switch
                {
                    Expressions.StringTest.StartsWith => target.StartsWith(argument, StringComparison.Ordinal),
                    Expressions.StringTest.EndsWith => target.EndsWith(argument, StringComparison.Ordinal),
                    _ => target.Contains(argument, StringComparison.Ordinal),
                };
        }

        private object? Convert(ConvertExpression convert)
        {
            object? operand = Of(convert.Operand);
            if (convert.Operand.Type == convert.Type)
            {
                return operand;
            }

            if (convert.Operand.Type.IsValueType)
            {
                return NumberConversion.Convert(operand!, ExpressionTypes.RepresentationOf(convert.Type));
            }

            bool fits = operand is null ? !convert.Type.IsValueType : convert.Type.IsInstanceOfType(operand);
            return fits ? Load(operand, convert.Type) : Fault(convert.Type);
        }
    }
}
