namespace Instrumentation.Tests.Processes;

/// <summary>Processes that cannot be probed: the error is typed, says why and names the mend, and the program goes on as if nothing had been asked.</summary>
public sealed class UnavailableTests : IDisposable
{
    private const string ClassId = "{6f6c2b1e-3a70-4d0b-9a53-6f0e2c5b7d41}";
    private const int Refused = 3;
    private const string SumOfTen = "135";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("instrumentation-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Attach_NothingInTheWay_Works()
    {
        ChildResult child = await ChildProcess.RunAsync("attach 10");

        AssertWorks(child);
    }

    [Fact]
    public async Task Attach_AnotherProfilerHoldsTheSlot_SaysSoAndNamesTheMend()
    {
        string other = Path.Combine(_folder.FullName, "libsome_other_profiler.so");
        File.Copy(ChildProcess.NativeLibrary, other);

        ChildResult child = await ChildProcess.RunAsync("attach 10", Profiler(other));

        AssertRefused(child, BackendUnavailableReason.ProfilerSlotTaken);
        Assert.Contains("another profiler", child["why"], StringComparison.Ordinal);
        Assert.Contains("CORECLR_ENABLE_PROFILING", child["mend"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DOTNET_EnableDiagnostics")]
    [InlineData("DOTNET_EnableDiagnostics_IPC")]
    public async Task Attach_DiagnosticsSwitchedOff_SaysSoAndNamesTheVariable(string variable)
    {
        ChildResult child = await ChildProcess.RunAsync("attach 10", new Dictionary<string, string> { [variable] = "0" });

        AssertRefused(child, BackendUnavailableReason.DiagnosticsDisabled);
        Assert.Contains(variable + "=0", child["mend"], StringComparison.Ordinal);
    }

    // The runtime heeds this variable only for profilers that are named at start-up, not for one that is attached.
    [Fact]
    public async Task Attach_ProfilersSwitchedOffAtStartUp_Works()
    {
        ChildResult child = await ChildProcess.RunAsync("attach 10", new Dictionary<string, string>(Profiler(ChildProcess.NativeLibrary))
        {
            ["DOTNET_EnableDiagnostics_Profiler"] = "0",
        });

        AssertWorks(child);
    }

    [Fact]
    public async Task Attach_OurLibraryLoadedAtStartUp_Works()
    {
        ChildResult child = await ChildProcess.RunAsync("attach 10", Profiler(ChildProcess.NativeLibrary));

        AssertWorks(child);
    }

    [Fact]
    public async Task Attach_NativeLibraryNotDeployed_SaysWhereItLookedAndNamesTheMend()
    {
        foreach (FileInfo file in new DirectoryInfo(ChildProcess.Folder).EnumerateFiles().Where(static file => file.Extension is ".dll" or ".json"))
        {
            file.CopyTo(Path.Combine(_folder.FullName, file.Name));
        }

        ChildResult child = await ChildProcess.RunAsync("attach 10", folder: _folder.FullName);

        AssertRefused(child, BackendUnavailableReason.NativeLibraryMissing);
        Assert.Contains(Path.Combine(_folder.FullName, "runtimes/linux-x64/native/libinstrumentation_profiler.so"), child["why"], StringComparison.Ordinal);
        Assert.Contains("runtimes folder", child["mend"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attach_NativeLibraryDamaged_SaysSoAndNamesTheFile()
    {
        foreach (FileInfo file in new DirectoryInfo(ChildProcess.Folder).EnumerateFiles().Where(static file => file.Extension is ".dll" or ".json"))
        {
            file.CopyTo(Path.Combine(_folder.FullName, file.Name));
        }

        string library = Path.Combine(_folder.FullName, "libinstrumentation_profiler.so");
        await File.WriteAllTextAsync(library, "no library at all");

        ChildResult child = await ChildProcess.RunAsync("attach 10", folder: _folder.FullName);

        AssertRefused(child, BackendUnavailableReason.NativeLibraryMissing);
        Assert.Contains(library, child["why"], StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Profiler(string path) => new()
    {
        ["CORECLR_ENABLE_PROFILING"] = "1",
        ["CORECLR_PROFILER"] = ClassId,
        ["CORECLR_PROFILER_PATH"] = path,
    };

    private static void AssertWorks(ChildResult child)
    {
        Assert.True(child.ExitCode == 0, child.ToString());
        Assert.Equal(("Armed", "Armed"), (child["can"], child["state"]));
        Assert.Equal("10", child["hits"]);
        Assert.Equal("10", child["after"]);
        Assert.Equal(SumOfTen, child["sum"]);
        Assert.Empty(child.Errors);
    }

    private static void AssertRefused(ChildResult child, BackendUnavailableReason reason)
    {
        Assert.True(child.ExitCode == Refused, child.ToString());
        Assert.Equal(nameof(BackendUnavailableException), child["error"]);
        Assert.Equal(reason.ToString(), child["reason"]);
        Assert.Equal("managed", child["backend"]);
        Assert.NotEmpty(child["why"]);
        Assert.Contains(child["mend"], child["capability"], StringComparison.Ordinal);
        Assert.Equal("Blind", child["can"]);
        Assert.Contains(child["why"], child["can-why"], StringComparison.Ordinal);
        Assert.Equal(child["mend"], child["can-mend"]);
        Assert.Equal("0", child["probes"]);
        Assert.Equal(SumOfTen, child["sum"]);
        Assert.Empty(child.Errors);
    }
}
