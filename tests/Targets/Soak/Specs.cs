using Instrumentation;

namespace Soak;

/// <summary>The probes that come and go: of each place, in several ways to look at it.</summary>
internal static class Specs
{
    /// <summary>A probe on a place, in a way that chance decides.</summary>
    /// <param name="place">The place.</param>
    /// <param name="random">Chance.</param>
    /// <returns>Attaches it.</returns>
    public static Func<InstrumentationSession, Task<ProbeHandle>> Any(int place, Random random)
    {
        ProbeSpec spec = Of(place);
        return place < Work.Methods ? Managed(spec, random.Next(9)) : Kernel(spec, place, random.Next(5));
    }

    /// <summary>Stacks of this process, sampled; where they are is for the kernel to say.</summary>
    public static AggregateSpec<StackProfile> Profile() => Probe.Sample(199).ThisProcess().Stacks(1024);

    /// <summary>Times of this process's threads off their processors, by the span that they were in.</summary>
    public static AggregateSpec<CountTable<long>> Waits() => Probe.OffCpu().ThisProcess().CountBy(c => c.Span);

    private static ProbeSpec Of(int place) => place switch
    {
        0 => Probe.Method(() => Work.Plain(0)),
        1 => Probe.Method(() => Work.Text(0, "")),
        2 => Probe.Method((Work.Item item) => item.Instance(0)),
        3 => Probe.Method(() => Work.Generic<string>(0)),
        4 => Probe.Method(() => Work.Throwing(0)),
        5 => Probe.Method(() => Work.Async(0)),
        6 => Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == Work.NoDescriptor),
        _ => Probe.Function("libc.so.6", "a64l").ThisProcess(),
    };

    private static Func<InstrumentationSession, Task<ProbeHandle>> Managed(ProbeSpec spec, int way) => way switch
    {
        0 => async session => await session.AttachAsync(spec.Count()),
        1 => async session => await session.AttachAsync(spec),
        2 => async session => await session.AttachAsync(spec.OnEntry().Capture(c => new { Number = c.Arg<int>(0), c.ThreadId })),
        3 => async session => await session.AttachAsync(spec.Histogram(c => c.Duration)),
        4 => async session => await session.AttachAsync(spec.OnEntry().CountBy(c => c.Arg<int>(0) % 16)),
        5 => async session => await session.AttachAsync(spec.OnEntry().When(c => c.Arg<int>(0) % 3 == 0).Capture(c => c.Arg<int>(0))),
        6 => async session => await session.AttachAsync(spec.AsSpan()),
        7 => async session => await session.AttachAsync(spec.Breakdown()),
        _ => async session => await session.AttachAsync(spec.OnEntry().Sample(5)),
    };

    private static Func<InstrumentationSession, Task<ProbeHandle>> Kernel(ProbeSpec spec, int place, int way) => (way, place) switch
    {
        (0, _) => async session => await session.AttachAsync(spec.OnEntry().Count()),
        (1, _) => async session => await session.AttachAsync(spec.OnEntry()),
        (2, 6) => async session => await session.AttachAsync(spec.Capture(c => c.Arg<long>("offset"))),
        (3, 6) => async session => await session.AttachAsync(spec.CountBy(c => c.Arg<long>("offset") % 16)),
        (4, _) => async session => await session.AttachAsync(spec.OnEntry().CountBy(c => c.ThreadId)),
        _ => async session => await session.AttachAsync(spec.OnEntry().Capture(c => c.ThreadId)),
    };
}
