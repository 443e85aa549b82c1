namespace Instrumentation.Expressions;

/// <summary>The text of an expression, as a C# lambda over <c>c</c> would write it.</summary>
internal static class ExpressionText
{
    /// <summary>An expression's text.</summary>
    /// <param name="expression">The expression.</param>
    /// <returns>The text.</returns>
    public static string Of(ProbeExpression expression) => expression switch
    {
        ConstantExpression constant => ConstantText.Of(constant.Value),
        ArgumentExpression argument => $"c.Arg<{TypeText.Of(argument.Type)}>({ConstantText.Of((object?)argument.Name ?? argument.Index)})",
        ThisExpression self => $"c.This<{TypeText.Of(self.Type)}>()",
        ReturnExpression result => $"c.Return<{TypeText.Of(result.Type)}>()",
        ContextExpression context => $"c.{context.Value}",
        MemberExpression member => $"{Operand(member.Target)}.{member.Name}",
        PathExpression path => $"c.Field<{TypeText.Of(path.Type)}>({Of(path.Target)}, \"{path.Path}\")",
        MemoryExpression memory => memory.Type == typeof(string) ? $"c.String({Of(memory.Address)})" : $"c.Memory<{TypeText.Of(memory.Type)}>({Of(memory.Address)})",
        KernelPathExpression path => path.Type == typeof(string) ? $"c.KernelString(\"{path.Path}\")" : $"c.Kernel<{TypeText.Of(path.Type)}>(\"{path.Path}\")",
        UnaryExpression unary => OfUnary(unary),
        BinaryExpression binary => $"{Operand(binary.Left)} {OperatorText.Of(binary.Operator)} {Operand(binary.Right)}",
        StringTestExpression test => $"{Operand(test.Target)}.{test.Test}({Of(test.Argument)})",
        ConvertExpression convert => $"({TypeText.Of(convert.Type)}){Operand(convert.Operand)}",
        TypeTestExpression test => $"{Operand(test.Operand)} is {TypeText.Of(test.TestedType)}",
        TypeNameExpression name => $"{Operand(name.Operand)}.GetType().FullName",
        ConditionalExpression choice => $"{Operand(choice.Test)} ? {Operand(choice.WhenTrue)} : {Operand(choice.WhenFalse)}",
        _ => expression.ToString(),
    };

    private static string OfUnary(UnaryExpression unary) => unary.Operator switch
    {
        UnaryOperator.Not => $"!{Operand(unary.Operand)}",
        UnaryOperator.Negate => $"-{Operand(unary.Operand)}",
        UnaryOperator.Complement => $"~{Operand(unary.Operand)}",
        UnaryOperator.StringLength or UnaryOperator.ArrayLength => $"{Operand(unary.Operand)}.Length",
        _ => $"{Operand(unary.Operand)}.{unary.Operator}",
    };

    private static string Operand(ProbeExpression expression) =>
        expression is BinaryExpression or ConvertExpression or TypeTestExpression or ConditionalExpression or UnaryExpression { Operator: <= UnaryOperator.Complement }
            ? $"({Of(expression)})"
            : Of(expression);
}
