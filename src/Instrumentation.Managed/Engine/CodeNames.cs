using System.Collections.Concurrent;
using System.Reflection;
using Instrumentation.Events;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Profiler;

namespace Instrumentation.Managed.Engine;

/// <summary>Names the methods that hold code addresses. An address keeps its name: code is not freed while its module is loaded.</summary>
internal sealed class CodeNames(RuntimeProfiler profiler)
{
    private readonly ConcurrentDictionary<ulong, string?> _names = new();
    private readonly ConcurrentDictionary<nint, Module?> _modules = new();

    /// <summary>The method that holds an address.</summary>
    /// <param name="address">The address.</param>
    /// <returns>The method's name, or null when the address is not in managed code.</returns>
    public string? NameOf(ulong address) => _names.GetOrAdd(address, Find);

    private string? Find(ulong address)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        if (profiler.MethodAt(address) is not { } key || _modules.GetOrAdd(key.Module, FindModule) is not { } module)
        {
            return null;
        }

        try
        {
            return module.ResolveMethod(key.Token) is { } method ? MethodName.Of(method) : null;
        }
        catch (ArgumentException)
        {
            // A token of another kind: code that the runtime made, such as a stub.
            return null;
        }
    }

    private Module? FindModule(nint id)
    {
        foreach (Module module in AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic).Select(assembly => assembly.ManifestModule))
        {
            MethodBase? any = module.GetMethods().FirstOrDefault<MethodBase>() ?? FirstMethod(module);
            if (any is not null && profiler.KeyOf(any.MethodHandle).Module == id)
            {
                return module;
            }
        }

        return null;
    }

    private static MethodBase? FirstMethod(Module module)
    {
        try
        {
            return module.GetTypes().Where(type => !type.ContainsGenericParameters).SelectMany(MethodResolver.DeclaredMethods).FirstOrDefault();
        }
        catch (Exception error) when (error is ReflectionTypeLoadException or IOException or BadImageFormatException or TypeLoadException)
        {
            return null;
        }
    }
}
