// Runs the suite's assertions over and over, many at once, in one process: no flake, no cross-talk. The first half of the rounds has different tests beside each other, the second half
// the same one in all places. Arguments: --rounds <200> --at-once <16>. The last line is for machines; the exit code is 0 when all assertions held.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Instrumentation.Frameworks;

int rounds = Option("--rounds", 200);
int atOnce = Option("--at-once", 16);
IReadOnlyList<MethodInfo> tests = Suite.Tests;
int total = tests.Count * rounds;
int half = total / 2 / tests.Count * tests.Count;
int next = -1;
long held = 0;
int skipped = 0;
ConcurrentQueue<string> failures = new();
ConcurrentDictionary<string, long> times = new();
long began = Stopwatch.GetTimestamp();

await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(WorkAsync)));

double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
foreach (string failure in failures.Take(3))
{
    Console.WriteLine(failure);
}

Console.WriteLine($"slowest, ms each: {string.Join(", ", times.OrderByDescending(static pair => pair.Value).Take(6).Select(pair => $"{pair.Key} {pair.Value / 1000.0 / rounds:F1}"))}");
bool ok = failures.IsEmpty && held + skipped == total;
Console.WriteLine($"suite tests={tests.Count} rounds={rounds} at-once={atOnce} held={held} failed={failures.Count} skipped={skipped} seconds={seconds:F1} {(ok ? "ok" : "failed")}");
return ok ? 0 : 1;

async Task WorkAsync()
{
    for (int i = Interlocked.Increment(ref next); i < total; i = Interlocked.Increment(ref next))
    {
        MethodInfo test = tests[i < half ? i % tests.Count : (i - half) / ((total - half) / tests.Count)];
        using Case run = new();
        long start = Stopwatch.GetTimestamp();
        Exception? error = await Suite.RunAsync(test, run);
        times.AddOrUpdate(test.Name, static (_, time) => time, static (_, before, time) => before + time, (long)Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        if (error?.GetType() == Framework.Skipped)
        {
            Interlocked.Increment(ref skipped);
        }
        else if (error is not null)
        {
            failures.Enqueue($"{test.DeclaringType!.Name}.{test.Name}: {error}");
        }
        else
        {
            Interlocked.Add(ref held, run.Held);
        }
    }
}

int Option(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
