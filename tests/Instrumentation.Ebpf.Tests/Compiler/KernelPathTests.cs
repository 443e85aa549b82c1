using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>Paths through the running kernel's structures, against what /proc says.</summary>
public sealed class KernelPathTests
{
    private const int SetChildSubreaper = 36;
    private static readonly TaskSource Source = new();

    public KernelPathTests() => Require.Bpf();

    [Fact]
    public void Numbers_AreThoseOfThisTask()
    {
        string status = File.ReadAllText("/proc/self/status");
        int parent = int.Parse(status.Split('\n').First(static line => line.StartsWith("PPid:", StringComparison.Ordinal))[5..]);
        Assert.Equal(Environment.ProcessId, Evaluated.Value(c => c.Kernel<int>("task->tgid"), Source));
        Assert.Equal((long)NativeCalls.ThreadId(), Evaluated.Value(c => c.Kernel<long>("task->pid"), Source));
        Assert.Equal(parent, Evaluated.Value(c => c.Kernel<int>("task->real_parent->tgid"), Source));
        Assert.Equal(parent, Evaluated.Value(c => c.Kernel<int>("task->group_leader->real_parent->group_leader->pid"), Source));
        Assert.Equal(NativeCalls.UserId(), Evaluated.Value(c => c.Kernel<uint>("task->cred->uid.val"), Source));
        Assert.Equal(true, Evaluated.Value(c => c.Kernel<nint>("task->mm") != 0 && c.Kernel<ulong>("task->mm") > 1UL << 63, Source));
        Assert.Equal(true, Evaluated.Value(c => c.Kernel<int>("task->tgid") == c.ProcessId && c.Kernel<sbyte>("task->comm[0]") > 0, Source));
    }

    [Fact]
    public void Bitfield_ChangesWithWhatItStandsFor()
    {
        try
        {
            Assert.Equal(0, NativeCalls.ProcessControl(SetChildSubreaper, 1));
            Assert.Equal(true, Evaluated.Value(c => c.Kernel<bool>("task->signal->is_child_subreaper"), Source));
            Assert.Equal(1, Evaluated.Value(c => c.Kernel<int>("task->signal->is_child_subreaper"), Source));
        }
        finally
        {
            Assert.Equal(0, NativeCalls.ProcessControl(SetChildSubreaper, 0));
        }

        Assert.Equal(false, Evaluated.Value(c => c.Kernel<bool>("task->signal->is_child_subreaper"), Source));
    }

    [Fact]
    public void Text_OfArraysAndPointers_IsRead()
    {
        string name = File.ReadAllText("/proc/thread-self/comm").TrimEnd('\n');
        string program = Path.GetFileName(File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)!.FullName);
        Assert.Equal(name, Evaluated.Value(c => c.KernelString("task->comm"), Source));
        Assert.Equal(program, Evaluated.Value(c => c.KernelString("task->mm->exe_file->f_path.dentry->d_name.name"), Source));
        Assert.Equal(program, Evaluated.Value(c => c.Kernel<string>("task->mm->exe_file->f_path.dentry->d_name.name"), Source));
        Assert.Equal(true, Evaluated.Value(c => c.KernelString("task->comm") == name && c.KernelString("task->comm") == c.Comm, Source));
    }

    [Fact]
    public void Arguments_ArePathsBeginnings()
    {
        string name = File.ReadAllText("/proc/thread-self/comm").TrimEnd('\n');
        Assert.Equal(Environment.ProcessId, Evaluated.Value(c => c.Kernel<int>("self->tgid"), Source));
        Assert.Equal(name, Evaluated.Value(c => c.KernelString("self->comm"), Source));
        Assert.Equal(name, Evaluated.Value(c => c.KernelString("name"), Source));
        Assert.Equal(name, Evaluated.Value(c => c.Arg<string>("name"), Source));
        Assert.Equal((byte)name[0], Evaluated.Value(c => c.Kernel<byte>("name[0]"), Source));
    }

    [Fact]
    public void Null_OnTheWay_IsAFault()
    {
        Assert.Equal(0, Evaluated.Faulted(c => c.Kernel<int>("nothing->tgid"), Source));
        Assert.Equal(5, Evaluated.Faulted(c => c.Kernel<int>("nothing->real_parent->tgid") + 5, Source));
        Assert.Null(Evaluated.Faulted(c => c.KernelString("nothing->mm->exe_file->f_path.dentry->d_name.name"), Source));
        Assert.Null(Evaluated.Faulted(c => c.KernelString("nothing->comm"), Source));
        Assert.Equal(false, Evaluated.Faulted(c => c.Kernel<int>("nothing->tgid") > 0, Source));
    }

    [Fact]
    public void NullPointer_AtTheEnd_IsTheNullString() => Assert.Null(Evaluated.Value(c => c.KernelString("noname"), Source));

    [Fact]
    public void Refusals_SayWhatToWrite()
    {
        Assert.Contains("tgid", Evaluated.Refused(c => c.Kernel<int>("task->tgit"), Source).Mend, StringComparison.Ordinal);
        Assert.Contains("no argument 'taks'", Evaluated.Refused(c => c.Kernel<int>("taks->tgid"), Source).Why, StringComparison.Ordinal);
        Assert.Contains("is no pointer", Evaluated.Refused(c => c.Kernel<int>("flag.x"), Source).Why, StringComparison.Ordinal);
        Assert.Contains("c.Arg<long>(\"flag\")", Evaluated.Refused(c => c.Kernel<bool>("flag"), Source).Mend, StringComparison.Ordinal);
        Assert.Contains("Go on to one of its members", Evaluated.Refused(c => c.Kernel<int>("task->se"), Source).Mend, StringComparison.Ordinal);
        Assert.Contains("c.KernelString", Evaluated.Refused(c => c.Kernel<int>("task->comm"), Source).Mend, StringComparison.Ordinal);
        Assert.Contains("c.Kernel<int>(\"task->tgid\")", Evaluated.Refused(c => c.Kernel<short>("task->tgid"), Source).Mend, StringComparison.Ordinal);
        Assert.Contains("!= 0", Evaluated.Refused(c => c.Kernel<bool>("task->tgid"), Source).Mend, StringComparison.Ordinal);
        Assert.Contains("is no text", Evaluated.Refused(c => c.KernelString("task->tgid"), Source).Why, StringComparison.Ordinal);
        Assert.Contains("as C does", Evaluated.Refused(c => c.Kernel<int>("task->"), Source).Mend, StringComparison.Ordinal);
        Assert.Contains("no floating-point", Evaluated.Refused(c => c.Kernel<double>("task->tgid"), Source).Why, StringComparison.Ordinal);
    }
}
