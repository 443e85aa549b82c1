using System.Diagnostics;
using System.Runtime.CompilerServices;
using Instrumentation.Events;
using Instrumentation.Testing.Frameworks;
using Instrumentation.Testing.Golden;

namespace Instrumentation.Testing;

/// <summary>Golden traces.</summary>
public sealed partial class CallRecorder
{
    /// <summary>
    /// Compares the tree of all calls that were recorded, with their arguments, results and exceptions, with the text in <c>TestFile.name.golden.txt</c> beside the test's source file. What
    /// differs from run to run has placeholders (<see cref="GoldenScrubs"/>), and what ran concurrently may come in any order. Calls under way are waited for.
    /// </summary>
    /// <param name="name">The trace's name, a part of the file's.</param>
    /// <param name="options">How it is compared; null for the defaults.</param>
    /// <param name="sourceFile">The test's source file; the compiler gives it.</param>
    /// <returns>Completes when the calls match. It fails as an assertion of the test framework does when they do not, when there is no golden trace, and when calls may have been missed.</returns>
    /// <exception cref="SpecException">Nothing is watched, the name is none of a file, or the source file's folder is not on this machine.</exception>
    /// <example><code>await calls.MatchesGoldenAsync("checkout");</code></example>
    [StackTraceHidden]
    public Task MatchesGoldenAsync(string name, GoldenOptions? options = null, [CallerFilePath] string sourceFile = "") =>
        MatchesGoldenAsync(name, options ?? new GoldenOptions(), sourceFile, GoldenEnvironment.Read());

    /// <summary>Compares as <see cref="MatchesGoldenAsync(string, GoldenOptions?, string)"/> does, in an environment that is given.</summary>
    /// <param name="name">The trace's name.</param>
    /// <param name="options">How it is compared.</param>
    /// <param name="sourceFile">The test's source file.</param>
    /// <param name="environment">What the environment says.</param>
    /// <returns>Completes when the calls match.</returns>
    [StackTraceHidden]
    internal async Task MatchesGoldenAsync(string name, GoldenOptions options, string sourceFile, GoldenEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_gate)
        {
            if (_watched.Count == 0)
            {
                throw new SpecException($"The golden trace \"{name}\"", "nothing is watched, so no call is seen.", "Watch it first: calls.Watch(...).");
            }
        }

        GoldenFiles files = FindFiles(name, options, sourceFile);
        IReadOnlyList<RecordedCall> calls = await EndedAsync(name, options.Timeout).ConfigureAwait(false);
        GoldenTrace.DemandAll(name, Doubts(null));
        if (Compare() is { } failure)
        {
            TestFramework.Fail(failure);
        }

        string? Compare()
        {
            // What the library reads and writes is no call of the test.
            using ThreadStates.GuardScope guard = ThreadStates.Guard();
            return new GoldenTrace(name, files, options, environment).Compare([.. calls.Select(GoldenTrace.EntryOf)]);
        }
    }

    private static GoldenFiles FindFiles(string name, GoldenOptions options, string sourceFile)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        return GoldenFiles.Find(name, options.Folder, sourceFile);
    }

    private async Task<IReadOnlyList<RecordedCall>> EndedAsync(string name, TimeSpan timeout)
    {
        Stopwatch waited = Stopwatch.StartNew();
        for (int pause = 1; ; pause = Math.Min(2 * pause, 20))
        {
            IReadOnlyList<RecordedCall> calls = Calls;
            if (calls.All(static call => call.HasEnded))
            {
                return calls;
            }

            if (waited.Elapsed >= timeout)
            {
                GoldenTrace.FailUnended(name, timeout, [.. calls.Where(static call => !call.HasEnded)]);
            }

            await Pause(pause).ConfigureAwait(false);
        }

        static Task Pause(int milliseconds)
        {
            using ThreadStates.GuardScope guard = ThreadStates.Guard();
            return Task.Delay(milliseconds);
        }
    }
}
