using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Instrumentation.Events;

namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>Reads the records of a session and counts them by site and moment; much faster than making events of them.</summary>
internal sealed class SiteCounts
{
    private readonly PipeReader _reader;
    private readonly Dictionary<(int Site, ProbeEdge Edge), long> _counts = [];
    private readonly Task _reading;

    /// <summary>Begins to read.</summary>
    public SiteCounts(InstrumentationSession session)
    {
        _reader = session.Events.OpenRecordReader();
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>The sites that were seen, by number.</summary>
    public IEnumerable<int> Sites => _counts.Keys.Select(static key => key.Site).Distinct();

    /// <summary>How often a moment of a site was seen.</summary>
    public long this[int site, ProbeEdge edge] => _counts.GetValueOrDefault((site, edge));

    /// <summary>How often a moment was seen at all sites.</summary>
    public long Total(ProbeEdge edge) => _counts.Where(pair => pair.Key.Edge == edge).Sum(static pair => pair.Value);

    /// <summary>Waits for the last record; the session must be disposed.</summary>
    public Task EndAsync() => _reading;

    private async Task ReadAsync()
    {
        while (true)
        {
            ReadResult result = await _reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
            {
                Count(segment.Span);
            }

            _reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                await _reader.CompleteAsync();
                return;
            }
        }
    }

    // A segment holds whole records.
    private void Count(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            EventRecordHeader header = Unsafe.ReadUnaligned<EventRecordHeader>(in records[0]);
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, (header.Site, header.Edge), out _)++;
            records = records[header.Length..];
        }
    }
}
