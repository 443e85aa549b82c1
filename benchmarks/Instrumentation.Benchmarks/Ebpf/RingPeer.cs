using System.Diagnostics;
using System.Globalization;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>native/ring_consumer.c at work: a reader by libbpf in a process of its own.</summary>
internal sealed class RingPeer : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <param name="path">The program.</param>
    /// <param name="fill">What it runs and reads.</param>
    public RingPeer(string path, RingFill fill)
    {
        string[] ids = [fill.Ring.Id.ToString(CultureInfo.InvariantCulture), fill.Program.Id.ToString(CultureInfo.InvariantCulture)];
        _process = Process.Start(new ProcessStartInfo(path, ids) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    /// <summary>Lets it measure once.</summary>
    /// <param name="way">polled, woken or filled.</param>
    /// <param name="runs">How often the program runs.</param>
    /// <returns>What it read, and how long that took.</returns>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public RingRate Measure(string way, int runs)
    {
        _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{way} {runs}"));
        _process.StandardInput.Flush();
        string[] answer = (_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The reader by libbpf has ended.")).Split(' ');
        return new RingRate(long.Parse(answer[0], CultureInfo.InvariantCulture), long.Parse(answer[1], CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}

/// <summary>Records that were read in a time.</summary>
/// <param name="Records">How many.</param>
/// <param name="Nanoseconds">How long that took.</param>
internal readonly record struct RingRate(long Records, long Nanoseconds)
{
    /// <summary>Records a second.</summary>
    public double PerSecond => Records * 1e9 / Nanoseconds;
}
