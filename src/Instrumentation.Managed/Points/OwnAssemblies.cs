using System.Reflection;

namespace Instrumentation.Managed.Points;

/// <summary>The assemblies that probes never reach, because the hooks themselves run in them.</summary>
internal static class OwnAssemblies
{
    private static readonly HashSet<Assembly> Own =
    [
        typeof(Probe).Assembly,
        typeof(OwnAssemblies).Assembly,
        typeof(Mono.Cecil.Cil.OpCode).Assembly,
    ];

    /// <summary>Whether an assembly is one of them.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <returns>True when it is.</returns>
    public static bool Contains(Assembly assembly) => Own.Contains(assembly);
}
