using System.Diagnostics;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Objects;

/// <summary>Objects that clang compiled, loaded into this kernel.</summary>
[Collection(nameof(AloneCollection))]
public sealed class BpfObjectTests
{
    private const int Starts = 5;

    [Fact]
    public void SeveralPrograms_OfAnObject_CountIntoItsMapsAndVariables()
    {
        Require.Capability(CapabilityNames.ProgramTypedTracepoint);
        using var directory = new TemporaryDirectory();
        ObjectCounts before = Settled.Counts();
        BpfObjectOptions options = new BpfObjectOptions().WithGlobal("step", 3UL);
        using (BpfObject loaded = BpfObject.Load(Clang.Sample(directory, "execcount"), options))
        {
            Assert.Empty(loaded.Warnings);
            Assert.Equal(["on_exec", "on_fork"], loaded.Programs.Keys.Order(StringComparer.Ordinal));
            Assert.Equal([".bss", ".data", ".rodata", "per_cpu", "starts"], loaded.Maps.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(["begins_at", "hidden_total", "only_tgid", "step", "total"], loaded.Globals);
            Assert.Equal((1000UL, 0UL, 3UL), (loaded.GetGlobal<ulong>("begins_at"), loaded.GetGlobal<ulong>("total"), loaded.GetGlobal<ulong>("step")));
            IReadOnlyList<BpfAttachment> attachments = loaded.AttachAll();
            Assert.Equal(2, attachments.Count);
            string shell = Children();
            Array.ForEach([.. attachments], static attachment => attachment.Dispose());

            ulong counted = Assert.Single(loaded.GetMap<uint, ulong>("starts").ReadAll(), pair => pair.Key == uint.Parse(shell)).Value;
            ulong total = loaded.GetGlobal<ulong>("total");
            BpfObjectMap<uint, ulong> perCpu = loaded.GetMap<uint, ulong>("per_cpu");
            ulong execs = perCpu.GetPerProcessor(0).Aggregate((sum, value) => sum + value), forks = perCpu.GetPerProcessor(1).Aggregate((sum, value) => sum + value);

            // The shell itself starts, and forks each child; the children exec under their own numbers.
            Assert.Equal(3UL * (1 + Starts), counted);
            Assert.Equal(total, execs + forks);
            Assert.True(execs >= 3UL * (1 + Starts) && forks >= 3UL * Starts, $"{execs} {forks}");
            Assert.Equal((total + 1000, total), (loaded.GetGlobal<ulong>("begins_at"), loaded.GetGlobal<ulong>("hidden_total")));
            _ = Children();
            Assert.Equal(total, loaded.GetGlobal<ulong>("total"));
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public void Constant_SetBeforeTheLoad_IsWhatProgramsSee()
    {
        Require.Bpf();
        using var directory = new TemporaryDirectory();
        BpfObjectOptions options = new BpfObjectOptions { Programs = ["on_exec"] }.WithGlobal("only_tgid", 1U).WithCapacity("starts", 7);
        using BpfObject loaded = BpfObject.Load(Clang.Sample(directory, "execcount"), options);
        BpfObjectProgram program = Assert.Single(loaded.Programs.Values);

        Assert.Equal(("on_exec", "raw_tp/sched_process_exec"), (program.Name, program.Section));
        Assert.Equal(7, loaded.GetMap("starts").Capacity);
        Assert.Equal(0, program.Run(new byte[24]));
        Assert.Equal(0UL, loaded.GetGlobal<ulong>("total"));
        Assert.Throws<BpfObjectException>(() => loaded.SetGlobal("only_tgid", 2U));
        loaded.SetGlobal("total", 5UL);
        Assert.Equal((5UL, 0UL), (loaded.GetGlobal<ulong>("total"), loaded.GetGlobal<ulong>("hidden_total")));
    }

    // A shell that starts programs; it prints its own number.
    private static string Children()
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"echo $$; for i in {string.Join(' ', Enumerable.Range(0, Starts))}; do /bin/true; done; :"]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return output;
    }
}
