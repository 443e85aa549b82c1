using Instrumentation.Backends;

namespace Instrumentation.Core.Tests.Extending;

/// <summary>Sessions with backends of users alone.</summary>
internal static class PulseSession
{
    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static ProbeSpec Spec(string point = "a") => new(new PulsePoint(point));

    public static Task<InstrumentationSession> StartAsync(params ProbeBackend[] backends) =>
        InstrumentationSession.StartBareAsync(new InstrumentationOptions { Backends = backends }, Cancelled);
}
