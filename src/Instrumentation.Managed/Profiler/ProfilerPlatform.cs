using System.Runtime.InteropServices;

namespace Instrumentation.Managed.Profiler;

/// <summary>Where methods can be probed: which platforms the native profiler exists for, and on which of them it has been shown to work.</summary>
internal static class ProfilerPlatform
{
    /// <summary>The switch of <see cref="AppContext"/> that lets probes be tried where nothing shows that they work.</summary>
    public const string UnprovenSwitch = "Instrumentation.AllowUnprovenArchitecture";

    /// <summary>The runtime identifier of the native part that this process needs.</summary>
    public static string NativeRuntimeIdentifier => RuntimeIdentifierOf(RuntimeInformation.ProcessArchitecture);

    /// <summary>Why this process cannot be probed, as far as its platform goes.</summary>
    /// <returns>The reason with its mend, or null when the platform is one that probes work on, or may be tried on.</returns>
    public static BackendUnavailableException? Refusal() => Refusal(
        OperatingSystem.IsLinux(),
        RuntimeInformation.ProcessArchitecture,
        RuntimeInformation.RuntimeIdentifier,
        AppContext.TryGetSwitch(UnprovenSwitch, out bool on) && on);

    /// <summary>Why a process cannot be probed, as far as its platform goes.</summary>
    /// <param name="linux">Whether its system is Linux.</param>
    /// <param name="architecture">The process's architecture.</param>
    /// <param name="name">What the platform is called in messages.</param>
    /// <param name="unprovenAllowed">Whether <see cref="UnprovenSwitch"/> is on.</param>
    /// <returns>The reason with its mend, or null.</returns>
    public static BackendUnavailableException? Refusal(bool linux, Architecture architecture, string name, bool unprovenAllowed) => (linux, architecture) switch
    {
        (true, Architecture.X64) => null,
        (true, Architecture.Arm64) when unprovenAllowed => null,
        (true, Architecture.Arm64) => Unavailable(
            $"nothing shows yet that it works on {name}: on arm64 .NET programs have been probed on an emulated processor only, and a real one orders accesses to memory more freely.",
            $"Run on Linux on x64. To try it all the same, in a program that may come to harm, set the AppContext switch {UnprovenSwitch} to true before the first session."),
        _ => Unavailable($"it needs Linux on x64, this is {name}.", "Run there."),
    };

    /// <summary>The runtime identifier of the native part for an architecture.</summary>
    /// <param name="architecture">The architecture.</param>
    /// <returns>The name of its folder in the package.</returns>
    public static string RuntimeIdentifierOf(Architecture architecture) => architecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    private static BackendUnavailableException Unavailable(string why, string mend) =>
        new(ManagedBackend.BackendName, BackendUnavailableReason.PlatformNotSupported, why, mend);
}
