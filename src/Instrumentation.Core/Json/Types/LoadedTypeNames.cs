using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Instrumentation.Json;

/// <summary>The name of a loaded type.</summary>
/// <param name="Assembly">The simple name of its assembly.</param>
/// <param name="FullName">Its full name.</param>
/// <param name="Name">Its simple name.</param>
/// <param name="IsNested">Whether it lies in another type.</param>
internal readonly record struct LoadedTypeName(string Assembly, string FullName, string Name, bool IsNested);

/// <summary>
/// The names of all loaded types, for names that are short or misspelt. They are kept while memory allows, until another assembly is loaded; only
/// names are, so that assemblies can be unloaded.
/// </summary>
internal static class LoadedTypeNames
{
    private static readonly WeakReference<Snapshot?> Latest = new(null);

    /// <summary>The types that have a simple name; nested ones have none.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The types.</returns>
    public static IEnumerable<LoadedTypeName> WithSimpleName(string name) => All().Where(type => !type.IsNested && type.Name == name);

    /// <summary>The full names that are nearest to a misspelt one.</summary>
    /// <param name="name">The name, full or simple.</param>
    /// <returns>The nearest, best first.</returns>
    public static IReadOnlyList<string> Nearest(string name)
    {
        if (NearestNames.Choose(name, ShortTypeNames.All) is { Count: > 0 } known)
        {
            return known;
        }

        LoadedTypeName[] all = All();
        if (name.Contains('.', StringComparison.Ordinal) && NearestNames.Choose(name, all.Select(static type => type.FullName)) is { Count: > 0 } full)
        {
            return full;
        }

        string simple = name[(name.LastIndexOfAny(['.', '+']) + 1)..];
        IReadOnlyList<string> near = NearestNames.Choose(simple, all.Select(static type => type.Name));
        return [.. near.SelectMany(one => all.Where(type => type.Name == one).Select(static type => type.FullName)).Distinct(StringComparer.Ordinal).Take(3)];
    }

    private static LoadedTypeName[] All()
    {
        Assembly[] assemblies = AppDomain.CurrentDomain.GetAssemblies();
        if (!Latest.TryGetTarget(out Snapshot? snapshot) || snapshot.Assemblies != assemblies.Length)
        {
            snapshot = new(assemblies.Length, [.. assemblies.Where(static assembly => !assembly.IsDynamic).SelectMany(NamesOf)]);
            Latest.SetTarget(snapshot);
        }

        return snapshot.Names;
    }

    private static IEnumerable<LoadedTypeName> NamesOf(Assembly assembly)
    {
        string home = assembly.GetName().Name ?? string.Empty;
        return TypesOf(assembly)
            .Where(static type => type.FullName is { } name && !name.Contains('<', StringComparison.Ordinal) && (type.Assembly != typeof(Probe).Assembly || type.IsVisible))
            .Select(type => new LoadedTypeName(home, type.FullName!, type.Name, type.IsNested));
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A type that trimming removed is not in the program, so that no probe can be about it.")]
    private static Type[] TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException partial)
        {
            return [.. partial.Types.OfType<Type>()];
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or TypeLoadException or NotSupportedException)
        {
            // Its references cannot be resolved: it has no types that could be named.
            return [];
        }
    }

    private sealed record Snapshot(int Assemblies, LoadedTypeName[] Names);
}
