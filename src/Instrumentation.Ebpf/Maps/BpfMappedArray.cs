using System.Runtime.CompilerServices;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Maps;

/// <summary>An array in memory that this process and programs share: user space reads and writes without a system call.</summary>
/// <typeparam name="TValue">The value; its size is a multiple of 8, as the kernel lays elements out.</typeparam>
internal sealed unsafe class BpfMappedArray<TValue> : BpfMap
    where TValue : unmanaged
{
    private readonly MemoryMapping _memory;

    /// <summary>Creates the array.</summary>
    /// <param name="length">Its elements.</param>
    /// <param name="name">What the kernel lists it as.</param>
    /// <exception cref="ArgumentException">The value's size is not a multiple of 8.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfMappedArray(int length, string name = "mapped")
        : base(Describe(length, name))
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint bytes = (((nuint)length * (nuint)sizeof(TValue)) + page - 1) / page * page;
        try
        {
            _memory = MemoryMapping.Map(Handle, 0, bytes, writable: true);
        }
        catch
        {
            Handle.Dispose();
            throw;
        }
    }

    /// <summary>The elements, in place. The map must not be disposed while the span is used.</summary>
    // SAFETY: the mapping holds Capacity elements, one directly after the other, since their size is a multiple of 8.
    public Span<TValue> Values => new(_memory.Address, Capacity);

    /// <summary>An element, in place.</summary>
    /// <param name="index">Its index.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such element.</exception>
    public ref TValue this[int index] => ref Values[index];

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _memory.Dispose();
        base.Dispose(disposing);
    }

    private static MapDescription Describe(int length, string name) => Unsafe.SizeOf<TValue>() % 8 == 0
        ? new MapDescription(MapType.Array, sizeof(int), sizeof(TValue), length) { Name = name, Flags = MapFlags.Mappable }
        : throw new ArgumentException($"{typeof(TValue)} has {sizeof(TValue)} bytes, and only multiples of 8 lie as an array in the kernel.", nameof(length));
}
