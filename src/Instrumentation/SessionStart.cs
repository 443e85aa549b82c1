using Instrumentation.Backends;
using Instrumentation.Ebpf.Backend;
using Instrumentation.Managed;

namespace Instrumentation;

/// <summary>Starts sessions with every backend of this package.</summary>
public static class SessionStart
{
    /// <summary>What the package adds to sessions.</summary>
    extension(InstrumentationSession)
    {
        /// <summary>
        /// Starts a session in this process. Nothing of the program is touched until a probe is attached; the first attach loads the profiler, which takes some
        /// 40 ms.
        /// </summary>
        /// <param name="options">What the session may use; null for the defaults.</param>
        /// <param name="cancellationToken">Ends the start.</param>
        /// <returns>The session; dispose it to detach everything.</returns>
        /// <exception cref="SpecException">An option is out of its range.</exception>
        public static Task<InstrumentationSession> StartAsync(InstrumentationOptions? options = null, CancellationToken cancellationToken = default)
        {
            IReadOnlyList<IProbeBackend> backends = [new ManagedBackend(), new EbpfBackend()];
            return InstrumentationSession.StartAsync(backends, options, cancellationToken);
        }
    }
}
