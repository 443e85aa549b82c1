using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Objects;

/// <summary>Accesses that are adapted to the kernel's types, against what the kernel says elsewhere.</summary>
[Collection(nameof(AloneCollection))]
public sealed class CoreTests
{
    [Fact]
    public async Task Fields_OfAnotherLayout_AreThoseOfTheKernel()
    {
        Require.Bpf();
        using var directory = new TemporaryDirectory();
        BpfObjectOptions options = new BpfObjectOptions().WithGlobal("only_tgid", (uint)Environment.ProcessId).WithCapacity("events", 1 << 20);
        using BpfObject loaded = BpfObject.Load(Clang.Sample(directory, "taskinfo"), options);
        _ = loaded.GetProgram("on_call").Attach();
        const int Calls = 3000;
        uint thread = 0;
        string name = "";
        var caller = Task.Factory.StartNew(
            () =>
            {
                thread = (uint)Threads.CurrentId();
                name = File.ReadAllText($"/proc/self/task/{thread}/comm").Trim();
                for (int i = 0; i < Calls; i++)
                {
                    LibC.SystemCall(110, 0, 0, 0, 0, 0);
                    if (i % 100 == 0)
                    {
                        Thread.Sleep(1);
                    }
                }
            },
            TaskCreationOptions.LongRunning);

        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        var records = new List<Record>();
        await foreach (Record record in loaded.ReadRingBufferAsync<Record>("events", limit.Token))
        {
            records.Add(record);
            if (records.Count == Calls)
            {
                break;
            }
        }

        await caller;
        Record one = Assert.Single(records.Distinct());
        Assert.Equal((thread, (uint)Environment.ProcessId, (uint)Environment.ProcessId), (one.Pid, one.Tgid, one.Leader));
        Assert.Equal((uint)Parent(), one.Parent);
        Assert.Equal(name, Comm(one));
        Assert.Equal(0U, loaded.GetGlobal<uint>("refused"));

        // What it asked of the types, against a reading of the types.
        var kernel = KernelBtf.Open();
        BtfType task = kernel.Find("task_struct", BtfKind.Struct)!.Value;
        Assert.Equal((0U, 0U, 3U, 16U, 0U), (one.HasField, one.HasType, one.HasTask, one.CommSize, one.Missing));
        Assert.Equal((uint)BtfEnums.ValueOf(kernel.Find("pid_type", BtfKind.Enum)!.Value, "PIDTYPE_SID")!, one.SidValue);
        Assert.Equal(2U, one.HasValue);
        Assert.True(BtfMembers.TryFind(task, "in_execve", out BtfMember bit));
        Assert.Equal((uint)bit.BitSize, one.InExecveSize);
        Assert.InRange(one.StartTime, 1UL, (ulong)Stopwatch.GetTimestamp());
    }

    [Theory]
    [InlineData("sched_reset_on_fork", "unsigned")]
    [InlineData("in_execve", "unsigned")]
    [InlineData("no_cgroup_migration", "unsigned")]
    [InlineData("frozen", "unsigned")]
    public void Bitfield_IsWhereItsOffsetAndShiftsSay(string name, string type)
    {
        Require.Bpf();
        using var directory = new TemporaryDirectory();
        string source = $$"""
            #include "bpf.h"
            struct task_struct { {{type}} filler; {{type}} {{name}} : 9; } TARGET_TYPE;
            char licence[] SEC("license") = "GPL";
            u64 answers[5];
            SEC("raw_tp/x") int f(u64 *context)
            {
                struct task_struct *task = current_task();
                answers[0] = field_offset(task->{{name}});
                answers[1] = field_size(task->{{name}});
                answers[2] = field_left_shift(task->{{name}});
                answers[3] = field_right_shift(task->{{name}});
                answers[4] = field_signed(task->{{name}});
                return 0;
            }
            """;
        using BpfObject loaded = BpfObject.Load(Clang.Source(directory, source));
        loaded.GetProgram("f").Run(new byte[8]);
        ulong[] answers = MemoryMarshal.Cast<byte, ulong>(loaded.GetMap(".bss").Get(new byte[4])).ToArray();
        BtfType task = KernelBtf.Open().Find("task_struct", BtfKind.Struct)!.Value;
        Assert.True(BtfMembers.TryFind(task, name, out BtfMember bits));

        // The bytes are loaded as one number; the bits stand between the shifts.
        Assert.Equal(0UL, answers[0] % answers[1]);
        Assert.Equal(64UL, bits.BitOffset - (answers[0] * 8) + (ulong)bits.BitSize + answers[2]);
        Assert.Equal(64UL - (ulong)bits.BitSize, answers[3]);
        Assert.InRange(bits.BitOffset, answers[0] * 8, ((answers[0] + answers[1]) * 8) - (ulong)bits.BitSize);
        Assert.Equal(0UL, answers[4]);
    }

    [Fact]
    public void UnsignedNumber_OfAnotherSize_IsLoadedWithItsOwn_AndASignedOneIsNot()
    {
        Require.Bpf();
        using var directory = new TemporaryDirectory();
        const string Source = """
            #include "bpf.h"
            static void *(*const current_task_typed)(void) = (void *)158;
            struct task_struct { u64 flags; s64 tgid; } TARGET_TYPE;
            struct task_struct___narrow { u32 flags; } TARGET_TYPE;
            char licence[] SEC("license") = "GPL";
            SEC("raw_tp/good") int good(u64 *context)
            {
                struct task_struct *task = current_task_typed();
                struct task_struct___narrow *narrow = (void *)task;
                u64 flags = task->flags;
                return flags >> 32 == 0 && (u32)flags == narrow->flags && field_size(task->flags) == 4;
            }
            SEC("raw_tp/bad") int bad(u64 *context)
            {
                struct task_struct *task = current_task_typed();
                return task->tgid;
            }
            """;
        string path = Clang.Source(directory, Source);
        using BpfObject good = BpfObject.Load(path, new BpfObjectOptions { Programs = ["good"] });
        Assert.Equal(1, good.GetProgram("good").Run(new byte[8]));

        ProgramRefusedException refused = Assert.Throws<ProgramRefusedException>(() => BpfObject.Load(path));
        Assert.Contains("4 bytes instead of 8", refused.Why, StringComparison.Ordinal);
    }

    private static int Parent() => int.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("PPid:", StringComparison.Ordinal)).Split('\t')[1]);

    private static unsafe string Comm(Record record) => new((sbyte*)record.Comm);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Record : IEquatable<Record>
    {
        public uint Pid;
        public uint Tgid;
        public uint Parent;
        public uint Leader;
        public ulong StartTime;
        public fixed byte Comm[16];
        public uint HasField;
        public uint HasType;
        public uint HasTask;
        public uint CommSize;
        public uint SidValue;
        public uint HasValue;
        public uint InExecveSize;
        public uint Missing;

        public readonly bool Equals(Record other) => Bytes(this).SequenceEqual(Bytes(other));

        public override readonly bool Equals(object? obj) => obj is Record other && Equals(other);

        public override readonly int GetHashCode() => (int)Pid;

        private static ReadOnlySpan<byte> Bytes(Record record) => MemoryMarshal.AsBytes(new Span<Record>(ref record)).ToArray();
    }
}
