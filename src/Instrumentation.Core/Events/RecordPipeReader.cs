using System.Buffers;
using System.IO.Pipelines;

namespace Instrumentation.Events;

/// <summary>A pipe's reader that tells its subscription how much has been consumed, and when the reader goes.</summary>
internal sealed class RecordPipeReader(PipeReader inner, EventSubscription subscription) : PipeReader
{
    private ReadOnlySequence<byte> _current;

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        bool read = inner.TryRead(out result);
        _current = read ? result.Buffer : default;
        return read;
    }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<ReadResult> read = inner.ReadAsync(cancellationToken);
        if (!read.IsCompletedSuccessfully)
        {
            return AwaitRead(read);
        }

        ReadResult result = read.Result;
        _current = result.Buffer;
        return new ValueTask<ReadResult>(result);
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        long bytes = _current.Slice(0, consumed).Length;
        _current = default;
        inner.AdvanceTo(consumed, examined);
        subscription.Consumed(bytes);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        inner.Complete(exception);
        subscription.Leave();
    }

    private async ValueTask<ReadResult> AwaitRead(ValueTask<ReadResult> read)
    {
        ReadResult result = await read.ConfigureAwait(false);
        _current = result.Buffer;
        return result;
    }
}
