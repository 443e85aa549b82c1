using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Instrumentation.Ebpf.Interop;

/// <summary>The records of a ring buffer, mapped twice in a row so that none wraps. A value of its own, so that a reading loop has its parts in registers.</summary>
internal readonly unsafe ref struct RingRecords
{
    private const int HeaderBytes = 8;
    private const ulong Ahead = 1024;

    private readonly byte* _records;
    private readonly ulong _mask;

    /// <summary>Wraps mapped memory.</summary>
    /// <param name="records">The records.</param>
    /// <param name="mask">The ring's size less 1.</param>
    public RingRecords(byte* records, ulong mask)
    {
        _records = records;
        _mask = mask;
    }

    /// <summary>The bytes that a record of a length takes in the ring.</summary>
    /// <param name="length">The record's length.</param>
    /// <returns>The bytes, with the header, rounded up to a multiple of 8.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Taken(uint length) => ((ulong)length + HeaderBytes + 7) & ~7UL;

    /// <summary>The header of the record at a position: its length and two bits.</summary>
    /// <param name="position">The position.</param>
    /// <returns>The header.</returns>
    // SAFETY: a masked position lies in the mapped records, and positions are multiples of 8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint HeaderAt(ulong position) => Volatile.Read(ref *(uint*)(_records + (position & _mask)));

    /// <summary>The record at a position, in place.</summary>
    /// <param name="position">The position.</param>
    /// <param name="length">The length that its header says.</param>
    /// <returns>The record; gone once the consumer's position is beyond it.</returns>
    // SAFETY: a length of up to the ring's size from a masked position lies in the records, which are mapped twice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> RecordAt(ulong position, uint length) => new(_records + (position & _mask) + HeaderBytes, (int)length);

    /// <summary>
    /// Lets the processor fetch what lies some records ahead: it does not look beyond a page by itself. Where nothing is written yet, it would only take memory from
    /// the processor that is about to write it.
    /// </summary>
    /// <param name="position">The position.</param>
    /// <param name="end">Up to where records were reserved.</param>
    // SAFETY: a prefetch never faults.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchAhead(ulong position, ulong end)
    {
        if (Sse.IsSupported && end - position > Ahead)
        {
            Sse.Prefetch0(_records + ((position + Ahead) & _mask));
        }
    }
}
