using System.Diagnostics;
using Instrumentation;

namespace Probed.Scenarios;

/// <summary>Writes both kinds of event files as fast as it can, and ends in the midst of it. Arguments: the folder, and <c>kill</c> or <c>exit</c>.</summary>
internal static class WriteScenario
{
    private const int EnoughBytes = 200_000;

    /// <summary>Plays it.</summary>
    /// <param name="args">The arguments.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { ReaderBufferBytes = 64 * 1024 * 1024 });
        await session.AttachAsync(Probe.Method(() => Busy.Counted(0)).Capture(c => new { Value = c.Arg<int>(0), c.Duration }));
        ProbeSpec call = Probe.Syscall("lseek").OnCall().ThisProcess().When(c => c.Arg<int>("fd") == SystemCalls.NoDescriptor);
        if (session.CanAttach(call).Gaps.Count == 0)
        {
            await session.AttachAsync(call);
        }

        FileInfo[] files = [new(Path.Combine(args[0], "events.jsonl")), new(Path.Combine(args[0], "trace.json"))];
        _ = JsonLinesWriter.WriteFileAsync(session.Events, files[0].FullName);
        _ = ChromeTraceWriter.WriteFileAsync(session.Events, files[1].FullName);
        for (int i = 0; i < 2; i++)
        {
            new Thread(static () =>
            {
                for (int number = 0; ; number++)
                {
                    _ = Busy.Counted(number);
                    SystemCalls.Seek(number);
                }
            })
            {
                IsBackground = true,
            }.Start();
        }

        while (files.Any(static file => !file.Exists || file.Length < EnoughBytes))
        {
            await Task.Delay(5);
            Array.ForEach(files, static file => file.Refresh());
        }

        await Task.Delay(Random.Shared.Next(100));
        if (args[1] == "kill")
        {
            Process.GetCurrentProcess().Kill();
        }

        Environment.Exit(9);
        return 0;
    }
}
