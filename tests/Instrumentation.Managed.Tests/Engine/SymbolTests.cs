using System.Runtime.Loader;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

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
        Type type = Load(symbols);
        Assert.NotSame(typeof(Outcomes), type);
        Func<int, int> call = type.GetMethod(nameof(Outcomes.Positive))!.CreateDelegate<Func<int, int>>();
        string plain = Trace(call);
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(type, nameof(Outcomes.Positive)).OnReturn().OrThrow().Capture(c => new { Value = c.Arg<int>(0), c.ThrownBy }));

        Assert.Equal(5, call(5));
        Assert.Equal(plain, Trace(call));

        IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(session);
        Assert.Equal([5, -1], events.Select(static one => one.Fields["Value"]));
        Assert.Equal([false, true], events.Select(static one => one.Failed));
        Assert.Equal(symbols == Symbols.Right, plain.Contains(".cs:line", StringComparison.Ordinal));
    }

    private static string Trace(Func<int, int> call)
    {
        string trace = Assert.Throws<ArgumentOutOfRangeException>(() => call(-1)).StackTrace!;
        return trace[..trace.IndexOf(nameof(SymbolTests), StringComparison.Ordinal)];
    }

    private Type Load(Symbols symbols)
    {
        string source = typeof(Outcomes).Assembly.Location;
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

        return new AssemblyLoadContext(symbols.ToString()).LoadFromAssemblyPath(path).GetType(typeof(Outcomes).FullName!, throwOnError: true)!;
    }
}
