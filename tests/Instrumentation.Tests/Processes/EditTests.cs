namespace Instrumentation.Tests.Processes;

/// <summary>Assemblies that are open to Edit and Continue, which the runtime does not recompile for a profiler.</summary>
public sealed class EditTests
{
    private static readonly Dictionary<string, string> EditsAllowed = new() { ["DOTNET_MODIFIABLE_ASSEMBLIES"] = "debug" };

    [Fact]
    public async Task Attach_AssemblyOpenToEdits_IsBlindWithTheReason_AsCanAttachSaid()
    {
        ChildResult child = await ChildProcess.RunAsync("edit debug", EditsAllowed);

        Assert.True(child.ExitCode == 0, child.ToString());
        foreach (string when in new[] { "can", "attached" })
        {
            Assert.Equal("Blind", child[when]);
            Assert.Equal("1", child[when + "-gaps"]);
            Assert.Contains("Edit and Continue", child[when + "-why"], StringComparison.Ordinal);
            Assert.Contains("DOTNET_MODIFIABLE_ASSEMBLIES", child[when + "-mend"], StringComparison.Ordinal);
        }

        Assert.Equal("0", child["hits"]);
    }

    [Theory]
    [InlineData("edit debug", false)]
    [InlineData("edit optimized", true)]
    public async Task Attach_AssemblyNotOpenToEdits_Works(string scenario, bool allowed)
    {
        ChildResult child = await ChildProcess.RunAsync(scenario, allowed ? EditsAllowed : null);

        Assert.True(child.ExitCode == 0, child.ToString());
        Assert.Equal(("Armed", "Armed", "10"), (child["can"], child["attached"], child["hits"]));
    }
}
