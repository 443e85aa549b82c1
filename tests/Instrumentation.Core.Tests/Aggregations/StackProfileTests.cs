using System.Text;
using Instrumentation.Core.Tests.Json;

namespace Instrumentation.Core.Tests.Aggregations;

/// <summary>Profiles made of known stacks.</summary>
public sealed class StackProfileTests
{
    private static readonly ProfiledFrame Main = new("Program::Main", "app", FrameKind.Managed, 1);
    private static readonly ProfiledFrame Read = new("read", "libc.so.6", FrameKind.Native, 2);
    private static readonly ProfiledFrame Kernel = new("vfs_read", "kernel", FrameKind.Kernel, 3);
    private static readonly ProfiledFrame Hidden = new("[kernel]", "kernel", FrameKind.Kernel, 4);

    [Fact]
    public async Task Stacks_AreFolded_OutermostFirst()
    {
        StackProfile profile = new(
            [
                new(7, "app", [Kernel, Read, Main], 5),
                new(7, "app", [Read, Main], 2),
                new(7, "app", [Read with { Address = 99 }, Main], 4),
                new(7, "app", [Hidden], 1),
                new(7, "app", [new("a;b\nc", "", FrameKind.Unknown, 0)], 1),
                new(7, "app", [], 3),
            ],
            lost: 10);
        Assert.Equal(["Program::Main;read 6", "Program::Main;read;vfs_read_[k] 5", "app 3", "[kernel] 1", "a:b c 1", ""], (await Fold(profile)).Split('\n'));
        Assert.Equal((26, 10), (profile.Total, profile.Lost));
        Assert.Equal([5L, 4, 3, 2, 1, 1], profile.Stacks.Select(static stack => stack.Count));
        Assert.Equal(("read", 6L), (profile.Self[0].Key, profile.Self[0].Value));
        Assert.Equal(11, profile.Inclusive.Single(static row => row.Key == "Program::Main").Value);
    }

    [Fact]
    public async Task Stacks_OfSeveralProcesses_BeginWithTheirNames()
    {
        StackProfile profile = new([new(7, "app", [Main], 2), new(8, "", [Main], 1)], lost: 0);
        Assert.Equal(["app;Program::Main 2", "process 8;Program::Main 1", ""], (await Fold(profile)).Split('\n'));
    }

    [Fact]
    public void Recursion_CountsOnce()
    {
        StackProfile profile = new([new(7, "app", [Main, Read, Main, Main], 2)], lost: 0);
        Assert.Equal(2, profile.Inclusive.Single(static row => row.Key == "Program::Main").Value);
    }

    [Fact]
    public async Task File_ThatCannotBeWritten_IsATypedError()
    {
        StackProfile profile = new([new(7, "app", [Main], 2)], lost: 0);
        await Assert.ThrowsAsync<EventFileException>(() => profile.WriteFoldedFileAsync("/no/such/directory/file", TestContext.Current.CancellationToken));
        string path = Path.GetTempFileName();
        Assert.Equal(1, await profile.WriteFoldedFileAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal("Program::Main 2\n", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        File.Delete(path);
    }

    [Fact]
    public void Json_KeepsTheCapacity()
    {
        ProbeSpec spec = Text.Spec("\"aggregate\":{\"stacks\":64}");
        Assert.Equal(new StackAggregation(64), spec.Aggregation);
        Assert.Contains("{\"stacks\":64}", ProbeSpecJson.Write(spec), StringComparison.Ordinal);
        Assert.Throws<ProbeJsonException>(() => Text.Spec("\"aggregate\":{\"stacks\":0}"));
        Assert.Throws<ProbeJsonException>(() => Text.Spec("\"aggregate\":{\"stacks\":64,\"by\":\"caller\"}"));
        Assert.Throws<ArgumentOutOfRangeException>(() => spec.Stacks(65537));
    }

    [Fact]
    public async Task Weights_OrderTheStacksAndAreTheText()
    {
        StackProfile profile = new([new(7, "app", [Main], 9) { Weight = 2_000 }, new(7, "app", [Read, Main], 1) { Weight = 5_000_999 }], lost: 3, ValueUnit.Nanoseconds);
        Assert.Equal((13, 5_002_999), (profile.Total, profile.TotalWeight));
        Assert.Equal([1, 9], profile.Stacks.Select(static stack => stack.Count));
        Assert.Equal(5_000_999, profile.Self[0].Value);
        Assert.Equal(5_002_999, profile.Inclusive.Single(static row => row.Key == "Program::Main").Value);
        Assert.EndsWith(" 5000\nProgram::Main 2\n", await Fold(profile), StringComparison.Ordinal);
        Assert.Contains("5,002", profile.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Weight_IsADurationOrAnInteger()
    {
        ProbeSpec spec = Text.Spec("\"aggregate\":{\"stacks\":64,\"weight\":\"duration\"}");
        AggregateSpec<StackProfile> same = spec.StacksBy(c => c.Duration, 64);
        Assert.Equal(same.Aggregation, spec.Aggregation);
        Assert.Equal(ValueUnit.Nanoseconds, ((StackAggregation)same.Aggregation!).Unit);
        Assert.Contains("{\"stacks\":64,\"weight\":\"duration\"}", ProbeSpecJson.Write(spec), StringComparison.Ordinal);
        Assert.Throws<ProbeJsonException>(() => Text.Spec("\"aggregate\":{\"stacks\":64,\"weight\":true}"));
        Assert.Throws<ExpressionException>(() => spec.StacksBy(c => 1.5));
    }

    private static async Task<string> Fold(StackProfile profile)
    {
        using MemoryStream stream = new();
        await profile.WriteFoldedAsync(stream, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
