namespace Instrumentation.Tests.Processes;

/// <summary>Assemblies whose symbols are missing or damaged: probes need none, and what reads them goes on as it would without probes.</summary>
public sealed class SymbolTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("instrumentation-tests-");

    /// <summary>What lies beside the assembly as its symbols.</summary>
    public enum Symbols
    {
        Right,
        None,
        Empty,
        Garbage,
        Truncated,
        Damaged,
        OfAnotherAssembly,
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(Symbols.Right)]
    [InlineData(Symbols.None)]
    [InlineData(Symbols.Empty)]
    [InlineData(Symbols.Garbage)]
    [InlineData(Symbols.Truncated)]
    [InlineData(Symbols.Damaged)]
    [InlineData(Symbols.OfAnotherAssembly)]
    public async Task Attach_WhateverTheSymbolsAre_SeesCallsValuesAndThrows(Symbols symbols)
    {
        ChildResult child = await ChildProcess.RunAsync($"symbols {Copy(symbols)}");

        Assert.True(child.ExitCode == 0, child.ToString());
        Assert.Equal(("Armed", "5"), (child["state"], child["result"]));
        Assert.Equal(("5", "-1"), (child["event"], child["event-failed"]));
        Assert.Equal("True", child["same"]);
        Assert.Equal((symbols == Symbols.Right).ToString(), child["lines"]);
        Assert.Empty(child.Errors);
    }

    private string Copy(Symbols symbols)
    {
        string source = Path.Combine(ChildProcess.Folder, "Probed.dll");
        string path = Path.Combine(_folder.FullName, Path.GetFileName(source));
        File.Copy(source, path);
        byte[] right = File.ReadAllBytes(Path.ChangeExtension(source, ".pdb"));
        byte[]? beside = symbols switch
        {
            Symbols.Right => right,
            Symbols.None => null,
            Symbols.Empty => [],
            Symbols.Garbage => [.. Enumerable.Range(0, 5000).Select(static i => (byte)(i * 7))],
            Symbols.Truncated => right[..(right.Length / 2)],
            Symbols.Damaged => [.. right[..100], .. right[100..].Select(static (value, i) => (byte)(value ^ (i % 3)))],
            _ => File.ReadAllBytes(Path.ChangeExtension(typeof(Probe).Assembly.Location, ".pdb")),
        };
        if (beside is not null)
        {
            File.WriteAllBytes(Path.ChangeExtension(path, ".pdb"), beside);
        }

        return path;
    }
}
