using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Instrumentation.Writers;

/// <summary>Runs an event stream through a format into a stream of bytes, with few writes while much comes and none held back while little comes.</summary>
internal sealed class EventFileWriter : IDisposable
{
    private const int FlushBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(FlushBytes * 2);
    private readonly Stream _stream;
    private readonly IEventFormat _format;
    private readonly Utf8JsonWriter _json;

    private readonly EventFile? _file;
    private readonly List<int> _ends = [];
    private bool _ended;

    private EventFileWriter(Stream stream, EventFile? file, IEventFormat format)
    {
        _stream = stream;
        _file = file;
        _format = format;

        // Lines are values one after the other, which is no valid document: the formats see to the structure.
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <summary>Writes events until the stream of them ends.</summary>
    /// <param name="events">The events.</param>
    /// <param name="stream">Takes the bytes; it is flushed, not disposed.</param>
    /// <param name="format">The format.</param>
    /// <param name="cancellationToken">Ends the writing: what has come is written, and the format closed.</param>
    /// <returns>The number of events written.</returns>
    public static async Task<long> WriteAsync(IAsyncEnumerable<ProbeEvent> events, Stream stream, IEventFormat format, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(stream);
        using EventFileWriter writer = new(stream, file: null, format);
        return await writer.RunAsync(events, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Writes events to a file until the stream of them ends. After each write the file holds whole events and is closed as its format demands: it can be read at any time, and after
    /// the process was killed. When a write fails, what was written before stays.
    /// </summary>
    /// <param name="events">The events.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="format">The format.</param>
    /// <param name="cancellationToken">Ends the writing: what has come is written, and the format closed.</param>
    /// <returns>The number of events written.</returns>
    /// <exception cref="EventFileException">The file cannot be created or written.</exception>
    public static async Task<long> WriteFileAsync(IAsyncEnumerable<ProbeEvent> events, string path, IEventFormat format, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                ArgumentNullException.ThrowIfNull(events);
                using EventFileWriter writer = new(file, file.CanSeek ? new EventFile(file, format.Ending.ToArray()) : null, format);
                return await writer.RunAsync(events, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new EventFileException(path, exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private async Task<long> RunAsync(IAsyncEnumerable<ProbeEvent> events, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long written = 0;
        _format.Begin(_json);
        IAsyncEnumerator<ProbeEvent> enumerator = events.GetAsyncEnumerator(stop.Token);
        try
        {
            while (await NextAsync(enumerator, stop).ConfigureAwait(false))
            {
                _format.Write(_json, _buffer, enumerator.Current);
                _json.Flush();
                _ends.Add(_buffer.WrittenCount);
                written++;
                if (_buffer.WrittenCount >= FlushBytes)
                {
                    await FlushAsync().ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await EndAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            await enumerator.DisposeAsync().ConfigureAwait(false);
        }

        await EndAsync().ConfigureAwait(false);
        return written;
    }

    // What is written so far goes out while the next event is waited for.
    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ProbeEvent> enumerator, CancellationTokenSource stop)
    {
        ValueTask<bool> next = enumerator.MoveNextAsync();
        if (next.IsCompleted)
        {
            return await next.ConfigureAwait(false);
        }

        Task<bool> pending = next.AsTask();
        try
        {
            await FlushAsync().ConfigureAwait(false);
        }
        catch
        {
            // An enumerator must not be disposed while it moves.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return await pending.ConfigureAwait(false);
    }

    private Task EndAsync()
    {
        _format.End(_json);
        _ended = true;
        return FlushAsync();
    }

    private async Task FlushAsync()
    {
        _json.Flush();
        if (_buffer.WrittenCount == 0)
        {
            return;
        }

        if (_file is null)
        {
            await _stream.WriteAsync(_buffer.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
            await _stream.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            // What follows the last event, or comes before the first one, is in no event.
            if (_ends.Count == 0 || _ends[^1] != _buffer.WrittenCount)
            {
                _ends.Add(_buffer.WrittenCount);
            }

            await Task.Run(() => _file.Append(_buffer.WrittenSpan, _ends, _ended)).ConfigureAwait(false);
        }

        _ends.Clear();
        _buffer.ResetWrittenCount();
    }
}
