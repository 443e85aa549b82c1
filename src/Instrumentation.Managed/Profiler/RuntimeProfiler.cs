using System.Runtime;
using System.Runtime.CompilerServices;
using Instrumentation.Events;
using Instrumentation.Managed.Profiler.Interop;
using Microsoft.Diagnostics.NETCore.Client;

namespace Instrumentation.Managed.Profiler;

/// <summary>
/// The profiling API of this process: attached once, by the process to itself, and then there for its life (the runtime cannot detach a profiler that
/// has rewritten code). Attached and idle it costs the program nothing.
/// </summary>
internal sealed unsafe class RuntimeProfiler
{
    private static readonly Guid ClassId = new("6f6c2b1e-3a70-4d0b-9a53-6f0e2c5b7d41");
    private static readonly TimeSpan AttachTimeout = TimeSpan.FromSeconds(10);
    private static readonly Lock Gate = new();
    private static RuntimeProfiler? _attached;
    private static NativeProfiler? _native;

    private RuntimeProfiler(NativeProfiler native) => Native = native;

    /// <summary>The native side.</summary>
    public NativeProfiler Native { get; }

    /// <summary>Attaches, or gives what is attached already.</summary>
    /// <returns>The profiler.</returns>
    /// <exception cref="BackendUnavailableException">This process cannot be profiled; says why and the mend.</exception>
    public static RuntimeProfiler Attach()
    {
        lock (Gate)
        {
            if (_attached is null)
            {
                RequireDynamicCode();
                NativeProfiler native = LoadNative();
                if (native.Status().Initialized == 0)
                {
                    AttachSelf(native);
                }

                _attached = new RuntimeProfiler(native);
            }

            return _attached;
        }
    }

    /// <summary>Loads the native library, without attaching it, so that threads are known by the operating system's ids from the start.</summary>
    public static void PrepareThreadIds()
    {
        try
        {
            lock (Gate)
            {
                _ = LoadNative();
            }
        }
        catch (BackendUnavailableException)
        {
            // The attach will say so; until then threads go by their managed ids.
        }
    }

    /// <summary>The module and token of a method.</summary>
    /// <param name="method">The runtime's handle; for generic methods of the definition.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ProfilerCallException">The runtime refused.</exception>
    public MethodKey KeyOf(RuntimeMethodHandle method)
    {
        nint type;
        nint module;
        int token;

        // SAFETY: the call is synchronous; the pointers are to this frame.
        ProfilerCallException.Check(
            Native.Invoke(ProfilerInfo.GetFunctionInfo, method.Value, (nint)(&type), (nint)(&module), (nint)(&token)),
            "GetFunctionInfo");
        return new MethodKey(module, token);
    }

    /// <summary>A method's original body, header first.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The bytes, owned by the runtime for the module's life.</returns>
    /// <exception cref="ProfilerCallException">The method has no IL, or the runtime refused.</exception>
    public ReadOnlySpan<byte> OriginalBody(MethodKey method)
    {
        byte* start;
        uint size;

        // SAFETY: the call is synchronous; the body lies in the loaded image, which is not unloaded (collectible modules are refused before).
        ProfilerCallException.Check(
            Native.Invoke(ProfilerInfo.GetILFunctionBody, method.Module, method.Token, (nint)(&start), (nint)(&size)),
            "GetILFunctionBody");
        return new ReadOnlySpan<byte>(start, (int)size);
    }

    /// <summary>Asks the runtime to compile the stored bodies for all new calls, in one batch.</summary>
    /// <param name="methods">The methods.</param>
    /// <exception cref="ProfilerCallException">The runtime refused the batch.</exception>
    public void RequestReJit(IReadOnlyList<MethodKey> methods)
    {
        nint[] modules = [.. methods.Select(method => method.Module)];
        int[] tokens = [.. methods.Select(method => method.Token)];
        fixed (nint* firstModule = modules)
        fixed (int* firstToken = tokens)
        {
            // SAFETY: the call is synchronous; the arrays are pinned and of the given length.
            ProfilerCallException.Check(
                Native.Invoke(
                    ProfilerInfo.RequestReJITWithInliners,
                    ProfilerInfo.BlockInlining | ProfilerInfo.InliningCallbacks,
                    methods.Count,
                    (nint)firstModule,
                    (nint)firstToken),
                "RequestReJITWithInliners");
        }
    }

    /// <summary>Asks the runtime to use the original bodies for all new calls, in one batch.</summary>
    /// <param name="methods">The methods.</param>
    /// <returns>The HRESULT of each method.</returns>
    /// <exception cref="ProfilerCallException">The runtime refused the batch.</exception>
    public IReadOnlyList<int> RequestRevert(IReadOnlyList<MethodKey> methods)
    {
        nint[] modules = [.. methods.Select(method => method.Module)];
        int[] tokens = [.. methods.Select(method => method.Token)];
        int[] results = new int[methods.Count];
        fixed (nint* firstModule = modules)
        fixed (int* firstToken = tokens)
        fixed (int* firstResult = results)
        {
            // SAFETY: the call is synchronous; the arrays are pinned and of the given length.
            ProfilerCallException.Check(
                Native.Invoke(ProfilerInfo.RequestRevert, methods.Count, (nint)firstModule, (nint)firstToken, (nint)firstResult),
                "RequestRevert");
        }

        return results;
    }

    /// <summary>The method whose machine code holds an address.</summary>
    /// <param name="address">The address.</param>
    /// <returns>The method, or null when the address is not in managed code.</returns>
    public MethodKey? MethodAt(ulong address)
    {
        nint function;
        nint version;

        // SAFETY: the call is synchronous; the pointers are to this frame.
        if (Native.Invoke(ProfilerInfo.GetFunctionFromIP2, (nint)address, (nint)(&function), (nint)(&version)) < 0 || function == 0)
        {
            return null;
        }

        nint type;
        nint module;
        int token;
        return Native.Invoke(ProfilerInfo.GetFunctionInfo, function, (nint)(&type), (nint)(&module), (nint)(&token)) < 0
            ? null
            : new MethodKey(module, token);
    }

    // A runtime that was compiled ahead of time has compiled no method. PublishAot switches dynamic code off for the builds that do not compile ahead of time, too.
    private static void RequireDynamicCode()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            (string why, string mend) = JitInfo.GetCompiledMethodCount() == 0
                ? ("this process has no JIT compiler: it was compiled ahead of time.", "Publish the program without PublishAot.")
                : ("dynamic code is switched off in this process, and hooks are compiled at run time.", "Build the program with <DynamicCodeSupport>true</DynamicCodeSupport>, or without PublishAot.");
            throw Unavailable(BackendUnavailableReason.NoDynamicCode, why, $"{mend} Probes on the kernel and on native functions work as it is.", null);
        }
    }

    private static NativeProfiler LoadNative()
    {
        if (ProfilerPlatform.Refusal() is { } refusal)
        {
            throw refusal;
        }

        _native ??= NativeProfiler.Load(NativeLibraryFile.Find());
        ThreadStates.ThreadIdSource = _native.ThreadId;
        return _native;
    }

    private static void AttachSelf(NativeProfiler native)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        try
        {
            new DiagnosticsClient(Environment.ProcessId).AttachProfiler(AttachTimeout, ClassId, native.Path);
        }
        catch (ProfilerAlreadyActiveException error)
        {
            throw Unavailable(
                BackendUnavailableReason.ProfilerSlotTaken,
                "another profiler is loaded, and the runtime has room for one.",
                "Start the process without the other profiler (unset CORECLR_ENABLE_PROFILING, or stop the agent).",
                error);
        }
        catch (ServerNotAvailableException error)
        {
            throw Unavailable(
                BackendUnavailableReason.DiagnosticsDisabled,
                "the runtime's diagnostic port does not answer.",
                "Start the process without DOTNET_EnableDiagnostics=0 and DOTNET_EnableDiagnostics_IPC=0, and with a writable temporary directory.",
                error);
        }
        catch (Exception error) when (error is DiagnosticsClientException or TimeoutException or IOException)
        {
            throw Unavailable(BackendUnavailableReason.RuntimeRefused, $"the runtime refused the attach: {error.Message}.", "See the inner exception.", error);
        }

        NativeStatus status = native.Status();
        if (status.Initialized == 0)
        {
            throw Unavailable(
                BackendUnavailableReason.RuntimeRefused,
                $"the profiler was attached but not initialized: {HResults.Describe(status.InitResult)}.",
                "Use a .NET 10 runtime.",
                null);
        }
    }

    private static BackendUnavailableException Unavailable(BackendUnavailableReason reason, string why, string mend, Exception? inner) =>
        new(ManagedBackend.BackendName, reason, why, mend, inner);
}
