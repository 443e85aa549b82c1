using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;

namespace Instrumentation.Ebpf.Objects.Attaching;

/// <summary>The variables of a section, in memory that this process shares with the programs: writing one leaves the others as they are.</summary>
internal sealed unsafe class DataMemory : IDisposable
{
    private readonly MemoryMapping _memory;
    private readonly Lock _lock = new();
    private readonly bool _isWritable;

    private DataMemory(MemoryMapping memory, bool isWritable)
    {
        _memory = memory;
        _isWritable = isWritable;
    }

    /// <summary>Maps the variables of a section.</summary>
    /// <param name="map">The section's map, which programs may use already.</param>
    /// <param name="isWritable">Whether this process may write.</param>
    /// <returns>The memory.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static DataMemory Map(BpfMap map, bool isWritable)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint bytes = ((nuint)map.Description.ValueSize + page - 1) / page * page;
        return new DataMemory(MemoryMapping.Map(map.Handle, 0, bytes, isWritable), isWritable);
    }

    /// <summary>Reads a variable, in one access where its size allows.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="offset">Where it is; inside the section.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="ObjectDisposedException">The object is disposed.</exception>
    public T Read<T>(int offset)
        where T : unmanaged
    {
        lock (_lock)
        {
            // SAFETY: the variable lies in the section, the mapping holds all of it, and the lock keeps the mapping until the value is read.
            return *(T*)At(offset, sizeof(T));
        }
    }

    /// <summary>Writes a variable.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="offset">Where it is; inside the section.</param>
    /// <param name="value">Its value.</param>
    /// <returns>False if the section is read-only.</returns>
    /// <exception cref="ObjectDisposedException">The object is disposed.</exception>
    public bool TryWrite<T>(int offset, T value)
        where T : unmanaged
    {
        lock (_lock)
        {
            if (_isWritable)
            {
                // SAFETY: as for Read; the mapping is writable.
                *(T*)At(offset, sizeof(T)) = value;
            }

            return _isWritable;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _memory.Dispose();
        }
    }

    // SAFETY: the check keeps what is read and written inside the mapping; Address throws once it is unmapped.
    private byte* At(int offset, int size) => offset >= 0 && (nuint)offset + (nuint)size <= _memory.Length
        ? _memory.Address + offset
        : throw new ArgumentOutOfRangeException(nameof(offset));
}
