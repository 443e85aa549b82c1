using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Contexts;

/// <summary>Causes and accounts in a container with thread ids of its own, which are not those of the kernel's structures.</summary>
[Collection(nameof(AloneCollection))]
public sealed class NamespaceTests
{
    [Fact]
    public void Threads_InAPidNamespaceOfItsOwn_HaveTheirCausesAndAccounts()
    {
        Require.Bpf();
        Assert.SkipUnless(Environment.UserName == "root", "Only root makes pid namespaces here.");
        string own = Path.Combine(AppContext.BaseDirectory, "Instrumentation.Ebpf.Tests.dll");

        // The tests run by `dotnet` or as a program of their own.
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [Environment.ProcessPath!, own] : [Environment.ProcessPath!];
        string[] tests =
        [
            nameof(AttributionTests.Records_HaveTheSpanAndTheActivityOfTheirThread_AndOfNoOther),
            nameof(AttributionTests.OffCpu_IsOfTheThreadThatWaited),
            nameof(AccountingTests.Sleeps_AreSleep_OfDotNetAndOfTheKernel),
            nameof(AccountingTests.Bytes_OfFilesAndSockets_AreExact),
        ];
        string result = Tools.Tool.Run("unshare", ["--pid", "--fork", "--mount-proc", .. program, .. tests.SelectMany(static test => new[] { "--filter-method", $"*.{test}" })]);
        Assert.Contains($"succeeded: {tests.Length}", result, StringComparison.Ordinal);
    }
}
