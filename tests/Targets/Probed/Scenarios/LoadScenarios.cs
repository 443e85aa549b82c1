using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation;

namespace Probed.Scenarios;

/// <summary>Managed and kernel probes under load while something harmful happens; in the end what was seen has to be what was called.</summary>
internal static class LoadScenarios
{
    private static readonly nint Text = Marshal.StringToCoTaskMemUTF8("marked");

    /// <summary>Children are forked, and programs started, all the time.</summary>
    /// <param name="args">None.</param>
    public static Task<int> ForkAsync(string[] args) => RunAsync(static () =>
    {
        int forked = 0;
        int started = 0;
        for (int i = 0; i < 300; i++)
        {
            forked += SystemCalls.ForkOnce(Text) == 3 ? 1 : 0;
            if (i % 15 == 0)
            {
                using Process program = Process.Start(new ProcessStartInfo("/bin/true"))!;
                program.WaitForExit();
                started += program.ExitCode == 0 ? 1 : 0;
            }
        }

        Console.WriteLine($"forked={forked}");
        Console.WriteLine($"started={started}");
    });

    /// <summary>Somebody else stops one of the threads again and again: their ids are written to the output. Ends when a line comes in.</summary>
    /// <param name="args">None.</param>
    public static Task<int> StopAsync(string[] args) => RunAsync(static () => Console.ReadLine());

    private static async Task<int> RunAsync(Action harm)
    {
        InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { RingBytesPerThread = 4 * 1024 * 1024, ReaderBufferBytes = 128 * 1024 * 1024 });
        List<ProbeHandle> probes =
        [
            await session.AttachAsync(Probe.Method(() => Busy.Counted(0)).Count()),
            await session.AttachAsync(Probe.Method(() => Busy.Counted(0)).Capture(c => c.Arg<int>(0))),
        ];
        ProbeSpec call = Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == SystemCalls.NoDescriptor);
        bool kernel = session.CanAttach(call).Gaps.Count == 0;
        if (kernel)
        {
            probes.Add(await session.AttachAsync(call.Count()));
            probes.Add(await session.AttachAsync(call.Capture(c => c.Arg<long>("offset"))));
            probes.Add(await session.AttachAsync(Probe.Function("libc.so.6", "a64l").ThisProcess().OnEntry().Count()));
            probes.Add(await session.AttachAsync(Probe.Function("libc.so.6", "a64l").ThisProcess().OnEntry().Capture(c => c.ThreadId)));
        }

        (long seen, long backwards) = (0, 0);
        TimeSpan longestPause = TimeSpan.Zero;
        Task reading = Task.Run(async () =>
        {
            long latest = long.MinValue;
            long last = Stopwatch.GetTimestamp();
            await foreach (ProbeEvent one in session.Events)
            {
                seen++;
                backwards += one.Timestamp < latest ? 1 : 0;
                latest = Math.Max(latest, one.Timestamp);
                TimeSpan pause = Stopwatch.GetElapsedTime(last);
                longestPause = pause > longestPause ? pause : longestPause;
                last = Stopwatch.GetTimestamp();
            }
        });
        long calls = 0;
        bool stop = false;
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(number => new Thread(() =>
        {
            Console.WriteLine($"thread={SystemCalls.ThreadId()}");
            long made = 0;
            while (!Volatile.Read(ref stop))
            {
                for (int i = 0; i < 100; i++)
                {
                    _ = Busy.Counted(i);
                    SystemCalls.Seek(i);
                    _ = SystemCalls.A64L(Text);
                    made++;
                }

                Thread.Sleep(1);
            }

            Interlocked.Add(ref calls, made);
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Thread.Sleep(200);
        harm();
        Volatile.Write(ref stop, true);
        Array.ForEach(threads, static thread => thread.Join());
        await session.DisposeAsync();
        await reading;
        EventLoss loss = session.Events.Loss;
        Console.WriteLine($"kernel={kernel}");
        Console.WriteLine($"calls={calls}");
        Console.WriteLine($"passed={string.Join(' ', probes.Select(static probe => probe.Statistics.Passed))}");
        Console.WriteLine($"seen={seen}");
        Console.WriteLine($"lost={loss.Total}");
        Console.WriteLine($"late={loss.Late}");
        Console.WriteLine($"backwards={backwards}");
        Console.WriteLine($"pause={(long)longestPause.TotalMilliseconds}");
        return 0;
    }
}
