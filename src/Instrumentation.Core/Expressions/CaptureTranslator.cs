using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Expressions;

/// <summary>Translates the result of a capture lambda: a constructor call, an object initializer, a tuple, or one bare value.</summary>
internal static class CaptureTranslator
{
    private const string BareName = "Value";

    /// <summary>Translates a result.</summary>
    /// <param name="body">The lambda's body.</param>
    /// <param name="type">The type of its result.</param>
    /// <returns>The values to record, and how to rebuild the result.</returns>
    public static CaptureShape Translate(Expression body, Type type)
    {
        // A cast of a new object to its base or interface changes nothing that is recorded.
        Expression made = body is System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert, Method: null } cast && !cast.Operand.Type.IsValueType ? cast.Operand : body;
        CaptureShape shape = made switch
        {
            NewExpression { Arguments.Count: > 0 } constructed => OfConstructor(constructed),
            NewExpression or MemberInitExpression { Bindings.Count: 0, NewExpression.Arguments.Count: 0 } =>
                throw LambdaErrors.Of(made, "it captures nothing.", "Leave Capture out: every event carries its point, thread, time and duration."),
            MemberInitExpression initialized => OfInitializer(initialized),
            MethodCallExpression { Method: { Name: nameof(ValueTuple.Create), DeclaringType: var owner } } tuple when owner == typeof(ValueTuple) || owner == typeof(Tuple) => OfTuple(tuple),
            _ => new([new(BareName, NodeTranslator.Translate(body))], new CaptureFactory(type, null, 0, [])),
        };
        return shape.Fields.Count <= CaptureShape.MaximumFields
            ? shape
            : throw LambdaErrors.Of(body, $"it captures {shape.Fields.Count} values, and an event holds at most {CaptureShape.MaximumFields}.", "Capture fewer, or attach two probes.");
    }

    private static CaptureShape OfConstructor(NewExpression node)
    {
        ParameterInfo[] parameters = node.Constructor!.GetParameters();
        CaptureField[] fields = [.. node.Arguments.Select((argument, index) => Field(
            node.Members?[index].Name ?? (node.Type.IsAssignableTo(typeof(ITuple)) ? TupleName(index) : parameters[index].Name ?? TupleName(index)),
            argument))];
        return new(fields, new CaptureFactory(node.Type, node.Constructor, fields.Length, []));
    }

    private static CaptureShape OfInitializer(MemberInitExpression node)
    {
        // A struct that declares no constructor begins as its default.
        ConstructorInfo? constructor = node.NewExpression.Constructor;
        IReadOnlyList<CaptureField> constructed = constructor is null ? [] : OfConstructor(node.NewExpression).Fields;
        MemberAssignment[] assignments = [.. node.Bindings.Select(binding => binding as MemberAssignment ?? throw LambdaErrors.Of(
            node,
            $"'{binding.Member.Name}' is set by a nested initializer.",
            "Assign each member a value: collections and nested objects cannot be made inside a probe."))];
        return new(
            [.. constructed, .. assignments.Select(assignment => Field(assignment.Member.Name, assignment.Expression))],
            new CaptureFactory(node.Type, constructor, constructed.Count, [.. assignments.Select(assignment => assignment.Member)]));
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The Create method that the lambda names calls this constructor.")]
    private static CaptureShape OfTuple(MethodCallExpression node)
    {
        Type type = node.Method.ReturnType;
        ConstructorInfo constructor = type.GetConstructor([.. node.Method.GetParameters().Select(parameter => parameter.ParameterType)])
            ?? throw LambdaErrors.Of(node, $"a tuple of {node.Arguments.Count} values is nested.", "Capture up to seven values in a tuple; use a record or an anonymous type for more.");
        return new([.. node.Arguments.Select((argument, index) => Field(TupleName(index), argument))], new CaptureFactory(type, constructor, node.Arguments.Count, []));
    }

    private static CaptureField Field(string name, Expression value) => new(name, NodeTranslator.Translate(value));

    private static string TupleName(int index) => $"Item{index + 1}";
}
