using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Expressions;

/// <summary>The text of a part of a user's lambda, near to what the user wrote: for messages.</summary>
internal static class LambdaText
{
    /// <summary>A part's text.</summary>
    /// <param name="node">The part.</param>
    /// <returns>The text.</returns>
    public static string Of(Expression node) => node switch
    {
        System.Linq.Expressions.ConstantExpression constant => IsObject(constant) ? "this" : ConstantText.Of(constant.Value),
        ParameterExpression parameter => parameter.Name ?? "c",
        System.Linq.Expressions.MemberExpression member => OfMember(member),
        MethodCallExpression call => OfCall(call),
        System.Linq.Expressions.UnaryExpression unary => OfUnary(unary),
        System.Linq.Expressions.BinaryExpression { NodeType: ExpressionType.ArrayIndex } index => $"{Operand(index.Left)}[{Of(index.Right)}]",
        System.Linq.Expressions.BinaryExpression binary => $"{Operand(binary.Left)} {Symbol(binary.NodeType)} {Operand(binary.Right)}",
        TypeBinaryExpression test => $"{Operand(test.Expression)} is {TypeText.Of(test.TypeOperand)}",
        System.Linq.Expressions.ConditionalExpression choice => $"{Operand(choice.Test)} ? {Operand(choice.IfTrue)} : {Operand(choice.IfFalse)}",
        NewExpression { Members: { } members } made => $"new {{ {string.Join(", ", made.Arguments.Select((argument, index) => $"{members[index].Name} = {Of(argument)}"))} }}",
        NewExpression made => $"new {NameOfNew(made.Type)}({List(made.Arguments)})",
        MemberInitExpression made => $"new {NameOfNew(made.Type)} {{ {string.Join(", ", made.Bindings.Select(binding => binding.Member.Name + " = …"))} }}",
        NewArrayExpression made => $"new {TypeText.Of(made.Type)} {{ {List(made.Expressions)} }}",
        InvocationExpression call => $"{Operand(call.Expression)}({List(call.Arguments)})",
        LambdaExpression lambda => $"{string.Join(", ", lambda.Parameters.Select(Of))} => {Of(lambda.Body)}",
        DefaultExpression absent => $"default({TypeText.Of(absent.Type)})",
        _ => node.ToString(),
    };

    private static string OfMember(System.Linq.Expressions.MemberExpression member) => member.Expression switch
    {
        null => $"{TypeText.Of(member.Member.DeclaringType!)}.{member.Member.Name}",
        _ when member.Member.Name.StartsWith("<>", StringComparison.Ordinal) => "this",
        { Type: var type } when IsClosure(type) => member.Member.Name,
        { } target => $"{Operand(target)}.{member.Member.Name}",
    };

    private static string OfCall(MethodCallExpression call)
    {
        MethodInfo method = call.Method;
        bool extends = method.IsDefined(typeof(ExtensionAttribute), false) && call.Arguments.Count > 0;
        string target = extends ? Operand(call.Arguments[0]) : call.Object is { } instance ? Operand(instance) : TypeText.Of(method.DeclaringType!);
        if (method is { Name: "get_Item" or "get_Chars", IsSpecialName: true })
        {
            return $"{target}[{List(call.Arguments)}]";
        }

        // Only the context's members are written with type arguments; elsewhere the compiler mostly infers them.
        string arguments = method.IsGenericMethod && method.DeclaringType == typeof(ProbeContext)
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeText.Of))}>"
            : string.Empty;
        return $"{target}.{method.Name}{arguments}({List(call.Arguments.Skip(extends ? 1 : 0))})";
    }

    private static string OfUnary(System.Linq.Expressions.UnaryExpression unary) => unary.NodeType switch
    {
        ExpressionType.Convert or ExpressionType.ConvertChecked => $"({TypeText.Of(unary.Type)}){Operand(unary.Operand)}",
        ExpressionType.TypeAs => $"{Operand(unary.Operand)} as {TypeText.Of(unary.Type)}",
        ExpressionType.Not => (unary.Type == typeof(bool) ? "!" : "~") + Operand(unary.Operand),
        ExpressionType.OnesComplement => "~" + Operand(unary.Operand),
        ExpressionType.Negate or ExpressionType.NegateChecked => "-" + Operand(unary.Operand),
        ExpressionType.UnaryPlus => "+" + Operand(unary.Operand),
        ExpressionType.ArrayLength => Operand(unary.Operand) + ".Length",
        ExpressionType.Quote => Of(unary.Operand),
        _ => $"{unary.NodeType}({Of(unary.Operand)})",
    };

    private static string Symbol(ExpressionType type) => type switch
    {
        ExpressionType.Coalesce => "??",
        _ => OperatorMap.Binary(type) is { } known ? OperatorText.Of(known) : type.ToString(),
    };

    private static string Operand(Expression node) =>
        node is System.Linq.Expressions.BinaryExpression { NodeType: not ExpressionType.ArrayIndex } or TypeBinaryExpression or System.Linq.Expressions.ConditionalExpression or LambdaExpression
            or System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked or ExpressionType.TypeAs }
            ? $"({Of(node)})"
            : Of(node);

    private static string List(IEnumerable<Expression> nodes) => string.Join(", ", nodes.Select(Of));

    private static string NameOfNew(Type type) => type.Name.StartsWith('<') ? string.Empty : TypeText.Of(type);

    // A constant that is an object is what the compiler put there: the instance around the lambda.
    private static bool IsObject(System.Linq.Expressions.ConstantExpression constant) =>
        constant.Value is not null and not string and not Type && !constant.Value.GetType().IsValueType;

    private static bool IsClosure(Type type) => type.IsDefined(typeof(CompilerGeneratedAttribute), false) && type.Name.Contains("DisplayClass", StringComparison.Ordinal);
}
