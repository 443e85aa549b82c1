using System.Globalization;
using System.Text.RegularExpressions;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Objects;

/// <summary>The same object loaded by libbpf, through bpftool: what the verifier has made of it, and what it knows of lines and functions, are the same.</summary>
[Collection(nameof(AloneCollection))]
public sealed partial class LibbpfTests
{
    [Theory]
    [InlineData("taskinfo", "on_call")]
    [InlineData("execcount", "on_exec")]
    public void LoadedProgram_IsTheOneThatLibbpfLoads(string sample, string name)
    {
        Require.Capability(CapabilityNames.ProgramTypedTracepoint);
        Require.Capability(CapabilityNames.RightAdministration);
        using var directory = new TemporaryDirectory();
        string path = Clang.Sample(directory, sample);
        string theirs = Tool.Run("unshare", "--mount", "sh", "-c", $"mount -t bpf bpf /sys/fs/bpf && bpftool prog load {path} /sys/fs/bpf/x > /dev/null && bpftool prog dump xlated pinned /sys/fs/bpf/x");
        using BpfObject loaded = BpfObject.Load(path);
        string ours = Tool.Run("bpftool", "prog", "dump", "xlated", "id", loaded.GetProgram(name).Id.ToString(CultureInfo.InvariantCulture));

        Assert.Contains("; ", ours, StringComparison.Ordinal);
        Assert.Contains("map[id:", ours, StringComparison.Ordinal);
        Assert.Equal(Normal(theirs), Normal(ours));
    }

    // Maps have other numbers, and functions that are called other tags.
    private static string Normal(string dump) => Numbers().Replace(dump, "$1");

    [GeneratedRegex(@"(map\[id:|bpf_prog_)[0-9a-f]+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Numbers();
}
