using Instrumentation.Expressions;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Expressions;

/// <summary>
/// Binds an expression to a method: names become positions, members become fields or getters, and every type is checked against the
/// method's, so that what is bound can be emitted and cannot fail but by faults.
/// </summary>
internal sealed class ExpressionBinder
{
    private readonly BindingTarget _target;

    private ExpressionBinder(BindingTarget target) => _target = target;

    /// <summary>Binds an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="target">The place.</param>
    /// <returns>The bound expression, of the same type.</returns>
    /// <exception cref="ExpressionException">A part of it means nothing at the place.</exception>
    public static ProbeExpression Bind(ProbeExpression expression, BindingTarget target)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(target);
        return new ExpressionBinder(target).Bind(expression);
    }

    private ProbeExpression Bind(ProbeExpression expression)
    {
        ProbeExpression bound = expression switch
        {
            ConstantExpression or BoundField or BoundGetter or BoundNullableValue => expression,
            ArgumentExpression argument => RootBinder.Argument(argument, _target),
            ThisExpression self => RootBinder.This(self, _target),
            ReturnExpression result => RootBinder.Return(result, _target),
            ContextExpression context => RootBinder.Context(context, _target),
            MemberExpression member => MemberBinder.Bind(member, Bind(member.Target), _target.GettersAllowed),
            PathExpression path => PathBinder.Bind(path, Start(path.Target), _target.GettersAllowed),
            MemoryExpression or KernelPathExpression => throw RootBinder.KernelOnly(expression, _target),
            UnaryExpression unary => unary with { Operand = Bind(unary.Operand) },
            BinaryExpression binary => binary with { Left = Bind(binary.Left), Right = Bind(binary.Right) },
            StringTestExpression test => test with { Target = Bind(test.Target), Argument = Bind(test.Argument) },
            ConvertExpression convert => convert with { Operand = Bind(convert.Operand) },
            TypeTestExpression test => test with { Operand = Bind(test.Operand) },
            TypeNameExpression name => name with { Operand = Bind(name.Operand) },
            ConditionalExpression choice => choice with { Test = Bind(choice.Test), WhenTrue = Bind(choice.WhenTrue), WhenFalse = Bind(choice.WhenFalse) },
            _ => throw new ExpressionException(ExpressionText.Of(expression), $"a probe on a .NET method does not know {expression.GetType().Name}.", "Build expressions from lambdas."),
        };
        if (!TypeRules.Hold(bound))
        {
            throw new ExpressionException(ExpressionText.Of(expression), "the types of its parts do not go together.", "Build expressions from lambdas: the compiler checks their types.");
        }

        return bound.Type == BoundTypes.ReadAs(expression.Type)
            ? bound
            : throw new ExpressionException(
                ExpressionText.Of(expression),
                $"it is of type {MethodName.Of(bound.Type)}, not {MethodName.Of(expression.Type)}.",
                "Make the spec anew, for this version of the program.");
    }

    // A path names its first field on the declared type, although the lambda could say no more than object.
    private ProbeExpression Start(ProbeExpression start) => start switch
    {
        ArgumentExpression argument when argument.Type == typeof(object) => RootBinder.Argument(argument, _target, raw: true),
        ThisExpression self when self.Type == typeof(object) => RootBinder.This(self, _target, raw: true),
        ReturnExpression result when result.Type == typeof(object) => RootBinder.Return(result, _target, raw: true),
        _ => Bind(start),
    };
}
