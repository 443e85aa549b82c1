using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Writes expressions, each as short as it reads back the same.</summary>
/// <param name="output">Where they go.</param>
internal sealed class ExpressionWriter(JsonOutput output)
{
    /// <summary>Writes a condition.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="condition">The condition.</param>
    public static void WriteCondition(JsonOutput output, ProbeExpression condition)
    {
        if (ExpressionRules.CheckCondition(condition) is { } broken)
        {
            throw output.Error(broken.Why, broken.Mend);
        }

        new ExpressionWriter(output).Write(condition, expected: typeof(bool));
    }

    /// <summary>Writes an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="depth">How many expressions it is inside of, and itself.</param>
    /// <param name="expected">The type that a scalar has here; null where nothing says one.</param>
    public void Write(ProbeExpression expression, int depth = 1, Type? expected = null)
    {
        if (depth > JsonLimits.Nodes)
        {
            throw output.Error(JsonLimits.TooDeep, JsonLimits.TooDeepMend);
        }

        if (ExpressionRules.Check(expression) is { } broken)
        {
            throw output.Error(broken.Why, broken.Mend);
        }

        switch (expression)
        {
            case ConstantExpression constant:
                ConstantWriter.Write(output, constant, expected);
                break;
            case ContextExpression context:
                output.Value(LiteralToken.String(ContextNames.NameOf(context) ?? throw output.Error($"{context.Value} as {TypeText.Of(context.Type)} is no context value.", "Use the members of ProbeContext.")));
                break;
            default:
                output.BeginObject();
                Body(expression, depth);
                output.End();
                break;
        }
    }

    private void Body(ProbeExpression expression, int depth)
    {
        switch (expression)
        {
            case ArgumentExpression argument:
                output.Name("arg");
                output.Value(argument.Name is { } name ? LiteralToken.String(name) : ConstantWriter.Integer(argument.Index));
                TypeJson.Write(output, "type", argument.Type);
                break;
            case ThisExpression:
                TypeJson.Write(output, "this", expression.Type);
                break;
            case ReturnExpression:
                TypeJson.Write(output, "return", expression.Type);
                break;
            case MemberExpression member:
                output.Property(member.IsProperty ? "property" : "field", member.Name);
                Part("of", member.Target, depth);
                if (member.Declaring != member.Target.Type)
                {
                    TypeJson.Write(output, "declaring", member.Declaring);
                }

                TypeJson.Write(output, "type", member.Type);
                break;
            case PathExpression path:
                output.Property("path", path.Path);
                Part("of", path.Target, depth);
                TypeJson.Write(output, "type", path.Type);
                break;
            case MemoryExpression memory:
                Part("memory", memory.Address, depth);
                TypeJson.Write(output, "type", memory.Type);
                break;
            case KernelPathExpression path:
                output.Property("kernel", path.Path);
                TypeJson.Write(output, "type", path.Type);
                break;
            case ConvertExpression convert:
                Part("convert", convert.Operand, depth);
                TypeJson.Write(output, "type", convert.Type);
                break;
            case TypeTestExpression test:
                Part("is", test.Operand, depth);
                TypeJson.Write(output, "type", test.TestedType);
                break;
            case TypeNameExpression named:
                Part("typeName", named.Operand, depth);
                break;
            default:
                new OperatorWriter(output, this).Write(expression, depth);
                break;
        }
    }

    /// <summary>Writes a part of an expression as a property.</summary>
    /// <param name="name">The property's name.</param>
    /// <param name="part">The part.</param>
    /// <param name="depth">The depth of the whole.</param>
    public void Part(string name, ProbeExpression part, int depth)
    {
        output.Name(name);
        Write(part, depth + 1);
    }
}
