using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Engine;

/// <summary>Tells, without touching anything, why a method cannot be woven.</summary>
internal static class Probeability
{
    /// <summary>Why a method cannot be observed.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The gap, or null when it can be woven.</returns>
    public static CoverageGap? Check(MethodBase method)
    {
        string place = MethodName.WithParameters(method);
        Assembly assembly = method.Module.Assembly;
        if (OwnAssemblies.Contains(assembly))
        {
            return new CoverageGap(place, "it belongs to this library, whose hooks run in it", string.Empty);
        }

        if (assembly.IsDynamic || method.DeclaringType is null && method.Module.Assembly.IsDynamic)
        {
            return new CoverageGap(place, "it was made by Reflection.Emit, which the runtime cannot recompile", string.Empty);
        }

        if (assembly.IsCollectible)
        {
            return new CoverageGap(
                place,
                "its load context is collectible: the runtime accepts the request and then ignores it",
                "Load the assembly into a load context that is not collectible.");
        }

        if (method.IsAbstract)
        {
            return new CoverageGap(place, "it is abstract and has no code", "Probe the methods that implement it, for example with Probe.Methods(\"*::" + method.Name + "\").");
        }

        MethodImplAttributes implementation = method.GetMethodImplementationFlags();
        if ((implementation & (MethodImplAttributes.InternalCall | MethodImplAttributes.Runtime | MethodImplAttributes.Native)) != 0
            || (method.Attributes & MethodAttributes.PinvokeImpl) != 0)
        {
            return new CoverageGap(place, "it has no IL: the runtime or a native library implements it", "Probe a managed method that calls it.");
        }

        if (IsOpenToEdits(assembly))
        {
            return new CoverageGap(
                place,
                "its module is open to Edit and Continue, and the runtime does not recompile such",
                "Start the process without DOTNET_MODIFIABLE_ASSEMBLIES=debug (hot reload, dotnet watch), or compile the assembly with optimization.");
        }

        return Intrinsics.KindOf(method) switch
        {
            IntrinsicKind.Always => new CoverageGap(place, "it is an intrinsic: the JIT always replaces calls of it by instructions", "Probe a method that calls it."),
            IntrinsicKind.WhenOptimizing => new CoverageGap(place, "it is an intrinsic: the JIT may replace calls of it by instructions", "Probe a method that calls it.", Blind: false),
            _ => null,
        };
    }

    // What the runtime goes by: the process allows it (MetadataUpdater.IsSupported), and the assembly was compiled for debugging.
    private static bool IsOpenToEdits(Assembly assembly) =>
        MetadataUpdater.IsSupported && assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true };
}
