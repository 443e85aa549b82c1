namespace Instrumentation.Events;

/// <summary>
/// Something besides the threads of this process that records come from: a ring that the kernel writes. The backend that has it adds it to the pump. Its writers reserve room for a
/// record, in an order of their own, and finish it a little later; records are handed over in the order of their room, as far as they are finished.
/// </summary>
internal interface IRecordSource
{
    /// <summary>Up to where writers have reserved room, in bytes since the source began; it may wrap around. A record that lies behind it was begun after the look.</summary>
    ulong Reserved { get; }

    /// <summary>Hands over finished records, in about the order of their times, up to the first that is not finished. Called on the pump's thread.</summary>
    /// <param name="taker">Takes them.</param>
    /// <returns>Up to where records were handed over, counted as in <see cref="Reserved"/>.</returns>
    ulong Drain(IRecordTaker taker);
}

/// <summary>Takes the records of a source.</summary>
internal interface IRecordTaker
{
    /// <summary>Takes a record, which is copied.</summary>
    /// <param name="record">The whole record, header first, as all records lie.</param>
    void Take(ReadOnlySpan<byte> record);
}
