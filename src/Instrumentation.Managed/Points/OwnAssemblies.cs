using System.Reflection;

namespace Instrumentation.Managed.Points;

/// <summary>
/// The assemblies that probes never reach, because the hooks themselves run in them. Mono.Cecil, with which the engine weaves, is not one of them: no hook
/// calls it, and the engine's threads are guarded while they do.
/// </summary>
internal static class OwnAssemblies
{
    private static readonly HashSet<Assembly> Own =
    [
        typeof(Probe).Assembly,
        typeof(OwnAssemblies).Assembly,
    ];

    /// <summary>Whether an assembly is one of them.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <returns>True when it is.</returns>
    public static bool Contains(Assembly assembly) => Own.Contains(assembly);
}
