using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Objects;

/// <summary>Objects that cannot be loaded: what the error says, and that nothing stays behind.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ObjectErrorTests
{
    private const string Head = """
        #include "bpf.h"
        char licence[] SEC("license") = "GPL";

        """;

    [Theory]
    [InlineData("extern int no_such(void) __attribute__((section(\".ksyms\"))); SEC(\"raw_tp/x\") int f(void *c) { return no_such(); }", "no_such", "__ksym")]
    [InlineData("extern int CONFIG_HZ __attribute__((section(\".kconfig\"))); SEC(\"raw_tp/x\") int f(void *c) { return CONFIG_HZ; }", "CONFIG_HZ", "__kconfig")]
    [InlineData("SEC(\"fancy/x\") int f(void *c) { return 0; }", "section fancy/x", "tracepoint/")]
    [InlineData("struct { __uint(type, HASH); __uint(max_entries, 4); __type(key, u32); __type(value, u32); __uint(pinning, 1); } m SEC(\".maps\"); SEC(\"raw_tp/x\") int f(void *c) { u32 k = 0; map_lookup(&m, &k); return 0; }", "map m", "pinning")]
    [InlineData("struct { __uint(type, 12); __uint(max_entries, 4); __type(key, u32); __type(value, u32); } m SEC(\".maps\"); SEC(\"raw_tp/x\") int f(void *c) { u32 k = 0; map_lookup(&m, &k); return 0; }", "map m", "ring buffers")]
    [InlineData("struct { __uint(type, HASH); __uint(max_entries, 2000000000); __type(key, u32); __type(value, u32); } m SEC(\".maps\"); SEC(\"raw_tp/x\") int f(void *c) { u32 k = 0; map_lookup(&m, &k); return 0; }", "map m", "MaximumMapBytes")]
    [InlineData("struct { __uint(type, HASH); __uint(colour, 3); } m SEC(\".maps\"); SEC(\"raw_tp/x\") int f(void *c) { u32 k = 0; map_lookup(&m, &k); return 0; }", "map m", "colour")]
    [InlineData("char a[4]; char *volatile p = a; SEC(\"raw_tp/x\") int f(void *c) { return p != 0; }", "section .data", "pointers")]
    [InlineData("SEC(\"tp_btf/sched_swich\") int f(void *c) { return 0; }", "program f in section tp_btf/sched_swich", "sched_switch")]
    [InlineData("int x SEC(\"elsewhere\") = 3; SEC(\"raw_tp/x\") int f(void *c) { return *(volatile int *)&x; }", "'x'", ".data")]
    public void WhatCannotBeGiven_IsNamed(string source, string part, string mend)
    {
        Require.Bpf();
        using var directory = new TemporaryDirectory();
        string path = Clang.Source(directory, Head + source);
        ObjectCounts before = Settled.Counts();

        BpfObjectException error = Assert.Throws<BpfObjectException>(() => BpfObject.Load(path));

        Assert.Equal(path, error.File);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains(mend, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public void MapsWithoutTypes_AreRefused()
    {
        using var directory = new TemporaryDirectory();
        const string Source = "struct { __uint(type, HASH); __uint(max_entries, 4); __type(key, u32); __type(value, u32); } m SEC(\".maps\"); SEC(\"raw_tp/x\") int f(void *c) { u32 k = 0; map_lookup(&m, &k); return 0; }";

        BpfObjectException error = Assert.Throws<BpfObjectException>(() => BpfObject.Load(Clang.Source(directory, Head + Source, "-g0")));

        Assert.Contains("-g", error.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void FileOfAnotherKind_IsRefused()
    {
        Assert.Contains("clang -target bpf", Assert.Throws<BpfObjectException>(() => BpfObject.Load(Libraries.Libc)).Mend, StringComparison.Ordinal);
        Assert.Throws<BadFileException>(() => BpfObject.Load("/etc/passwd"));
        Assert.Throws<BadFileException>(() => BpfObject.Load("/no/such.o"));
    }

    [Fact]
    public void Refusal_NamesTheLineOfTheSource_AndLeavesNothing()
    {
        Require.Bpf();
        using var directory = new TemporaryDirectory();
        const string Source = """
            u64 before = 1;
            SEC("raw_tp/good") int good(u64 *c) { return before; }
            SEC("raw_tp/bad") int bad(u64 *c) { u64 *p = (u64 *)c[0]; return
              *p; }
            """;
        string path = Clang.Source(directory, Head + Source);
        ObjectCounts counts = Settled.Counts();

        ProgramRefusedException refused = Assert.Throws<ProgramRefusedException>(() => BpfObject.Load(path));

        Assert.Contains("'bad'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("x.c:6 '*p; }'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("invalid mem access", refused.Log, StringComparison.Ordinal);
        Assert.Equal(counts, ObjectCounts.OfProcess());
    }

    [Fact]
    public void RelocationWithoutAnswer_IsNamedWhenTheVerifierComesToIt()
    {
        Require.Bpf();
        using var directory = new TemporaryDirectory();
        const string Source = """
            struct task_struct { int pid; int no_such_member; } TARGET_TYPE;
            SEC("raw_tp/x") int f(u64 *c)
            {
                struct task_struct *task = current_task();
                int value = 0;
                read_kernel(&value, 4, &task->no_such_member);
                return value;
            }
            """;

        ProgramRefusedException refused = Assert.Throws<ProgramRefusedException>(() => BpfObject.Load(Clang.Source(directory, Head + Source)));

        Assert.Contains("FieldByteOffset of struct task_struct.no_such_member", refused.Why, StringComparison.Ordinal);
        Assert.Contains("x.c:", refused.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_ThatAreMissing_AreAnsweredWithNearOnes()
    {
        Require.Bpf();
        using var directory = new TemporaryDirectory();
        string path = Clang.Sample(directory, "execcount");

        Assert.Contains("Did you mean on_exec", Assert.Throws<BpfObjectException>(() => BpfObject.Load(path, new BpfObjectOptions { Programs = ["on_exex"] })).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean step", Assert.Throws<BpfObjectException>(() => BpfObject.Load(path, new BpfObjectOptions().WithGlobal("steps", 1L))).Message, StringComparison.Ordinal);
        Assert.Contains("8 bytes", Assert.Throws<BpfObjectException>(() => BpfObject.Load(path, new BpfObjectOptions().WithGlobal("step", 1))).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean starts", Assert.Throws<BpfObjectException>(() => BpfObject.Load(path, new BpfObjectOptions().WithCapacity("start", 1))).Message, StringComparison.Ordinal);
        BpfObject loaded = BpfObject.Load(path, new BpfObjectOptions { Programs = ["on_exec"] });
        using (loaded)
        {
            Assert.Contains("Did you mean starts", Assert.Throws<BpfObjectException>(() => loaded.GetMap("stats")).Message, StringComparison.Ordinal);
            Assert.Contains("Int64 has 8", Assert.Throws<BpfObjectException>(() => loaded.GetMap<long, long>("starts")).Message, StringComparison.Ordinal);
            Assert.Throws<BpfObjectException>(() => loaded.TakeRecords("starts"));
        }

        loaded.Dispose();
        Assert.Throws<ObjectDisposedException>(() => loaded.GetGlobal<ulong>("total"));
    }
}
