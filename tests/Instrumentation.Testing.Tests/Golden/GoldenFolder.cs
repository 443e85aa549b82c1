namespace Instrumentation.Testing.Tests.Golden;

/// <summary>A folder of its own for one golden trace.</summary>
internal sealed class GoldenFolder : IDisposable
{
    public GoldenFolder(string? golden)
    {
        if (golden is not null)
        {
            File.WriteAllText(Golden, golden);
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("golden-").FullName;

    public string Source => System.IO.Path.Combine(Path, "GoldenTests.cs");

    public string Golden => System.IO.Path.Combine(Path, "GoldenTests.trace.golden.txt");

    public string Received => System.IO.Path.Combine(Path, "GoldenTests.trace.received.txt");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
