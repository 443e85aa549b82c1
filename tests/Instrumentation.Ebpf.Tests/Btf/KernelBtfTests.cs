using System.Diagnostics;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Names;

namespace Instrumentation.Ebpf.Tests.Btf;

/// <summary>What the running kernel says of itself, as far as every kernel of the last years says it.</summary>
public sealed class KernelBtfTests
{
    private static readonly BtfFile Kernel = KernelBtf.Open();

    private static BtfType Task => Kernel.Find("task_struct", BtfKind.Struct)!.Value;

    [Fact]
    public void Open_Again_IsTheSameFile() => Assert.Same(Kernel, KernelBtf.Open());

    [Fact]
    public void Open_TakesMilliseconds_AndLittleMoreThanTheFile()
    {
        byte[] bytes = File.ReadAllBytes("/sys/kernel/btf/vmlinux");
        BtfFile.Parse(bytes, "warm");
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var file = BtfFile.Parse(bytes, "measured");
        watch.Stop();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, file.TypeCount * 24L);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 100);
        TestContext.Current.SendDiagnosticMessage($"{file.TypeCount} types in {watch.Elapsed.TotalMilliseconds:F2} ms");
    }

    [Fact]
    public void Find_TellsKindsApart()
    {
        Assert.Equal(BtfKind.Typedef, Kernel.Find("pid_t", BtfKind.Typedef)!.Value.Kind);
        Assert.Null(Kernel.Find("pid_t", BtfKind.Struct));
        Assert.Null(Kernel.Find("no_such_type", BtfKind.Struct));
        Assert.Contains(Kernel.FindAll("task_struct"), type => type.Kind == BtfKind.Struct);
        Assert.Equal(sizeof(int), Kernel.Find("pid_t", BtfKind.Typedef)!.Value.ByteSize());
        Assert.Equal("int", Kernel.Find("pid_t", BtfKind.Typedef)!.Value.Peel().Name);
    }

    [Fact]
    public void Nearest_OfAMisspeltFunction_IsTheRightOne() => Assert.Contains("do_sys_openat2", Kernel.Nearest("do_sys_openat3", BtfKind.Function));

    [Fact]
    public void Match_FindsFunctionsByPattern()
    {
        IReadOnlyList<BtfType> found = Kernel.Match(new NamePattern("vfs_*"), BtfKind.Function);

        Assert.Contains(found, function => function.Name == "vfs_read");
        Assert.All(found, function => Assert.StartsWith("vfs_", function.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Function_HasParametersByNameWithTypes()
    {
        BtfFunction read = BtfFunction.Find(Kernel, "vfs_read")!;

        Assert.Equal(["file", "buf", "count", "pos"], read.Parameters.Select(parameter => parameter.Name));
        Assert.Equal("struct file *", read.Parameters[0].Type.ToString());
        Assert.Equal("size_t", read.Parameters[2].Type.ToString());
        Assert.Equal(2, read.IndexOf("count"));
        Assert.Equal("ssize_t vfs_read(struct file *file, char *buf, size_t count, loff_t *pos)", read.ToString());
        Assert.Equal(new BtfValue(BtfValueKind.Integer, read.Result.Peel(), 8, IsSigned: true), BtfValue.Of(read.Result));
    }

    [Fact]
    public void Function_WithDots_IsVariadic()
    {
        BtfFunction printk = BtfFunction.Find(Kernel, "_printk")!;

        Assert.True(printk.IsVariadic);
        Assert.Equal("fmt", Assert.Single(printk.Parameters).Name);
    }

    [Fact]
    public void RawTracepoint_HasParametersByName()
    {
        BtfFunction tracepoint = BtfFunction.FindRawTracepoint(Kernel, "sched_switch")!;

        Assert.Equal(["preempt", "prev", "next"], tracepoint.Parameters.Select(parameter => parameter.Name).Take(3));
        Assert.Equal("struct task_struct *", tracepoint.Parameters[1].Type.ToString());
        Assert.Null(BtfFunction.FindRawTracepoint(Kernel, "no_such_tracepoint"));
    }

    [Fact]
    public void Resolve_AcrossPointers_LoadsEach()
    {
        BtfAccess access = BtfResolver.Resolve(Task, "real_parent->tgid");

        Assert.Equal([true, false], access.Steps.Select(step => step.Dereference));
        Assert.Equal(OffsetOf("real_parent"), access.Steps[0].Offset);
        Assert.Equal(OffsetOf("tgid"), access.Steps[1].Offset);
        Assert.Equal((BtfValueKind.Integer, 4L, true), (access.Value.Kind, access.Value.Size, access.Value.IsSigned));
        Assert.Equal("pid_t", access.Declared.ToString());
    }

    [Fact]
    public void Resolve_OfAWholePath_BeginsBehindItsHead()
    {
        var path = BtfPath.Parse("task->real_parent->tgid");

        Assert.Equal("task", path.Elements[0].Member);
        Assert.Equal(BtfResolver.Resolve(Task, "real_parent->tgid").Steps, BtfResolver.Resolve(Task, path, 1).Steps);
    }

    [Fact]
    public void Resolve_FromAPointer_TakesTheRegisterAsTheAddress()
    {
        BtfType file = BtfFunction.Find(Kernel, "vfs_read")!.Parameters[0].Type;
        BtfAccess name = BtfResolver.Resolve(file, "f_path.dentry->d_name.name");

        Assert.Equal(2, name.Steps.Count);
        Assert.Equal(BtfValueKind.Pointer, name.Value.Kind);
        Assert.True(BtfResolver.Resolve(file, "f_path.dentry->d_sb->s_id").Value.IsText);
        Assert.Equal(Task.File.Find("file", BtfKind.Struct)!.Value, BtfResolver.Resolve(file, BtfPath.Parse("file"), 1).Declared);
    }

    [Fact]
    public void Resolve_OfAnArrayElement_AddsItsPlace()
    {
        BtfAccess whole = BtfResolver.Resolve(Task, "comm");
        BtfAccess third = BtfResolver.Resolve(Task, "comm[3]");

        Assert.Equal((BtfValueKind.Array, 16L, true), (whole.Value.Kind, whole.Value.Size, whole.Value.IsText));
        Assert.Equal("char[16]", whole.Declared.ToString());
        Assert.Equal(whole.Steps[0].Offset + 3, third.Steps[0].Offset);
        Assert.Equal(1, third.Value.Size);
    }

    [Fact]
    public void Resolve_OfABitfield_SaysWhichBits()
    {
        BtfAccess access = BtfResolver.Resolve(Task, "in_execve");

        Assert.True(BtfMembers.TryFind(Task, "in_execve", out BtfMember member));
        Assert.Equal(1, member.BitSize);
        Assert.True(access.IsBitfield);
        Assert.Equal(member.BitOffset, (access.Steps[^1].Offset * 8) + access.BitOffset);
        Assert.Equal(64 - access.BitOffset - 1, access.LeftShift);
        Assert.InRange(access.BitOffset + access.BitSize, 1, access.LoadSize * 8);
    }

    [Theory]
    [InlineData("real_parnt->tgid", "'real_parnt'", "real_parent")]
    [InlineData("real_parent->tgidd", "'->tgidd'", "tgid")]
    [InlineData("tgid.x", "'.x'", "no members")]
    [InlineData("comm[16]", "'[16]'", "its last element is 15")]
    [InlineData("tgid[0]", "'[0]'", "neither an array nor a pointer")]
    [InlineData("in_execve.x", "'.x'", "bitfield")]
    [InlineData("real_parent tgid", "'tgid'", "follows on . or ->")]
    [InlineData("", "at its end", "is expected")]
    [InlineData("comm[x]", "'[x]'", "a whole number")]
    public void Resolve_OfAWrongPath_NamesTheElementAndTheMend(string path, string element, string part)
    {
        ExpressionException error = Assert.Throws<ExpressionException>(() => BtfResolver.Resolve(Task, path));

        Assert.Equal(path, error.SubExpression);
        Assert.Contains(element, error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Enums_AreFoundByName()
    {
        BtfType type = Kernel.Find("bpf_map_type", BtfKind.Enum)!.Value;

        Assert.Equal(27, BtfEnums.ValueOf(type, "BPF_MAP_TYPE_RINGBUF"));
        Assert.Equal("BPF_MAP_TYPE_RINGBUF", BtfEnums.NameOf(type, 27));
        Assert.Equal(27, BtfEnums.Find(Kernel, "BPF_MAP_TYPE_RINGBUF"));
        Assert.Null(BtfEnums.ValueOf(type, "BPF_MAP_TYPE_NONE"));
    }

    [Fact]
    public void GetType_BeyondTheLast_IsAnError() => Assert.Throws<BadFileException>(() => Kernel.GetType(Kernel.TypeCount));

    private static long OffsetOf(string member) => BtfResolver.Resolve(Task, member).Steps[0].Offset;
}
