using System.Buffers.Binary;
using System.Diagnostics;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Objects;

/// <summary>Programs of objects: functions that they call and that are called back, and the places that they are attached to.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ObjectProgramTests
{
    [Theory]
    [InlineData(10, 100, 45)]
    [InlineData(100, 5, 10)]
    [InlineData(0, 100, 0)]
    public void Callback_OfALoop_IsLinkedIn(ulong count, ulong limit, int expected)
    {
        using var directory = new TemporaryDirectory();
        using BpfObject loaded = Load(directory, "sum");

        Assert.Equal(expected, loaded.GetProgram("sum").Run(Words(count, limit)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(70)]
    public void GlobalAndHiddenFunctions_AreLinkedIn(int value)
    {
        using var directory = new TemporaryDirectory();
        using BpfObject loaded = Load(directory, "square");

        Assert.Equal((value * value) + (2 * value) + "constant"[value & 7], loaded.GetProgram("square").Run(Words((ulong)value)));
        BpfObjectMap<int, ulong> slots = loaded.GetMap<int, ulong>("slots");
        Assert.Equal([0, 0, (ulong)value, 0], slots.ReadAll().OrderBy(pair => pair.Key).Select(pair => pair.Value));
        Assert.Throws<KernelCallException>(() => slots.Remove(1));
    }

    [Fact]
    public void FunctionOfALibrary_IsCounted_UntilItIsDetached()
    {
        Require.Capability(CapabilityNames.UprobeUnit);
        Require.Capability(CapabilityNames.UprobeMulti);
        Require.Capability(CapabilityNames.RightAdministration);
        using var directory = new TemporaryDirectory();
        ObjectCounts before = Settled.Counts();
        using (BpfObject loaded = Load(directory, "on_function", "on_return"))
        {
            BpfAttachment entry = loaded.GetProgram("on_function").AttachUprobe("libc.so.6", "a64l", Environment.ProcessId);
            CallA64L(7);
            Assert.Equal(7UL, loaded.GetGlobal<ulong>("calls"));
            BpfAttachment exit = loaded.GetProgram("on_return").Attach();
            CallA64L(5);
            Assert.Equal(17UL, loaded.GetGlobal<ulong>("calls"));
            entry.Dispose();
            CallA64L(3);
            Assert.Equal(20UL, loaded.GetGlobal<ulong>("calls"));
            exit.Dispose();
            CallA64L(9);
            Assert.Equal(20UL, loaded.GetGlobal<ulong>("calls"));
            KeyValuePair<ulong, ulong> thread = Assert.Single(loaded.GetMap<ulong, ulong>("hits").ReadAll());
            Assert.Equal(((ulong)Environment.ProcessId << 32) | (uint)Ebpf.Interop.Threads.CurrentId(), thread.Key);
            Assert.Equal(20UL, thread.Value);
            BpfObjectException unknown = Assert.Throws<BpfObjectException>(() => loaded.GetProgram("on_function").AttachUprobe("libc.so.6", "a64ll"));
            Assert.Contains("Did you mean a64l", unknown.Message, StringComparison.Ordinal);
            _ = loaded.GetProgram("on_function").AttachUprobe("libc.so.6", "a64l");
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public void Clock_SeesAThreadThatRuns()
    {
        Require.Capability(CapabilityNames.ProgramPerfEvent);
        using var directory = new TemporaryDirectory();
        using BpfObject loaded = Load(directory, "on_clock");
        using (loaded.GetProgram("on_clock").AttachClock(997))
        {
            var watch = Stopwatch.StartNew();
            while (watch.ElapsedMilliseconds < 200)
            {
                Thread.SpinWait(100);
            }
        }

        ulong thread = ((ulong)Environment.ProcessId << 32) | (uint)Ebpf.Interop.Threads.CurrentId();
        Assert.True(loaded.GetMap<ulong, ulong>("hits").TryGet(thread, out ulong samples));
        Assert.InRange(samples, 5UL, 220UL);
        BpfObjectException wrong = Assert.Throws<BpfObjectException>(() => loaded.GetProgram("on_clock").Attach());
        Assert.Contains(nameof(BpfObjectProgram.AttachClock), wrong.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void KernelFunctions_WhereThisKernelHasNone_AreATypedError_AndElseAreCounted()
    {
        Require.Bpf();
        using var directory = new TemporaryDirectory();
        const string Source = """
            #include "bpf.h"
            u64 calls = 0;
            char licence[] SEC("license") = "GPL";
            SEC("kprobe/__x64_sys_getppid") int on_call(void *registers) { __sync_fetch_and_add(&calls, 1); return 0; }
            """;
        ObjectCounts before = Settled.Counts();
        using (BpfObject loaded = BpfObject.Load(Clang.Source(directory, Source)))
        {
            if (PerfUnits.TypeOf("kprobe") is null)
            {
                KernelCallException missing = Assert.Throws<KernelCallException>(loaded.AttachAll);
                Assert.Contains("CONFIG_KPROBE_EVENTS", missing.Mend, StringComparison.Ordinal);
            }
            else
            {
                _ = Assert.Single(loaded.AttachAll());
                Ebpf.Interop.LibC.SystemCall(110, 0, 0, 0, 0, 0);
                Assert.True(loaded.GetGlobal<ulong>("calls") >= 1);
            }
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public void Tracepoint_WithTracefs_SeesEachCall_AndElseIsATypedError()
    {
        Require.Bpf();
        using var directory = new TemporaryDirectory();
        const string Source = """
            #include "bpf.h"
            const volatile u32 thread = 0;
            u64 calls = 0;
            u64 number = 0;
            char licence[] SEC("license") = "GPL";
            struct entered { u64 common; long number; u64 arguments[6]; };
            SEC("tracepoint/raw_syscalls/sys_enter") int on_call(struct entered *context)
            {
                if ((u32)current_pid_tgid() == thread && context->number == 110) {
                    __sync_fetch_and_add(&calls, 1);
                    number = context->number;
                }
                return 0;
            }
            """;
        ObjectCounts before = Settled.Counts();
        BpfObjectOptions options = new BpfObjectOptions().WithGlobal("thread", (uint)Ebpf.Interop.Threads.CurrentId());
        using (BpfObject loaded = BpfObject.Load(Clang.Source(directory, Source), options))
        {
            BpfObjectProgram program = loaded.GetProgram("on_call");
            if (Mounts.Tracing() is null)
            {
                Assert.Contains("mount -t tracefs", Assert.Throws<BpfObjectException>(program.Attach).Mend, StringComparison.Ordinal);
            }
            else
            {
                using BpfAttachment attachment = program.Attach();
                Ebpf.Interop.LibC.SystemCall(110, 0, 0, 0, 0, 0);
                Assert.Equal((1UL, 110UL), (loaded.GetGlobal<ulong>("calls"), loaded.GetGlobal<ulong>("number")));
                Assert.Contains("available_events", Assert.Throws<BpfObjectException>(() => program.AttachTo("raw_syscalls/sys_inter")).Mend, StringComparison.Ordinal);
            }

            Assert.Throws<BpfObjectException>(() => program.AttachTo("sys_enter"));
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    private static BpfObject Load(TemporaryDirectory directory, params string[] programs)
    {
        Require.Bpf();
        return BpfObject.Load(Clang.Sample(directory, "sampler"), new BpfObjectOptions { Programs = [.. programs] });
    }

    private static void CallA64L(int times)
    {
        for (int i = 0; i < times; i++)
        {
            NativeCalls.A64L("a");
        }
    }

    private static byte[] Words(params ulong[] words)
    {
        byte[] bytes = new byte[words.Length * sizeof(ulong)];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), words[i]);
        }

        return bytes;
    }
}
