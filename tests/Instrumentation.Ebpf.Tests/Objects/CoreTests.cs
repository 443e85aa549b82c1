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
