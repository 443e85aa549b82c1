using System.Reflection;
using Instrumentation.Expressions;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Expressions;

/// <summary>Binds paths of fields that are given as text, step by step.</summary>
internal sealed class PathBinder
{
    private readonly string _text;
    private readonly bool _gettersAllowed;

    private PathBinder(PathExpression path, bool gettersAllowed)
    {
        _text = ExpressionText.Of(path);
        _gettersAllowed = gettersAllowed;
    }

    /// <summary>Binds a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="start">Its bound start.</param>
    /// <param name="gettersAllowed">True when getters may be called.</param>
    /// <returns>The read of its last step, as the type that the lambda asks for.</returns>
    public static ProbeExpression Bind(PathExpression path, ProbeExpression start, bool gettersAllowed)
    {
        PathBinder binder = new(path, gettersAllowed);
        ProbeExpression end = start;
        PathStep last = default;
        foreach (PathStep step in PathStep.Split(path.Path))
        {
            end = step.IsCast ? binder.Cast(end, step.Name) : binder.Member(end, step.Name);
            last = step;
        }

        bool isPointer = end is BoundField { Field.FieldType: var type } && BoundTypes.IsPointer(type);
        return ReadingRules.Read(end, path.Type, binder._text, $"the last step '{last.Name}'", isPointer);
    }

    private ProbeExpression Cast(ProbeExpression target, string name)
    {
        Type type = TypeLookup.Find(name, _text);
        if (target.Type == type)
        {
            return target;
        }

        return !target.Type.IsValueType && ReadingRules.CanBe(target.Type, type)
            ? new ConvertExpression(target, type)
            : throw new ExpressionException(_text, $"a {MethodName.Of(target.Type)} is never a {MethodName.Of(type)}.", "Leave the cast out, or cast to a type that the value can have.");
    }

    private ProbeExpression Member(ProbeExpression target, string name)
    {
        if (name == "Length" && (target.Type == typeof(string) || target.Type.IsArray))
        {
            return new UnaryExpression(target.Type.IsArray ? UnaryOperator.ArrayLength : UnaryOperator.StringLength, target, typeof(int));
        }

        for (Type? type = target.Type; type is not null; type = type.BaseType)
        {
            if (type.GetField(name, MemberBinder.Declared) is { } field)
            {
                return MemberBinder.Field(field, target, _text);
            }

            if (MemberBinder.FindProperty(type, name) is { } property)
            {
                return Nullable.GetUnderlyingType(type) is null
                    ? MemberBinder.Property(property, target, _text, _gettersAllowed)
                    : MemberBinder.Bind(new MemberExpression(target, name, type, IsProperty: true, property.PropertyType), target, _gettersAllowed);
            }
        }

        throw NotFound(target.Type, name);
    }

    private ExpressionException NotFound(Type type, string name)
    {
        IReadOnlyList<string> nearest = NearestNames.Choose(name, Names(type));
        List<string> mends = [];
        if (nearest.Count > 0)
        {
            mends.Add($"Did you mean {string.Join(", or ", nearest.Select(near => $"'{near}'"))}?");
        }

        if (type == typeof(object) || type.IsInterface || type.IsAbstract)
        {
            mends.Add($"The static type is {MethodName.Of(type)}: cast to the type that has the field, as a step before it: \"(Full.Name).{name}\".");
        }
        else if (nearest.Count == 0)
        {
            mends.Add(Names(type).Any() ? $"Its members are {string.Join(", ", Names(type).Take(8))}." : "It has no fields.");
        }

        return new ExpressionException(_text, $"{MethodName.Of(type)} has no field or property '{name}'.", string.Join(' ', mends));
    }

    private static IEnumerable<string> Names(Type type)
    {
        for (Type? current = type; current is not null; current = current.BaseType)
        {
            foreach (MemberInfo member in current.GetMembers(MemberBinder.Declared))
            {
                if (member.MemberType is MemberTypes.Field or MemberTypes.Property && !member.Name.StartsWith('<'))
                {
                    yield return member.Name;
                }
            }
        }
    }
}
