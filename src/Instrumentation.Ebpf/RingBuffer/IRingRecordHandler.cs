namespace Instrumentation.Ebpf.RingBuffer;

/// <summary>Takes the records of a ring buffer. Best a struct: the reading loop is then compiled for it.</summary>
internal interface IRingRecordHandler
{
    /// <summary>Takes a record, in the order in which room for it was reserved.</summary>
    /// <param name="record">The record, in the kernel's memory: gone when the call returns.</param>
    void OnRecord(ReadOnlySpan<byte> record);
}
