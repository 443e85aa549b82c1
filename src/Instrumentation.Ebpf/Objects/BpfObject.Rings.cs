using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Objects.Attaching;
using Instrumentation.Ebpf.Objects.Linking;
using Instrumentation.Ebpf.RingBuffer;

namespace Instrumentation;

/// <content>Reading of ring buffers.</content>
public sealed partial class BpfObject
{
    private const int BatchSize = 1024;
    private const int LongestPause = 4;

    /// <summary>
    /// Reads the records of a ring buffer as they come, until the object is disposed or the reading is cancelled. A slow reader does not slow the
    /// kernel: the ring fills, and the programs find no room in it.
    /// </summary>
    /// <param name="map">The map's name.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The records; each is the reader's own copy.</returns>
    /// <exception cref="BpfObjectException">There is no such ring buffer.</exception>
    /// <exception cref="InvalidOperationException">It has a reader already.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public IAsyncEnumerable<byte[]> ReadRingBufferAsync(string map, CancellationToken cancellation = default) => ReadAsync(RingOf(map), cancellation);

    /// <summary>Reads the records of a ring buffer as values of a C# type.</summary>
    /// <typeparam name="T">A type that is laid out as the record, or as its beginning.</typeparam>
    /// <param name="map">The map's name.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The records.</returns>
    /// <exception cref="BpfObjectException">There is no such ring buffer, or a record is shorter than the type.</exception>
    /// <exception cref="InvalidOperationException">It has a reader already.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public async IAsyncEnumerable<T> ReadRingBufferAsync<T>(string map, [EnumeratorCancellation] CancellationToken cancellation = default)
        where T : unmanaged
    {
        await foreach (byte[] record in ReadAsync(RingOf(map), cancellation).ConfigureAwait(false))
        {
            yield return MemoryMarshal.TryRead(record, out T value)
                ? value
                : throw new BpfObjectException(Path, $"map {map}", $"a record has {record.Length} bytes, and {typeof(T).Name} has {Unsafe.SizeOf<T>()}.", "Use a type that is laid out as the record.");
        }
    }

    /// <summary>Takes the records that are in a ring buffer now, without waiting for others.</summary>
    /// <param name="map">The map's name.</param>
    /// <param name="limit">The most records.</param>
    /// <returns>The records.</returns>
    /// <exception cref="BpfObjectException">There is no such ring buffer.</exception>
    /// <exception cref="InvalidOperationException">It has a reader.</exception>
    /// <exception cref="ObjectDisposedException">The object is disposed.</exception>
    public IReadOnlyList<byte[]> TakeRecords(string map, int limit = int.MaxValue)
    {
        ObjectRing ring = RingOf(map);
        ring.Take();
        try
        {
            Collector collector = new([]);
            ring.Consume(ref collector, limit);
            return collector.Records;
        }
        finally
        {
            ring.Leave();
        }
    }

    private static async IAsyncEnumerable<byte[]> ReadAsync(ObjectRing ring, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ring.Take();
        try
        {
            Collector collector = new([]);
            int pause = 1;
            while (ring.Consume(ref collector, BatchSize) is var count and >= 0)
            {
                foreach (byte[] record in collector.Records)
                {
                    yield return record;
                }

                collector.Records.Clear();
                pause = count > 0 ? 1 : Math.Min(LongestPause, pause * 2);
                if (count < BatchSize)
                {
                    await Task.Delay(pause, cancellation).ConfigureAwait(false);
                }
                else
                {
                    cancellation.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            ring.Leave();
        }
    }

    private ObjectRing RingOf(string map) => _rings.TryGetValue(map, out ObjectRing? ring) ? ring : throw ObjectNames.Missing(Path, "ring buffer", map, _rings.Keys);

    private readonly record struct Collector(List<byte[]> Records) : IRingRecordHandler
    {
        public void OnRecord(ReadOnlySpan<byte> record) => Records.Add(record.ToArray());
    }
}
