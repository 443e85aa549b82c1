using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Instrumentation.Tests.Order;
using Instrumentation.Tests.Processes;

namespace Instrumentation.Tests.Harm;

/// <summary>Files of events whose disk is full, or whose process ends while they are written, are readable up to the last write.</summary>
[Collection(nameof(AloneCollection))]
public sealed class WritingTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 3;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("instrumentation-tests-");
    private bool _mounted;

    public void Dispose()
    {
        if (_mounted)
        {
            Run("umount", _folder.FullName);
        }

        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("kill", 137)]
    [InlineData("exit", 9)]
    public async Task ProcessEndsWhileItWrites_BothFilesAreReadable(string how, int code)
    {
        int strict = 0;
        for (int round = 0; round < Rounds; round++)
        {
            DirectoryInfo folder = _folder.CreateSubdirectory($"{round}");
            ChildResult child = await ChildProcess.RunAsync($"write {folder.FullName} {how}");
            Assert.Equal(code, child.ExitCode);
            Assert.Empty(child.Errors);
            string[] lines = (await File.ReadAllTextAsync(Path.Combine(folder.FullName, "events.jsonl"))).Split('\n');
            Assert.All(lines[..^1], static line => JsonDocument.Parse(line).Dispose());
            string trace = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "trace.json"));
            bool whole = IsTrace(trace, out int events);

            // The process may have ended within a write: then the last event is cut off.
            Assert.True(whole || IsTrace(trace[..(trace.LastIndexOf("},{", StringComparison.Ordinal) + 1)] + "]}", out events));
            Assert.InRange(Math.Min(events, lines.Length), 100, int.MaxValue);
            strict += whole && lines[^1].Length == 0 ? 1 : 0;
            output.WriteLine($"{how}: {lines.Length} lines, {events} entries, {(whole ? "closed" : "cut off")}");
        }

        Assert.InRange(strict, 1, Rounds);
    }

    [Fact]
    public async Task DiskIsFull_ThrowsTypedAndTheFilesHoldWhatFitted()
    {
        const int Capacity = 512 * 1024;
        _mounted = Run("mount", "-t", "tmpfs", "-o", $"size={Capacity}", "instrumentation", _folder.FullName) == 0;
        Assert.SkipUnless(_mounted, "ebpf.right.administration: a small disk cannot be mounted here.");
        InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { ReaderBufferBytes = 64 * 1024 * 1024 });
        await session.AttachAsync(Probe.Method(() => Numbered(0)).Capture(c => c.Arg<int>(0)));
        Task<long> counting = CountAsync(session.Events);
        string lines = Path.Combine(_folder.FullName, "events.jsonl");
        string trace = Path.Combine(_folder.FullName, "trace.json");
        Task<long>[] writings = [JsonLinesWriter.WriteFileAsync(session.Events, lines), ChromeTraceWriter.WriteFileAsync(session.Events, trace)];
        int calls = 0;
        Stopwatch watch = Stopwatch.StartNew();
        while (!writings.All(static writing => writing.IsFaulted) && watch.Elapsed < TimeSpan.FromSeconds(20))
        {
            for (int i = 0; i < 100; i++)
            {
                Assert.Equal(calls * 2, Numbered(calls));
                calls++;
            }

            await Task.Delay(1);
        }

        foreach ((Task<long> writing, string path) in writings.Zip([lines, trace]))
        {
            EventFileException full = await Assert.ThrowsAsync<EventFileException>(() => writing);
            Assert.Equal(path, full.Path);
            Assert.Contains("No space left", full.Message, StringComparison.Ordinal);
        }

        string[] written = await File.ReadAllLinesAsync(lines);
        Assert.EndsWith("\n", await File.ReadAllTextAsync(lines), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, written.Length), written.Select(Number));
        Assert.True(IsTrace(await File.ReadAllTextAsync(trace), out int entries));
        long used = new FileInfo(lines).Length + new FileInfo(trace).Length;
        output.WriteLine($"{written.Length} lines and {entries} entries on {Capacity} bytes, of which {used} are used");
        Assert.InRange(Math.Min(written.Length, entries), 100, calls);

        // Once there is room again, the session's events can be written again.
        File.Delete(lines);
        using CancellationTokenSource stop = new();
        Task<long> again = JsonLinesWriter.WriteFileAsync(session.Events, lines, stop.Token);
        for (int i = 0; i < 10; i++)
        {
            _ = Numbered(calls++);
        }

        await session.DisposeAsync();
        Assert.Equal(10, await again);
        Assert.Equal(calls, await counting);
        Assert.Equal(0, session.Events.Loss.Total);
        Assert.Equal(Enumerable.Range(calls - 10, 10), (await File.ReadAllLinesAsync(lines)).Select(Number));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Numbered(int number) => number * 2;

    private static int Number(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("fields").EnumerateObject().Single().Value.GetInt32();
    }

    private static bool IsTrace(string text, out int events)
    {
        events = 0;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            events = document.RootElement.GetProperty("traceEvents").GetArrayLength();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task<long> CountAsync(EventStream events)
    {
        long count = 0;
        await foreach (ProbeEvent one in events)
        {
            count++;
        }

        return count;
    }

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
