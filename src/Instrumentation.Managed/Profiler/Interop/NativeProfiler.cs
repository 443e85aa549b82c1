using System.Runtime.InteropServices;

namespace Instrumentation.Managed.Profiler.Interop;

/// <summary>The exports of the native profiler (native/profiler/profiler.h), bound once when the library is loaded.</summary>
internal sealed unsafe class NativeProfiler
{
    /// <summary>The ABI version that this code was written for.</summary>
    public const uint AbiVersion = 3;

    private readonly delegate* unmanaged<NativeStatus*, int> _status;
    private readonly delegate* unmanaged<uint, uint, nint*, int> _invoke;
    private readonly delegate* unmanaged<nint, uint, byte*, uint, uint*, uint, uint, int> _setBody;
    private readonly delegate* unmanaged<nint, uint, uint*, int> _bodyServed;
    private readonly delegate* unmanaged<NativeError*, uint, uint> _takeErrors;
    private readonly delegate* unmanaged<NativeWalk*, NativeFrame*, int> _walkStacks;
    private readonly delegate* unmanaged<NativeFrame*, uint, int> _frameVersions;
    private readonly delegate* unmanaged<nint*, int*, uint, ulong, int> _holdInlining;
    private readonly delegate* unmanaged<int> _threadId;
    private readonly delegate* unmanaged<uint*, uint, uint> _abi;
    private readonly delegate* unmanaged<void*, uint, uint, int> _watchContention;
    private readonly delegate* unmanaged[SuppressGCTransition]<NativeContention*, void> _lastContention;

    private NativeProfiler(string path)
    {
        nint library = NativeLibrary.Load(path);

        // SAFETY: the signatures are those of profiler.h; a test compares the structs' layouts through instr_abi. The library is never unloaded.
        _status = (delegate* unmanaged<NativeStatus*, int>)NativeLibrary.GetExport(library, "instr_status");
        _invoke = (delegate* unmanaged<uint, uint, nint*, int>)NativeLibrary.GetExport(library, "instr_invoke");
        _setBody = (delegate* unmanaged<nint, uint, byte*, uint, uint*, uint, uint, int>)NativeLibrary.GetExport(library, "instr_set_body");
        _bodyServed = (delegate* unmanaged<nint, uint, uint*, int>)NativeLibrary.GetExport(library, "instr_body_served");
        _takeErrors = (delegate* unmanaged<NativeError*, uint, uint>)NativeLibrary.GetExport(library, "instr_take_errors");
        _walkStacks = (delegate* unmanaged<NativeWalk*, NativeFrame*, int>)NativeLibrary.GetExport(library, "instr_walk_stacks");
        _frameVersions = (delegate* unmanaged<NativeFrame*, uint, int>)NativeLibrary.GetExport(library, "instr_frame_versions");
        _holdInlining = (delegate* unmanaged<nint*, int*, uint, ulong, int>)NativeLibrary.GetExport(library, "instr_hold_inlining");
        _threadId = (delegate* unmanaged<int>)NativeLibrary.GetExport(library, "instr_gettid");
        _abi = (delegate* unmanaged<uint*, uint, uint>)NativeLibrary.GetExport(library, "instr_abi");
        _watchContention = (delegate* unmanaged<void*, uint, uint, int>)NativeLibrary.GetExport(library, "instr_watch_contention");
        _lastContention = (delegate* unmanaged[SuppressGCTransition]<NativeContention*, void>)NativeLibrary.GetExport(library, "instr_last_contention");
        CallerWalk = (delegate* unmanaged[SuppressGCTransition]<nint, nint>)NativeLibrary.GetExport(library, "instr_caller");
        Clock = (delegate* unmanaged[SuppressGCTransition]<long>)NativeLibrary.GetExport(library, "instr_now");
        Path = path;
    }

    /// <summary>Where the library was loaded from.</summary>
    public string Path { get; }

    /// <summary>instr_caller: never blocks, so it is called without leaving managed code.</summary>
    public delegate* unmanaged[SuppressGCTransition]<nint, nint> CallerWalk { get; }

    /// <summary>instr_now: never blocks, so it is called without leaving managed code.</summary>
    public delegate* unmanaged[SuppressGCTransition]<long> Clock { get; }

    /// <summary>Loads the library.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <returns>Its exports.</returns>
    /// <exception cref="BackendUnavailableException">It cannot be loaded, or is of another version.</exception>
    public static NativeProfiler Load(string path)
    {
        try
        {
            NativeProfiler profiler = new(path);
            uint version = profiler.Status().AbiVersion;
            return version == AbiVersion
                ? profiler
                : throw Unusable(path, $"speaks version {version} of the interface, this library {AbiVersion}", null);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw Unusable(path, "cannot be loaded", error);
        }
    }

    /// <summary>The profiler's state and counters.</summary>
    /// <returns>The status.</returns>
    public NativeStatus Status()
    {
        NativeStatus status = new() { Size = (uint)sizeof(NativeStatus) };

        // SAFETY: the native side fills in no more than Size bytes.
        _ = _status(&status);
        return status;
    }

    /// <summary>Calls a method of the runtime's ICorProfilerInfo10 on the profiler's worker thread and waits for it.</summary>
    /// <param name="slot">The method's place in the virtual table.</param>
    /// <param name="arguments">Its arguments, at most 8, without the interface.</param>
    /// <returns>Its HRESULT.</returns>
    public int Invoke(int slot, params ReadOnlySpan<nint> arguments)
    {
        fixed (nint* start = arguments)
        {
            // SAFETY: the native side copies the arguments; what they point to lives in the caller's frame until this returns.
            return _invoke((uint)slot, (uint)arguments.Length, start);
        }
    }

    /// <summary>Stores the body that the runtime gets when it next asks for the method's.</summary>
    /// <param name="method">The method.</param>
    /// <param name="body">The body, header first.</param>
    /// <param name="map">Pairs of original and woven offsets.</param>
    /// <returns>An HRESULT.</returns>
    public int SetBody(MethodKey method, ReadOnlySpan<byte> body, ReadOnlySpan<uint> map)
    {
        fixed (byte* il = body)
        fixed (uint* pairs = map)
        {
            // SAFETY: the native side copies both.
            return _setBody(method.Module, (uint)method.Token, il, (uint)body.Length, pairs, (uint)map.Length / 2, 0);
        }
    }

    /// <summary>Forgets a stored body.</summary>
    /// <param name="method">The method.</param>
    public void RemoveBody(MethodKey method) => _ = _setBody(method.Module, (uint)method.Token, null, 0, null, 0, 0);

    /// <summary>How often the runtime took the stored body.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The times; 0 when none is stored.</returns>
    public int BodyServed(MethodKey method)
    {
        uint served;

        // SAFETY: a plain out parameter.
        _ = _bodyServed(method.Module, (uint)method.Token, &served);
        return (int)served;
    }

    /// <summary>Keeps the runtime from inlining methods anew until the next call, and waits for what other threads were compiling.</summary>
    /// <param name="methods">The methods; none to end it.</param>
    /// <param name="limit">The longest wait.</param>
    /// <returns>False when something was still being compiled then.</returns>
    public bool HoldInlining(IReadOnlyList<MethodKey> methods, TimeSpan limit)
    {
        nint[] modules = [.. methods.Select(static method => method.Module)];
        int[] tokens = [.. methods.Select(static method => method.Token)];
        fixed (nint* firstModule = modules)
        fixed (int* firstToken = tokens)
        {
            // SAFETY: the native side copies both arrays, which are of the given length.
            return _holdInlining(firstModule, firstToken, (uint)modules.Length, (ulong)limit.TotalNanoseconds) == 0;
        }
    }

    /// <summary>Takes the errors that the runtime reported since the last call.</summary>
    /// <returns>The errors, oldest first.</returns>
    public IReadOnlyList<NativeError> TakeErrors()
    {
        List<NativeError> errors = [];
        NativeError* batch = stackalloc NativeError[64];
        uint count;
        do
        {
            // SAFETY: the native side writes at most 64 entries.
            count = _takeErrors(batch, 64);
            errors.AddRange(new ReadOnlySpan<NativeError>(batch, (int)count));
        }
        while (count == 64);
        return errors;
    }

    /// <summary>Stops all threads, notes which managed code they are in, and lets them go on.</summary>
    /// <param name="walk">In: the limit of the pause; out: what came of it.</param>
    /// <param name="frames">Takes the frames, scattered: an entry without function is free. The length is a power of two.</param>
    /// <returns>An HRESULT.</returns>
    public int WalkStacks(ref NativeWalk walk, Span<NativeFrame> frames)
    {
        walk.Capacity = (uint)frames.Length;
        fixed (NativeWalk* about = &walk)
        fixed (NativeFrame* start = frames)
        {
            // SAFETY: the call is synchronous; the native side writes no more than Capacity entries.
            return _walkStacks(about, start);
        }
    }

    /// <summary>Fills in the versions of frames.</summary>
    /// <param name="frames">Frames of methods that cannot be unloaded.</param>
    /// <returns>An HRESULT.</returns>
    public int FindVersions(Span<NativeFrame> frames)
    {
        fixed (NativeFrame* start = frames)
        {
            // SAFETY: the call is synchronous; the native side reads and writes these entries only.
            return _frameVersions(start, (uint)frames.Length);
        }
    }

    /// <summary>The operating system's id of the current thread.</summary>
    /// <returns>The id.</returns>
    public int ThreadId() => _threadId();

    /// <summary>Has the runtime tell each thread's waits for monitors and locks.</summary>
    /// <param name="contexts">The address of the table that says which span each thread works for.</param>
    /// <param name="capacity">Its places, a power of two.</param>
    /// <param name="places">How many of them, from the one that its id gives, a thread can have.</param>
    /// <returns>An HRESULT.</returns>
    public int WatchContention(nint contexts, int capacity, int places) => _watchContention((void*)contexts, (uint)capacity, (uint)places);

    /// <summary>Has the runtime tell no more of waits.</summary>
    /// <returns>An HRESULT: S_FALSE when it did not.</returns>
    public int EndContention() => _watchContention(null, 0, 0);

    /// <summary>The current thread's last wait that the runtime has told.</summary>
    /// <param name="contention">Takes it.</param>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public void LastContention(NativeContention* contention) => _lastContention(contention);

    /// <summary>The layout of the shared structs, for a test.</summary>
    /// <returns>The numbers in the order of profiler.h.</returns>
    public uint[] Abi()
    {
        uint[] numbers = new uint[_abi(null, 0)];
        fixed (uint* start = numbers)
        {
            // SAFETY: the native side writes at most as many as fit.
            _ = _abi(start, (uint)numbers.Length);
        }

        return numbers;
    }

    private static BackendUnavailableException Unusable(string path, string why, Exception? inner) => new(
        ManagedBackend.BackendName,
        BackendUnavailableReason.NativeLibraryMissing,
        $"its native library {path} {why}.",
        $"Use the library of this package's version, built for {ProfilerPlatform.NativeRuntimeIdentifier} with glibc.",
        inner);
}
