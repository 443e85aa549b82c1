namespace Instrumentation.Events;

/// <summary>Something besides the threads of this process that records come from: a ring that the kernel writes. The backend that has it adds it to the pump.</summary>
internal interface IRecordSource
{
    /// <summary>Hands over all complete records, in about the order of their times. Called on the pump's thread.</summary>
    /// <param name="taker">Takes them.</param>
    void Drain(IRecordTaker taker);
}

/// <summary>Takes the records of a source.</summary>
internal interface IRecordTaker
{
    /// <summary>Takes a record, which is copied.</summary>
    /// <param name="record">The whole record, header first, as all records lie.</param>
    void Take(ReadOnlySpan<byte> record);
}
