using System.Diagnostics;
using Probed;

namespace Instrumentation.Managed.Tests.Governor;

/// <summary>
/// A thread that calls <see cref="Storm.Step"/> some 20 million times a second, in pieces of half a millisecond, and its twin in pieces between: what disturbs the
/// machine disturbs both.
/// </summary>
internal sealed class StormLoad : IDisposable
{
    private const int CallsPerPiece = 20_000;
    private const double NanosecondsPerCall = 22;

    private readonly List<(long At, long Took, long Twin)> _pieces = [];
    private readonly Thread _thread;
    private readonly int _work;
    private volatile bool _stopping;
    private volatile int _sink;

    public StormLoad()
    {
        _work = FindWork();
        _thread = new Thread(Call) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Calls a second, and how long the pieces take in terms of the twin's: medians since a moment.</summary>
    public (double PerSecond, double OfTwin) Since(long moment)
    {
        lock (_pieces)
        {
            (long At, long Took, long Twin)[] pieces = [.. _pieces.Where(piece => piece.At >= moment)];
            return (CallsPerPiece * (double)Stopwatch.Frequency / Median(pieces.Select(static piece => (double)(piece.Took + piece.Twin))), Median(pieces.Select(static piece => (double)piece.Took / piece.Twin)));
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static int FindWork()
    {
        // Until both have their last tier.
        for (int i = 0; i < 40; i++)
        {
            _ = Storm.Run(10_000, 40) + Storm.RunOther(10_000, 40);
            Thread.Sleep(10);
        }

        int work = 2;
        while (Enumerable.Range(0, 7).Min(_ => Time(Storm.Run, work)) * 1e9 / Stopwatch.Frequency / CallsPerPiece < NanosecondsPerCall)
        {
            work += 2;
        }

        return work;
    }

    private static long Time(Func<int, int, int> run, int work)
    {
        long start = Stopwatch.GetTimestamp();
        _ = run(CallsPerPiece, work);
        return Stopwatch.GetTimestamp() - start;
    }

    private void Call()
    {
        while (!_stopping)
        {
            long start = Stopwatch.GetTimestamp();
            _sink = Storm.Run(CallsPerPiece, _work);
            long between = Stopwatch.GetTimestamp();
            _sink = Storm.RunOther(CallsPerPiece, _work);
            long end = Stopwatch.GetTimestamp();
            lock (_pieces)
            {
                _pieces.Add((end, between - start, end - between));
            }
        }
    }
}
