using System.Collections.Concurrent;
using System.Diagnostics;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>
/// bpftrace with a script. It needs tracefs, which it gets in a mount namespace of its own, so that nothing changes for others. What it prints is counted
/// line by line as it comes.
/// </summary>
internal sealed class BpftraceProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Thread _reading;
    private readonly ConcurrentQueue<string> _text = [];
    private readonly bool _keep;
    private readonly Task<string> _errors;
    private long _lines;
    private long _lastAt;

    /// <summary>Starts it.</summary>
    /// <param name="script">The script.</param>
    /// <param name="keep">Whether the lines are kept, and not only counted.</param>
    public BpftraceProcess(string script, bool keep)
    {
        _keep = keep;
        ProcessStartInfo start = new("unshare", ["-m", "sh", "-c", "mount -t tracefs tracefs /sys/kernel/tracing; exec bpftrace -B \"$1\" -e \"$0\"", script, keep ? "line" : "full"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = new Thread(Read) { IsBackground = true, Name = "bpftrace" };
        _reading.Start();
    }

    /// <summary>The lines so far.</summary>
    public long Lines => Volatile.Read(ref _lines);

    /// <summary>When the last of them came, in units of <see cref="Stopwatch"/>.</summary>
    public long LastAt => Volatile.Read(ref _lastAt);

    /// <summary>What it has printed so far, if that is kept.</summary>
    public IReadOnlyCollection<string> Text => _text;

    /// <summary>Waits until something is so, and does something again and again meanwhile.</summary>
    /// <param name="ready">What to wait for.</param>
    /// <param name="meanwhile">What is done meanwhile.</param>
    /// <exception cref="InvalidOperationException">It has ended, or the time is over.</exception>
    public void WaitFor(Func<bool> ready, Action meanwhile)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!ready())
        {
            meanwhile();
            Thread.Sleep(20);
            if (_process.HasExited || watch.Elapsed > Limit)
            {
                throw new InvalidOperationException($"bpftrace does not attach: {(_process.HasExited ? _errors.Result : "no end within 30 s")}");
            }
        }
    }

    /// <summary>Ends it as Ctrl-C does.</summary>
    /// <returns>The lines that it has printed.</returns>
    public IReadOnlyList<string> End()
    {
        using (Process kill = Process.Start("kill", ["-INT", $"{_process.Id}"]))
        {
            kill.WaitForExit();
        }

        _reading.Join(Limit);
        return [.. _text];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit(Limit);
        _process.Dispose();
    }

    private void Read()
    {
        Stream stream = _process.StandardOutput.BaseStream;
        if (_keep)
        {
            while (_process.StandardOutput.ReadLine() is { } line)
            {
                _text.Enqueue(line);
            }

            return;
        }

        byte[] room = new byte[64 * 1024];
        int read;
        while ((read = stream.Read(room)) > 0)
        {
            Volatile.Write(ref _lines, _lines + room.AsSpan(0, read).Count((byte)'\n'));
            Volatile.Write(ref _lastAt, Stopwatch.GetTimestamp());
        }
    }
}
