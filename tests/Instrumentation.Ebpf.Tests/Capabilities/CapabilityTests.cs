using System.Diagnostics;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Capabilities;

public sealed class CapabilityTests
{
    [Fact]
    public void All_OfThisKernel_HaveAnAnswerAndWhereItIsNoAMend()
    {
        IReadOnlyList<Capability> all = KernelCapabilities.All();

        Assert.Equal(all.Count, all.Select(static capability => capability.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(all, static capability => Assert.NotEmpty(capability.Minimum));
        Assert.All(all, static capability => Assert.Equal(capability.Answer == CapabilityAnswer.Yes, capability.Mend.Length == 0));
    }

    [Fact]
    public void WithRights_WhatTheKernelDoes_IsYes()
    {
        Require.Bpf();
        string[] needed =
        [
            CapabilityNames.SystemCall, CapabilityNames.RightBpf, CapabilityNames.RightPerfmon, CapabilityNames.ProgramRawTracepoint, CapabilityNames.ProgramTracepoint,
            CapabilityNames.ProgramPerfEvent, CapabilityNames.MapHash, CapabilityNames.MapLru, CapabilityNames.MapRingBuffer, CapabilityNames.MapMapped, CapabilityNames.MapStackTrace, CapabilityNames.InstructionsV3,
        ];

        Assert.All(needed, static name => Assert.Equal(CapabilityAnswer.Yes, KernelCapabilities.Of(name).Answer));
    }

    [Fact]
    public void WithoutRights_AProcess_IsToldWhichAreMissing()
    {
        Require.Bpf();
        string report = RunChild("/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all");

        Assert.Contains($"{CapabilityNames.RightBpf} No", report, StringComparison.Ordinal);
        Assert.Contains($"{CapabilityNames.SystemCall} No", report, StringComparison.Ordinal);
        Assert.Contains($"{CapabilityNames.ProgramRawTracepoint} No Run with CAP_BPF and CAP_PERFMON", report, StringComparison.Ordinal);
        Assert.Matches($"profile: .*CAP_PERFMON.*{CapabilityNames.RightPerfmon}", report);
        Assert.Contains("openat: Blind", report, StringComparison.Ordinal);
        Assert.Contains($"{CapabilityNames.Btf} {KernelCapabilities.Of(CapabilityNames.Btf).Answer}", report, StringComparison.Ordinal);
    }

    [Fact]
    public void WithTwoRightsOnly_AProcess_MayTrace()
    {
        Require.Bpf();
        string report = RunChild("/usr/bin/setpriv", "--bounding-set=-all,+bpf,+perfmon", "--inh-caps=-all");

        Assert.Contains($"{CapabilityNames.RightAdministration} No", report, StringComparison.Ordinal);
        Assert.Contains("profile: Armed, some samples", report, StringComparison.Ordinal);
        Assert.Contains("openat: Armed", report, StringComparison.Ordinal);
        foreach (string name in new[] { CapabilityNames.SystemCall, CapabilityNames.RightBpf, CapabilityNames.ProgramRawTracepoint, CapabilityNames.MapRingBuffer, CapabilityNames.ProgramPerfEvent })
        {
            Assert.Contains($"{name} Yes", report, StringComparison.Ordinal);
        }

        Assert.Contains($"{CapabilityNames.UprobeMulti} {KernelCapabilities.Of(CapabilityNames.UprobeMulti).Answer}", report, StringComparison.Ordinal);
    }

    [Fact]
    public void WithTracefsMounted_AProcess_FindsIt()
    {
        Require.Capability(CapabilityNames.RightAdministration);
        string report = RunChild("/usr/bin/unshare", "--mount", "sh", "-c", "mount -t tracefs tracefs /sys/kernel/tracing && exec \"$0\" \"$@\"");

        Assert.Contains($"{CapabilityNames.Tracing} Yes", report, StringComparison.Ordinal);
    }

    [Fact]
    public void AnInconclusiveAnswer_IsAskedForAgain()
    {
        int asked = 0;
        CapabilityQuestion question = new("x", "a minimum", "a mend", () => ++asked < 3 ? Finding.Unknown : Finding.No);

        Assert.Equal(CapabilityAnswer.Undetermined, question.Answer().Answer);
        Assert.Equal(CapabilityAnswer.Undetermined, question.Answer().Answer);
        Assert.Equal(new Capability("x", CapabilityAnswer.No, "a minimum", "a mend"), question.Answer());
        Assert.Equal(CapabilityAnswer.No, question.Answer().Answer);
        Assert.Equal(3, asked);
    }

    [Theory]
    [InlineData(-4, CapabilityAnswer.Undetermined)]
    [InlineData(-11, CapabilityAnswer.Undetermined)]
    [InlineData(-12, CapabilityAnswer.Undetermined)]
    [InlineData(-24, CapabilityAnswer.Undetermined)]
    [InlineData(-22, CapabilityAnswer.No)]
    [InlineData(-1, CapabilityAnswer.No)]
    [InlineData(3, CapabilityAnswer.Yes)]
    public void Trial_WithAnAnswer_Says(int answer, CapabilityAnswer expected) => Assert.Equal(expected, Finding.OfTrial(answer).Answer);

    [Theory]
    [InlineData("30 23 0:6 / /sys/kernel/tracing rw - tracefs tracefs rw", "/sys/kernel/tracing")]
    [InlineData("30 23 0:6 / /a\\040b rw,x shared:7 master:1 - tracefs none rw", "/a b")]
    [InlineData("30 23 0:6 / /sys rw - sysfs tracefs rw", null)]
    [InlineData("30 23 - tracefs", null)]
    [InlineData("", null)]
    public void Mounts_OfALine_AreFound(string line, string? directory) => Assert.Equal(directory, Mounts.Find([line], "tracefs"));

    [Theory]
    [InlineData("[none] integrity confidentiality", true)]
    [InlineData("none [integrity] confidentiality", true)]
    [InlineData("none integrity [confidentiality]", false)]
    public void Lockdown_ForConfidentialityOnly_ForbidsReading(string text, bool allowed) => Assert.Equal(allowed, Surroundings.AllowsReading(text));

    [Fact]
    public void Status_OfAProcess_IsRead()
    {
        ProcessStatus? status = ProcessStatus.Parse("Name:\tx\nCapInh:\t0\nCapEff:\t000000c000000000\nSeccomp:\t2\nSeccomp_filters:\t1\n");

        Assert.Equal(2, status?.Seccomp);
        Assert.True(status?.Has(LinuxRight.Bpf));
        Assert.False(status?.Has(LinuxRight.SystemAdministration));
        Assert.True(status?.MayTrace);
        Assert.Null(ProcessStatus.Parse("Name: x"));
    }

    // This program itself, which reports its capabilities instead of running tests when ChildReport is asked to.
    private static string RunChild(string tool, params string[] arguments)
    {
        if (!File.Exists(tool))
        {
            Assert.Skip($"{tool} (util-linux) is not here.");
        }

        ProcessStartInfo start = new(tool, [.. arguments, Environment.ProcessPath!, typeof(CapabilityTests).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[ChildReport.Variable] = "1";
        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        string errors = child.StandardError.ReadToEnd();
        Assert.True(child.WaitForExit(20_000));
        Assert.True(child.ExitCode == 0, $"{child.ExitCode} {output} {errors}");
        return output;
    }
}
