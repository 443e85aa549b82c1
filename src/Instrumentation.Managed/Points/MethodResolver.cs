using System.Reflection;
using System.Runtime.Loader;

namespace Instrumentation.Managed.Points;

/// <summary>Finds the methods that a target names among what is loaded.</summary>
internal static class MethodResolver
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>Finds the methods of a target.</summary>
    /// <param name="target">The target.</param>
    /// <param name="assembly">For a pattern, the only assembly to look at, which need hold no match; null for all that are loaded.</param>
    /// <returns>The methods, generic ones as their definitions; at least one, unless an assembly is given or the target may be loaded later.</returns>
    /// <exception cref="PlaceNotFoundException">There is none; names the nearest.</exception>
    /// <exception cref="AmbiguousPlaceException">There are several where one was asked for.</exception>
    public static IReadOnlyList<MethodBase> Resolve(MethodTarget target, Assembly? assembly = null) => target switch
    {
        MethodTarget.Exact exact => [Definition(exact.Method)],
        MethodTarget.Several several => [.. several.Methods.Select(Definition)],
        MethodTarget.Named named => [ResolveNamed(named)],
        MethodTarget.Matching matching => ResolvePattern(matching, assembly),
        _ => throw new SpecException($"The target '{target.Describe()}'", "its kind is unknown.", "Use Probe.Method or Probe.Methods."),
    };

    /// <summary>The declared methods and constructors of a type, state machines' own methods included.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The methods.</returns>
    public static IEnumerable<MethodBase> DeclaredMethods(Type type) => type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared));

    private static MethodBase ResolveNamed(MethodTarget.Named named)
    {
        Type type = Definition(named.Type);
        MethodBase[] all = [.. BaseTypes(type).SelectMany(DeclaredMethods)];
        MethodBase[] sameName = [.. all.Where(method => method.Name == named.Name)];
        MethodBase[] found = named.Parameters is null
            ? sameName
            : [.. sameName.Where(method => method.GetParameters().Select(parameter => parameter.ParameterType).SequenceEqual(named.Parameters))];
        if (found.Length > 1)
        {
            // A method that hides or overrides is nearer than what it hides.
            MethodBase[] nearest = [.. found.Where(method => method.DeclaringType == found[0].DeclaringType)];
            found = nearest.Length == 1 ? nearest : found;
        }

        return found.Length switch
        {
            1 => Definition(found[0]),
            0 when sameName.Length > 0 => throw new PlaceNotFoundException(
                named.Describe(),
                "no overload has these parameter types.",
                [.. sameName.Select(MethodName.WithParameters)]),
            0 => throw new PlaceNotFoundException(
                named.Describe(),
                $"the type {MethodName.Of(type)} has no such method.",
                [.. NearestNames.Choose(named.Name, all.Select(method => method.Name)).Select(name => $"{MethodName.Of(type)}::{name}")]),
            _ => throw new AmbiguousPlaceException(named.Describe(), [.. found.Select(MethodName.WithParameters)]),
        };
    }

    private static List<MethodBase> ResolvePattern(MethodTarget.Matching target, Assembly? assembly)
    {
        MethodPattern pattern = target.Pattern;
        List<Type> types = [.. LoadedTypes.Matching(pattern, assembly)];
        List<MethodBase> found = [.. types.SelectMany(DeclaredMethods).Where(pattern.Matches)];
        if (!pattern.MethodText.Contains("MoveNext", StringComparison.Ordinal))
        {
            // An async method or iterator is one method: its state machine's methods are reached through it.
            found.RemoveAll(method => StateMachines.IsStateMachine(method.DeclaringType!));
        }

        return found.Count switch
        {
            0 when assembly is null && !target.OrLater => throw NotFound(pattern, types),
            > 1 when target.Single => throw new AmbiguousPlaceException(pattern.Text, Candidates(found)),
            _ => found,
        };
    }

    // Texts that coincide are of one assembly in several load contexts, or of namesakes in several assemblies: say which.
    private static List<string> Candidates(List<MethodBase> found) =>
    [
        .. found
            .GroupBy(MethodName.WithParameters)
            .SelectMany(same => same.Skip(1).Any()
                ? same.Select(method => $"{same.Key} of {method.Module.Assembly.GetName().Name} in {AssemblyLoadContext.GetLoadContext(method.Module.Assembly)?.Name ?? "an unnamed load context"}")
                : [same.Key])
            .Take(8),
    ];

    private static PlaceNotFoundException NotFound(MethodPattern pattern, List<Type> types)
    {
        if (types.Count > 0)
        {
            IEnumerable<(Type Type, string Name)> methods = types.Take(200).SelectMany(type => DeclaredMethods(type).Select(method => (type, method.Name)));
            ILookup<string, Type> byName = methods.ToLookup(pair => pair.Name, pair => pair.Type);
            return new PlaceNotFoundException(
                pattern.Text,
                $"{types.Count} loaded type{(types.Count == 1 ? " matches" : "s match")} '{pattern.TypeText}', but no method of them matches.",
                [.. NearestNames.Choose(pattern.MethodText, byName.Select(group => group.Key)).Select(name => $"{MethodName.Of(byName[name].First())}::{name}")]);
        }

        string simple = pattern.TypeText[(pattern.TypeText.LastIndexOfAny(['.', '+']) + 1)..];
        IEnumerable<Type> all = LoadedTypes.All();
        IReadOnlyList<string> full = NearestNames.Choose(pattern.TypeText, all.Select(MethodName.Of));
        IReadOnlyList<string> nearest = full.Count > 0
            ? full
            : [.. NearestNames.Choose(simple, all.Select(type => MethodName.WithoutArity(type.Name)))
                .SelectMany(name => all.Where(type => MethodName.WithoutArity(type.Name) == name).Take(2).Select(MethodName.Of))
                .Take(3)];
        return new PlaceNotFoundException(
            pattern.Text,
            $"no loaded type matches '{pattern.TypeText}'.",
            [.. nearest.Select(type => $"{type}::{pattern.MethodText}")]);
    }

    private static IEnumerable<Type> BaseTypes(Type type)
    {
        for (Type? current = type; current is not null; current = current.BaseType is { } parent ? Definition(parent) : null)
        {
            yield return current;
        }
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    /// <summary>The definition that a method is an instantiation of.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The definition; the method itself when it is not generic.</returns>
    public static MethodBase Definition(MethodBase method)
    {
        MethodBase plain = method is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericMethodDefinition() : method;
        return plain.DeclaringType is { IsGenericType: true, IsGenericTypeDefinition: false } type
            ? DeclaredMethods(type.GetGenericTypeDefinition()).First(candidate => candidate.MetadataToken == plain.MetadataToken)
            : plain;
    }
}
