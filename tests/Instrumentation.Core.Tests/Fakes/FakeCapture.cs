using System.Linq.Expressions;
using System.Reflection;
using Instrumentation.Expressions;
using ConstantExpression = Instrumentation.Expressions.ConstantExpression;

namespace Instrumentation.Core.Tests.Fakes;

/// <summary>Makes capture shapes without the translator: the values come from <see cref="FakeFields"/> anyhow.</summary>
internal static class FakeCapture
{
    /// <summary>A shape of named fields without a factory.</summary>
    public static CaptureShape Fields(params (string Name, Type Type)[] fields) =>
        new([.. fields.Select(static field => new CaptureField(field.Name, new ConstantExpression(null, field.Type)))], null);

    /// <summary>The shape of a lambda that makes an object: <c>() => new Point(1, 2)</c>, <c>() => new { A = 1 }</c>, <c>() => new Box { A = 1 }</c> or one value.</summary>
    public static CaptureShape Of<T>(Expression<Func<T>> lambda)
    {
        List<CaptureField> fields = [];
        List<MemberInfo> members = [];
        ConstructorInfo? constructor = null;
        int constructorFields = 0;
        System.Linq.Expressions.Expression body = lambda.Body;
        if (body is MemberInitExpression init)
        {
            foreach (MemberAssignment binding in init.Bindings.Cast<MemberAssignment>())
            {
                members.Add(binding.Member);
            }

            Take(init.NewExpression);
            foreach (MemberAssignment binding in init.Bindings.Cast<MemberAssignment>())
            {
                Add(binding.Member.Name, binding.Expression);
            }
        }
        else if (body is NewExpression created)
        {
            Take(created);
        }
        else
        {
            Add("Value", body);
        }

        return new CaptureShape(fields, new CaptureFactory(typeof(T), constructor, constructorFields, members));

        void Take(NewExpression created)
        {
            constructor = created.Constructor;
            constructorFields = created.Arguments.Count;
            ParameterInfo[] parameters = constructor?.GetParameters() ?? [];
            for (int i = 0; i < constructorFields; i++)
            {
                Add(created.Members?[i].Name ?? parameters[i].Name!, created.Arguments[i]);
            }
        }

        void Add(string name, System.Linq.Expressions.Expression value)
        {
            // What is recorded is the value before conversions to nullable, wider and base types.
            while (value is System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert } conversion)
            {
                value = conversion.Operand;
            }

            fields.Add(new CaptureField(name, new ConstantExpression(null, value.Type)));
        }
    }

    /// <summary>A typed spec with the shape of a lambda.</summary>
    public static ProbeSpec<T> Spec<T>(string name, Expression<Func<T>> lambda) => new(new ProbeSpec(new FakePoint(name))) { CaptureShape = Of(lambda) };
}
