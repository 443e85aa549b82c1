using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;

namespace Instrumentation.Ebpf.RingBuffer;

/// <summary>A ring buffer that one thread of this process writes and programs drain with <see cref="Assembler.BpfHelper.UserRingBufferDrain"/>. Kernel 6.1.</summary>
internal sealed class BpfUserRingBuffer : BpfMap
{
    private readonly UserRingMemory _memory;

    /// <summary>Creates the ring.</summary>
    /// <param name="bytes">Its least size; rounded up to a power of two and whole pages.</param>
    /// <param name="name">What the kernel lists it as.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfUserRingBuffer(int bytes, string name = "userring")
        : base(new MapDescription(MapType.UserRingBuffer, 0, 0, BpfRingBuffer.RoundUp(bytes)) { Name = name })
    {
        try
        {
            _memory = new UserRingMemory(Handle, Capacity);
        }
        catch
        {
            Handle.Dispose();
            throw;
        }
    }

    /// <summary>Bytes that no program has drained yet.</summary>
    public long PendingBytes => _memory.PendingBytes;

    /// <summary>Writes a record. One thread at a time.</summary>
    /// <param name="record">The record.</param>
    /// <returns>False when there is no room.</returns>
    public bool TryWrite(ReadOnlySpan<byte> record) => _memory.TryWrite(record);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _memory.Dispose();
        base.Dispose(disposing);
    }
}
