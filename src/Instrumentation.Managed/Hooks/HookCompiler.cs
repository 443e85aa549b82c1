using System.Collections.Concurrent;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Managed.Hooks;

/// <summary>
/// Compiles hooks to machine code, once per <see cref="HookRequest"/>. A dynamic method is used because it reaches private members, takes exact types
/// of any load context (a dynamic assembly names them, and names are ambiguous), and is compiled with full optimization at once.
/// </summary>
internal static class HookCompiler
{
    private static readonly ConcurrentDictionary<HookRequest, Lazy<nint>> Compiled = new();
    private static readonly ConcurrentBag<object> Alive = [];

    /// <summary>The machine code of a hook.</summary>
    /// <param name="request">The hook.</param>
    /// <returns>A pointer to a managed static function with the signature of <see cref="HookSignature"/>; valid for the process's life.</returns>
    public static nint Compile(HookRequest request) => Compiled.GetOrAdd(request, static key => new Lazy<nint>(() => Build(key))).Value;

    /// <summary>The number of hooks that are compiled.</summary>
    public static int Count => Compiled.Count;

    /// <summary>Finishes a dynamic method.</summary>
    /// <param name="method">The method.</param>
    /// <returns>Its machine code.</returns>
    internal static nint Finish(DynamicMethod method)
    {
        Alive.Add(method);
        RuntimeMethodHandle handle = Descriptor(method);
        RuntimeHelpers.PrepareMethod(handle);
        return handle.GetFunctionPointer();
    }

    private static unsafe nint Build(HookRequest request)
    {
        if (request.Kind == HookKind.Keep)
        {
            HookRequest end = request with { Kind = HookKind.End };
            return EnumerationBodies.BuildKeep(end, Compile(end));
        }

        HookSignature signature = new(request);
        DynamicMethod method = new($"Hook{request.Kind}", signature.ReturnType, signature.Types, typeof(HookCompiler).Module, skipVisibility: true);

        // The end hook names the code that resumes it, and that code names the end hook: the first finds the second through a cell.
        nint* resumeCell = request.Kind == HookKind.End && request.Task.Kind != TaskKind.None ? (nint*)NativeMemory.AllocZeroed((nuint)sizeof(nint)) : null;
        List<object> alive = [];
        new HookBody(request, signature, method.GetILGenerator(), alive, (nint)resumeCell).Emit();
        alive.ForEach(Alive.Add);
        nint pointer = Finish(method);
        if (resumeCell != null)
        {
            // SAFETY: the cell was just allocated and is never freed.
            *resumeCell = ResumeBody.Build(request, signature, pointer);
        }

        return pointer;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "GetMethodDescriptor")]
    private static extern RuntimeMethodHandle Descriptor(DynamicMethod method);
}
