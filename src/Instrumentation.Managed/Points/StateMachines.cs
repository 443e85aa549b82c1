using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Points;

/// <summary>Relates async methods and iterators to the state machines that the compiler made of them.</summary>
internal static class StateMachines
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly ConcurrentDictionary<Type, MethodBase?> Sources = [];

    /// <summary>Whether a type is a state machine.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True when it is one.</returns>
    public static bool IsStateMachine(Type type) => SourceOf(type) is not null;

    /// <summary>The method that the source wrote: for a method of a state machine the async method or iterator, else the method itself.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The written method.</returns>
    public static MethodBase SourceMethod(MethodBase method) =>
        method.DeclaringType is { } type && SourceOf(type) is { } source ? source : method;

    /// <summary>Where the code that the source wrote runs: for an async method or iterator its MoveNext, else the method itself.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The method that holds the code.</returns>
    public static MethodBase CodeMethod(MethodBase method)
    {
        Type? machine = method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType;
        return machine?.GetMethod("MoveNext", Declared) ?? method;
    }

    /// <summary>Whether a method is an async method whose caller gets no task.</summary>
    /// <param name="method">The method.</param>
    /// <returns>True for <c>async void</c>.</returns>
    public static bool IsAsyncVoid(MethodBase method) =>
        method is MethodInfo { ReturnType: var returned } && returned == typeof(void) && method.GetCustomAttribute<AsyncStateMachineAttribute>() is not null;

    private static MethodBase? SourceOf(Type type)
    {
        // Only types that the compiler nested and named so can be state machines; asking every type for its methods' attributes would be slow.
        if (!type.IsNested || !type.Name.StartsWith('<') || type.GetMethod("MoveNext", Declared) is null)
        {
            return null;
        }

        Type definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return Sources.GetOrAdd(definition, static machine => machine.DeclaringType!
            .GetMethods(Declared)
            .FirstOrDefault(method => method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType is { } made
                && (made.IsGenericType ? made.GetGenericTypeDefinition() : made) == machine));
    }
}
