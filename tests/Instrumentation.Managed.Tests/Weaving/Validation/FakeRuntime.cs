using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Profiler.Interop;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>
/// What weaving needs of the runtime, without a runtime that takes part: bodies come from a file, and tokens that are added to a module are only kept
/// here. It answers the same native calls as the profiler, so the code under test is the whole of it. One per thread.
/// </summary>
internal sealed unsafe class FakeRuntime
{
    private const int FirstAddedRow = 0x800000;
    private const int Slots = 64;

    [ThreadStatic]
    private static FakeRuntime? _current;

    private readonly RuntimeProfiler _profiler;
    private readonly ModuleTokens _tokens;
    private readonly Module _module;
    private readonly void*** _metadata;
    private byte[] _body = [];
    private int _added;

    private FakeRuntime(Module module)
    {
        _current = this;
        _module = module;

        // SAFETY: never freed; an interface is a pointer to a table of functions, and the functions below have the signatures of their slots.
        _metadata = (void***)NativeMemory.AllocZeroed((nuint)sizeof(void*));
        *_metadata = (void**)NativeMemory.AllocZeroed(Slots, (nuint)sizeof(void*));
        (*_metadata)[4] = (delegate* unmanaged<void*, void*, uint, char*, void*, void*, uint, uint, int*, int>)&DefineAssemblyRef;
        (*_metadata)[12] = (delegate* unmanaged<void*, int, char*, int*, int>)&DefineTypeRef;
        (*_metadata)[14] = (delegate* unmanaged<void*, int, char*, byte*, uint, int*, int>)&DefineMemberRef;
        (*_metadata)[23] = (delegate* unmanaged<void*, byte*, uint, int*, int>)&SignatureToken;
        (*_metadata)[26] = (delegate* unmanaged<void*, byte*, uint, int*, int>)&TypeToken;

        NativeProfiler native = (NativeProfiler)RuntimeHelpers.GetUninitializedObject(typeof(NativeProfiler));
        delegate* unmanaged<uint, uint, nint*, int> invoke = &Invoke;
        typeof(NativeProfiler).GetField("_invoke", BindingFlags.NonPublic | BindingFlags.Instance)!.SetValue(native, (nint)invoke);
        _profiler = (RuntimeProfiler)Activator.CreateInstance(
            typeof(RuntimeProfiler),
            BindingFlags.NonPublic | BindingFlags.Instance,
            binder: null,
            [native],
            culture: null)!;
        _tokens = new ModuleTokens(native, 1, module);
    }

    /// <summary>A runtime that has loaded one module.</summary>
    public static FakeRuntime For(Module module) => new(module);

    /// <summary>The image of a method.</summary>
    public MethodImage ImageOf(int token, byte[] body)
    {
        _body = GC.AllocateUninitializedArray<byte>(body.Length, pinned: true);
        body.CopyTo(_body, 0);
        return MethodImage.Read(_profiler, _module.ResolveMethod(token)!, new MethodKey(1, token), _tokens);
    }

    private int Add(int table) => (table << 24) | (FirstAddedRow + _added++);

    [UnmanagedCallersOnly]
    private static int Invoke(uint slot, uint count, nint* arguments)
    {
        if (slot == ProfilerInfo.GetModuleMetaData)
        {
            *(void**)arguments[3] = _current!._metadata;
            return 0;
        }

        if (slot == ProfilerInfo.GetILFunctionBody)
        {
            *(void**)arguments[2] = Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_current!._body));
            *(uint*)arguments[3] = (uint)_current._body.Length;
            return 0;
        }

        return -1;
    }

    [UnmanagedCallersOnly]
    private static int DefineAssemblyRef(void* self, void* key, uint keySize, char* name, void* data, void* hash, uint hashSize, uint flags, int* token)
    {
        *token = _current!.Add(0x23);
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int DefineTypeRef(void* self, int scope, char* name, int* token)
    {
        *token = _current!.Add(0x01);
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int DefineMemberRef(void* self, int parent, char* name, byte* blob, uint size, int* token)
    {
        *token = _current!.Add(0x0A);
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int SignatureToken(void* self, byte* blob, uint size, int* token)
    {
        *token = _current!.Add(0x11);
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int TypeToken(void* self, byte* blob, uint size, int* token)
    {
        *token = _current!.Add(0x1B);
        return 0;
    }
}
