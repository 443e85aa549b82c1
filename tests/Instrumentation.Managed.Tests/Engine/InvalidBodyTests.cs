using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Tests.Harness;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>A body that weaving got wrong is never installed: the probe is blind and says why, and the method and its other probes go on as before.</summary>
[Collection(AloneCollection.Name)]
public sealed class InvalidBodyTests
{
    [Fact]
    public async Task Attach_InvalidBody_IsBlindWithTheFlaw_AndOtherProbesGoOn()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle earlier = await Watch.AttachAsync(session, Probe.Method(typeof(Attached), nameof(Attached.Call)).OnReturn().OrThrow());
        Assert.Equal(2, Attached.Call(1));

        ProbeHandle blind = await WithDefectAsync(typeof(Attached), () => session.AttachAsync(Probe.Method(typeof(Attached), nameof(Attached.Call))));

        Assert.Equal(ProbeState.Blind, blind.State);
        CoverageGap gap = Assert.Single(blind.Coverage.Gaps);
        Assert.Matches("^the woven body is not valid IL: at IL_[0-9a-f]{4} \\(nop\\), control falls through the end of the code$", gap.Reason);
        Assert.Contains("Report this as a defect", gap.Mend, StringComparison.Ordinal);
        Assert.Equal(3, Attached.Call(2));
        Assert.Throws<ArgumentException>(static () => Attached.Call(-1));
        Assert.Equal((3, 0), (earlier.Statistics.Hits, blind.Statistics.Hits));
        Assert.Equal(ProbeState.Armed, earlier.State);

        // Nothing of the blind probe is left in what is woven next.
        ProbeHandle later = await Watch.AttachAsync(session, Probe.Method(typeof(Attached), nameof(Attached.Call)));
        Assert.Equal(4, Attached.Call(3));
        Assert.Equal((4, 0, 1), (earlier.Statistics.Hits, blind.Statistics.Hits, later.Statistics.Hits));
    }

    [Fact]
    public async Task Attach_OneInvalidBodyOfSeveral_IsPartialAndSeesTheOthers()
    {
        await using InstrumentationSession session = await Watch.StartAsync();

        ProbeHandle handle = await WithDefectAsync(typeof(Several), () => session.AttachAsync(Probe.Methods("*Several*::*Call")), nameof(Several.BadCall));

        Assert.Equal(ProbeState.Partial, handle.State);
        Assert.Contains(nameof(Several.BadCall), Assert.Single(handle.Coverage.Gaps).Place, StringComparison.Ordinal);
        Assert.Equal(3, Several.GoodCall(1) + Several.BadCall(0));
        Assert.Equal(1, handle.Statistics.Hits);
    }

    [Fact]
    public async Task Detach_InvalidBody_KeepsTheOtherProbesAndSaysSo()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle stays = await Watch.AttachAsync(session, Probe.Method(typeof(Detached), nameof(Detached.Call)));
        ProbeHandle goes = await Watch.AttachAsync(session, Probe.Method(typeof(Detached), nameof(Detached.Call)).OnEntry());
        Assert.Equal(2, Detached.Call(1));

        await WithDefectAsync(typeof(Detached), async () =>
        {
            await goes.DisposeAsync();
            return goes;
        });

        CoverageGap gap = Assert.Single(goes.Coverage.Gaps);
        Assert.StartsWith("its hooks stay in it, silent: without them, the woven body is not valid IL", gap.Reason, StringComparison.Ordinal);
        Assert.Equal(ProbeState.Detached, goes.State);
        Assert.Equal(3, Detached.Call(2));
        Assert.Equal((2, 1), (stays.Statistics.Hits, goes.Statistics.Hits));

        await stays.DisposeAsync();
        Assert.Empty(stays.Coverage.Gaps);
        Assert.Equal(4, Detached.Call(3));
        Assert.Equal((2, 1), (stays.Statistics.Hits, goes.Statistics.Hits));
    }

    [Fact]
    public async Task Update_InvalidBody_LeavesTheProbeAsItWas()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(typeof(Updated), nameof(Updated.Call)));
        Assert.Equal(2, Updated.Call(1));

        SpecException error = await Assert.ThrowsAsync<SpecException>(() => WithDefectAsync(typeof(Updated), async () =>
        {
            await handle.UpdateAsync(static spec => spec.When(static c => c.Arg<int>(0) > 1));
            return handle;
        }));

        Assert.Contains("the woven body is not valid IL", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, Updated.Call(1));
        Assert.Equal((2, ProbeState.Armed), (handle.Statistics.Passed, handle.State));
    }

    private static async Task<ProbeHandle> WithDefectAsync(Type type, Func<Task<ProbeHandle>> run, string method = "Call")
    {
        WovenMethod.Defect = (woven, body) => woven.DeclaringType == type && woven.Name == method ? WithoutRet(body) : body;
        try
        {
            return await run();
        }
        finally
        {
            WovenMethod.Defect = null;
        }
    }

    // The code of a woven body begins behind 12 bytes of header, and ends with a ret.
    private static EncodedBody WithoutRet(EncodedBody body)
    {
        byte[] bytes = [.. body.Bytes];
        int last = 11 + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4));
        Assert.Equal(0x2A, bytes[last]);
        bytes[last] = 0;
        return body with { Bytes = bytes };
    }

    private static class Attached
    {
        public static int Call(int value) => value < 0 ? throw new ArgumentException("negative") : value + 1;
    }

    private static class Several
    {
        public static int GoodCall(int value) => value + 1;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int BadCall(int value) => value + 1;
    }

    private static class Updated
    {
        public static int Call(int value) => value + 1;
    }

    private static class Detached
    {
        public static int Call(int value) => value + 1;
    }
}
