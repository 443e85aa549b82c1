namespace Instrumentation;

/// <summary>Why a backend cannot work in this process.</summary>
public enum BackendUnavailableReason
{
    /// <summary>Another profiler holds the runtime's only profiler slot.</summary>
    ProfilerSlotTaken,

    /// <summary>The runtime's diagnostics are switched off (DOTNET_EnableDiagnostics and its kin).</summary>
    DiagnosticsDisabled,

    /// <summary>The backend's native library is missing or cannot be loaded.</summary>
    NativeLibraryMissing,

    /// <summary>The operating system, processor or runtime is not supported.</summary>
    PlatformNotSupported,

    /// <summary>No backend in this session handles this kind of probe.</summary>
    NoBackend,

    /// <summary>The runtime refused for another reason, which the message and inner exception carry.</summary>
    RuntimeRefused,

    /// <summary>The process cannot compile code while it runs: it was compiled ahead of time, or dynamic code is switched off.</summary>
    NoDynamicCode,
}

/// <summary>A backend cannot work in this process; says why and what would let it.</summary>
public sealed class BackendUnavailableException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="backend">The backend's name.</param>
    /// <param name="reason">The kind of cause.</param>
    /// <param name="why">The cause in words.</param>
    /// <param name="mend">What would let it work.</param>
    /// <param name="inner">The failure underneath, when there is one.</param>
    public BackendUnavailableException(string backend, BackendUnavailableReason reason, string why, string mend, Exception? inner = null)
        : base($"The {backend} backend is not available in this process", why, mend, inner)
    {
        Backend = backend;
        Reason = reason;
    }

    /// <summary>The backend's name.</summary>
    public string Backend { get; }

    /// <summary>The kind of cause.</summary>
    public BackendUnavailableReason Reason { get; }
}
