using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>The values that every point has, against what the operating system says otherwise.</summary>
public sealed class ContextValueTests
{
    private static readonly TaskSource Source = new();

    public ContextValueTests() => Require.Bpf();

    [Fact]
    public void Ids_AreThoseOfThisThreadAndProcess()
    {
        Assert.Equal(NativeCalls.ThreadId(), Evaluated.Value(c => c.ThreadId, Source));
        Assert.Equal(Environment.ProcessId, Evaluated.Value(c => c.ProcessId, Source));
        Assert.Equal(NativeCalls.UserId(), Evaluated.Value(c => c.UserId, Source));
    }

    [Fact]
    public void Ids_InAPidNamespaceOfItsOwn_AreThoseOfThatNamespace()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root makes pid namespaces here.");
        string own = Path.Combine(AppContext.BaseDirectory, "Instrumentation.Ebpf.Tests.dll");

        // The tests run by `dotnet` or as a program of their own.
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [Environment.ProcessPath!, own] : [Environment.ProcessPath!];
        string result = Tools.Tool.Run("unshare", ["--pid", "--fork", "--mount-proc", .. program, "--filter-method", $"*.{nameof(Ids_AreThoseOfThisThreadAndProcess)}"]);
        Assert.Contains("succeeded: 1", result, StringComparison.Ordinal);
    }

    [Fact]
    public void Cpu_IsWhereTheProgramRan()
    {
        for (int processor = 0; processor < Math.Min(4, Environment.ProcessorCount); processor++)
        {
            Assert.Equal(processor, Evaluated.Value(c => c.Cpu, Source, processor));
        }
    }

    [Fact]
    public void Timestamp_IsTheMonotonicClock()
    {
        long before = System.Diagnostics.Stopwatch.GetTimestamp();
        object? seen = Evaluated.Value(c => c.Timestamp, Source);
        Assert.InRange((long)seen!, before, System.Diagnostics.Stopwatch.GetTimestamp());
    }

    [Fact]
    public void Comm_IsTheNameOfTheThread()
    {
        string name = File.ReadAllText("/proc/thread-self/comm").TrimEnd('\n');
        Assert.Equal(name, Evaluated.Value(c => c.Comm, Source));
        Assert.Equal(true, Evaluated.Value(c => c.Comm == name && c.Comm.StartsWith(name) && c.Comm.Length == name.Length, Source));
        Assert.Equal(false, Evaluated.Value(c => c.Comm == name + "x" || c.Comm != name || c.Comm.Contains("no such name"), Source));
    }

    [Fact]
    public void Comm_ThatFillsItsRoom_IsWhole()
    {
        object? comm = null;
        object? path = null;
        object? argument = null;
        Thread thread = new(() =>
        {
            comm = Evaluated.Value(c => c.Comm, Source);
            path = Evaluated.Value(c => c.KernelString("task->comm"), Source);
            argument = Evaluated.Value(c => c.Arg<string>("name"), Source);
        })
        {
            Name = "fifteen-letters",
        };
        thread.Start();
        thread.Join();
        Assert.Equal("fifteen-letters", comm);
        Assert.Equal("fifteen-letters", path);
        Assert.Equal("fifteen-letters", argument);
    }

    [Fact]
    public void CgroupId_IsThatOfTheTasksGroup() =>
        Assert.Equal(Evaluated.Value(c => c.Kernel<ulong>("task->cgroups->dfl_cgrp->kn->id"), Source), Evaluated.Value(c => c.CgroupId, Source));

    [Fact]
    public void CgroupId_IsTheInodeOfTheDirectory()
    {
        Require.Capability(CapabilityNames.RightAdministration);
        using Tools.TemporaryDirectory directory = new();
        Tools.Tool.Run("mount", "-t", "cgroup2", "none", directory.Path);
        try
        {
            string own = File.ReadLines("/proc/self/cgroup").First(static line => line.StartsWith("0::", StringComparison.Ordinal))[3..];
            Assert.Equal(ulong.Parse(Tools.Tool.Run("stat", "-c", "%i", directory.Path + own).Trim()), Evaluated.Value(c => c.CgroupId, Source));
        }
        finally
        {
            Tools.Tool.Run("umount", directory.Path);
        }
    }
}
