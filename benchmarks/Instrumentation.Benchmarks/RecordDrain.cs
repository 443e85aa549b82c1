using System.Diagnostics;
using System.IO.Pipelines;
using Instrumentation.Events;

namespace Instrumentation.Benchmarks;

/// <summary>A reader of a session's records that keeps up: what figures that write events are measured with.</summary>
internal sealed class RecordDrain : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly PipeReader _reader;
    private readonly Task _reading;
    private long _bytes;
    private long _lastAt;

    /// <summary>Begins to read.</summary>
    /// <param name="session">The session.</param>
    public RecordDrain(InstrumentationSession session)
    {
        _reader = session.Events.OpenRecordReader();
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Bytes of records that were read so far.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>When the last of them came, in units of <see cref="Stopwatch"/>.</summary>
    public long LastAt => Volatile.Read(ref _lastAt);

    /// <summary>Waits until so many bytes have been read.</summary>
    /// <param name="bytes">The bytes of all records that were written since the beginning.</param>
    /// <exception cref="TimeoutException">They do not come.</exception>
    public void WaitFor(long bytes)
    {
        EventPump.Shared.FlushAsync().GetAwaiter().GetResult();
        if (!SpinWait.SpinUntil(() => Bytes >= bytes, Limit))
        {
            throw new TimeoutException($"{bytes} bytes were written, {Bytes} read.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.CancelPendingRead();
        _reading.Wait(Limit);
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            ReadResult result = await _reader.ReadAsync().ConfigureAwait(false);
            Volatile.Write(ref _lastAt, Stopwatch.GetTimestamp());
            Volatile.Write(ref _bytes, _bytes + result.Buffer.Length);
            _reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || result.IsCanceled)
            {
                await _reader.CompleteAsync().ConfigureAwait(false);
                return;
            }
        }
    }
}
