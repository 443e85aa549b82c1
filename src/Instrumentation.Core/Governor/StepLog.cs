using System.Threading.Channels;

namespace Instrumentation.Governor;

/// <summary>The steps of a governor: the last ones, and those to come for each reader.</summary>
internal sealed class StepLog : IAsyncEnumerable<GovernorStep>
{
    private const int Kept = 256;
    private const int PerReader = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<GovernorStep> _last = new();
    private readonly List<Channel<GovernorStep>> _readers = [];
    private bool _completed;

    /// <summary>The last steps, the earliest first.</summary>
    public IReadOnlyList<GovernorStep> Last
    {
        get
        {
            lock (_gate)
            {
                return [.. _last];
            }
        }
    }

    /// <summary>Adds a step.</summary>
    /// <param name="step">The step.</param>
    public void Add(GovernorStep step)
    {
        lock (_gate)
        {
            if (_last.Count == Kept)
            {
                _last.Dequeue();
            }

            _last.Enqueue(step);
            _readers.ForEach(reader => reader.Writer.TryWrite(step));
        }
    }

    /// <summary>Ends all readers' enumerations: no step comes any more.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            _readers.ForEach(static reader => reader.Writer.TryComplete());
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerator<GovernorStep> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        Channel<GovernorStep> reader = Channel.CreateBounded<GovernorStep>(new BoundedChannelOptions(PerReader) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            foreach (GovernorStep step in _last)
            {
                reader.Writer.TryWrite(step);
            }

            if (_completed)
            {
                reader.Writer.TryComplete();
            }

            _readers.Add(reader);
        }

        try
        {
            await foreach (GovernorStep step in reader.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return step;
            }
        }
        finally
        {
            lock (_gate)
            {
                _readers.Remove(reader);
            }
        }
    }
}
