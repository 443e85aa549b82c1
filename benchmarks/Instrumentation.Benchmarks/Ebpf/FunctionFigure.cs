using Instrumentation.Benchmarks.Interop;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>
/// What a probe on a function of a native library adds to a call, over what a bpftrace script of the same meaning adds. Each probes a function of its own;
/// the two are alike, and a third, which is not probed, gives the cost of the call itself. Compared is the time on a processor.
/// </summary>
internal abstract class FunctionFigure : KernelFigure
{
    /// <summary>An argument that none of the calls has that are measured.</summary>
    protected const long Never = 1L << 40;

    private const int Rounds = 201;
    private const int Calls = 2_000;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs => [CapabilityNames.SystemCall, CapabilityNames.ProgramKprobe, CapabilityNames.UprobeMulti, CapabilityNames.RightAdministration];

    /// <summary>What follows the process filter in bpftrace's script.</summary>
    protected abstract string Predicate { get; }

    /// <summary>Attaches our probe.</summary>
    /// <param name="session">The session.</param>
    /// <param name="function">The function, in this process.</param>
    /// <returns>Gives the calls that it has counted.</returns>
    protected abstract Task<Func<long>> AttachAsync(InstrumentationSession session, ProbeSpec function);

    /// <summary>What both have to have counted in the end.</summary>
    /// <param name="calls">The calls that were measured; one with <see cref="Never"/> follows them.</param>
    /// <returns>The count.</returns>
    protected abstract long Expected(long calls);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Reading>> MeasureAsync()
    {
        using NativeCode code = new();
        using NativeTargets targets = new(code.BuildLibrary("targets"));
        string mine = $"/pid == {Environment.ProcessId}{Predicate}/";
        string script = $"uprobe:{targets.Path}:probed_by_peer {mine} {{ @ = count(); }} uprobe:{targets.Path}:peer_is_ready {{ printf(\"ready\\n\"); }}";
        using BpftraceProcess peer = new(script, keep: true);
        peer.WaitFor(() => peer.Text.Contains("ready"), () => targets.CallOnce("peer_is_ready", 0));

        // Its probes are attached one after the other, in an order that is its own.
        await Task.Delay(200).ConfigureAwait(false);
        await using InstrumentationSession session = await InstrumentationSession.StartAsync().ConfigureAwait(false);
        Func<long> counted = await AttachAsync(session, Probe.Function(targets.Path, "probed_by_us").ThisProcess()).ConfigureAwait(false);
        Reading reading = Measure(targets);

        targets.CallOnce("probed_by_us", Never);
        targets.CallOnce("probed_by_peer", Never);
        long expected = Expected((long)(Rounds + 1) * Calls);
        string other = peer.End().Last(static line => line.StartsWith("@: ", StringComparison.Ordinal));
        return counted() == expected && other == $"@: {expected}"
            ? [reading]
            : throw new InvalidOperationException($"{Names[0]}: {expected} calls count; ours has {counted()}, bpftrace {other}.");
    }

    private Reading Measure(NativeTargets targets)
    {
        string[] names = ["probed_by_us", "not_probed", "probed_by_peer"];
        double[] ratios = new double[Rounds];
        double[] ours = new double[Rounds];
        double[] others = new double[Rounds];
        for (int round = -1; round < Rounds; round++)
        {
            double[] times = new double[3];
            for (int i = 0; i < 3; i++)
            {
                int which = round % 2 == 0 ? i : 2 - i;
                times[which] = targets.Call(names[which], Calls) / (double)Calls;
            }

            if (round >= 0)
            {
                (ours[round], others[round]) = (times[0] - times[1], times[2] - times[1]);
                ratios[round] = ours[round] / others[round];
            }
        }

        Array.Sort(ratios);
        return new Reading(
            Names[0],
            ratios[Rounds / 2],
            1.05,
            AtLeast: false,
            $"ours adds {Median(ours):F0} ns to a call, bpftrace {Median(others):F0}; ratios from {ratios[Rounds / 20]:F3} to {ratios[Rounds - 1 - (Rounds / 20)]:F3} in {Rounds} rounds");
    }
}
