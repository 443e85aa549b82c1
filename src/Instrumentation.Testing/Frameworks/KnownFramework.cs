using System.Reflection;

namespace Instrumentation.Testing.Frameworks;

/// <summary>A test framework, by the names of its assemblies and types.</summary>
internal abstract class KnownFramework
{
    private const BindingFlags AnyStatic = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static;

    /// <summary>What it is called.</summary>
    public abstract string Name { get; }

    /// <summary>The beginnings of the names of assemblies that are there only where its runner is.</summary>
    protected abstract IReadOnlyList<string> Runners { get; }

    /// <summary>The names of the assemblies that may hold its exceptions.</summary>
    protected abstract IReadOnlyList<string> Assertions { get; }

    /// <summary>Whether the framework says that it runs a test in the current flow.</summary>
    /// <returns>True when it does; false also where it cannot be asked.</returns>
    public bool IsRunningThisFlow()
    {
        try
        {
            return IsRunning();
        }
        catch (Exception error) when (error is TargetInvocationException or AmbiguousMatchException or NotSupportedException or InvalidOperationException)
        {
            // Another version than those that are known: the assemblies decide.
            return false;
        }
    }

    /// <summary>Whether its runner is loaded.</summary>
    /// <returns>True when it is.</returns>
    public bool HasRunner() => Loaded(name => Runners.Any(runner => name.StartsWith(runner, StringComparison.OrdinalIgnoreCase))) is not null;

    /// <summary>Whether its assertions are loaded.</summary>
    /// <returns>True when they are.</returns>
    public bool HasAssertions() => Loaded(name => Assertions.Contains(name, StringComparer.OrdinalIgnoreCase)) is not null;

    /// <summary>The framework's exception for a failed assertion.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The exception; null when it has none here.</returns>
    public abstract Exception? Failure(string message);

    /// <summary>The framework's exception that skips a test.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The exception; null when it has none here.</returns>
    public abstract Exception? Skipped(string reason);

    /// <summary>Asks the framework whether it runs a test in the current flow.</summary>
    /// <returns>True when it does.</returns>
    protected abstract bool IsRunning();

    /// <summary>Creates an exception that takes a message.</summary>
    /// <param name="type">The type's full name.</param>
    /// <param name="message">The message.</param>
    /// <returns>The exception, or null.</returns>
    protected Exception? Create(string type, string message) =>
        FindType(Assertions, type)?.GetConstructor(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance, [typeof(string)])?.Invoke([message]) as Exception;

    /// <summary>A type of the framework. Its assertions are loaded when they lie beside the test: a test that asserts only on calls has had no need of them yet.</summary>
    /// <param name="assemblies">The assemblies that may hold it.</param>
    /// <param name="type">The type's full name.</param>
    /// <returns>The type, or null.</returns>
    protected static Type? FindType(IEnumerable<string> assemblies, string type) =>
        assemblies.Select(name => (Loaded(loaded => string.Equals(loaded, name, StringComparison.OrdinalIgnoreCase)) ?? Load(name))?.GetType(type)).FirstOrDefault(static found => found is not null);

    /// <summary>The value of a static property of a type, if both are there.</summary>
    /// <param name="assembly">The assembly, if loaded.</param>
    /// <param name="type">The type's full name.</param>
    /// <param name="property">The property.</param>
    /// <returns>The value, or null.</returns>
    protected static object? StaticValue(string assembly, string type, string property) =>
        Loaded(name => string.Equals(name, assembly, StringComparison.OrdinalIgnoreCase))?.GetType(type)?.GetProperty(property, AnyStatic)?.GetValue(null);

    private static Assembly? Loaded(Func<string, bool> wanted) => Array.Find(AppDomain.CurrentDomain.GetAssemblies(), assembly => assembly.GetName().Name is { } name && wanted(name));

    private static Assembly? Load(string name)
    {
        try
        {
            return Assembly.Load(new AssemblyName(name));
        }
        catch (Exception error) when (error is IOException or BadImageFormatException)
        {
            return null;
        }
    }
}
