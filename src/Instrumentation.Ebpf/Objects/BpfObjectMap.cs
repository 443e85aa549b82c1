using Instrumentation.Ebpf.Maps;

namespace Instrumentation;

/// <summary>A map of a loaded BPF object, its elements as bytes. It is gone when the object is disposed.</summary>
public sealed class BpfObjectMap
{
    /// <summary>Creates the view of a map.</summary>
    /// <param name="name">Its name in the object.</param>
    /// <param name="map">The map.</param>
    internal BpfObjectMap(string name, BpfMap map)
    {
        Name = name;
        Map = map;
    }

    /// <summary>The map's name in the object; for global variables their section, as <c>.bss</c>.</summary>
    public string Name { get; }

    /// <summary>What kind of map it is.</summary>
    public string Kind => Map.Description.Type.ToString();

    /// <summary>The bytes of a key.</summary>
    public int KeySize => Map.Description.KeySize;

    /// <summary>The bytes of a value; for a map with a value a processor, of one of them.</summary>
    public int ValueSize => Map.Description.ValueSize;

    /// <summary>The most elements; the bytes of a ring buffer.</summary>
    public int Capacity => Map.Capacity;

    /// <summary>Whether each processor has a value of its own.</summary>
    public bool IsPerProcessor => Map.Description.Type is MapType.PerCpuArray or MapType.PerCpuHash or MapType.LruPerCpuHash;

    /// <summary>The kernel's number of the map, as bpftool lists it.</summary>
    /// <exception cref="KernelCallException">The kernel does not say.</exception>
    public long Id => Map.Id;

    /// <summary>The map.</summary>
    internal BpfMap Map { get; }

    /// <summary>Reads an element.</summary>
    /// <param name="key">The key, of <see cref="KeySize"/> bytes.</param>
    /// <returns>The value's bytes; for a map with a value a processor, all of them, each rounded up to 8 bytes; null when there is no such key.</returns>
    /// <exception cref="ArgumentException">The key has another size.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public byte[]? Get(ReadOnlySpan<byte> key)
    {
        byte[] value = new byte[Raw.ValueBytes];
        return Raw.TryGet(key, value) ? value : null;
    }

    /// <summary>Writes an element.</summary>
    /// <param name="key">The key, of <see cref="KeySize"/> bytes.</param>
    /// <param name="value">The value, as <see cref="Get"/> gives it.</param>
    /// <exception cref="ArgumentException">A size is wrong.</exception>
    /// <exception cref="KernelCallException">The kernel refused, for example because the map is full or read-only.</exception>
    public void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Raw.Set(key, value);

    /// <summary>Deletes an element.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when there was none.</returns>
    /// <exception cref="ArgumentException">The key has another size.</exception>
    /// <exception cref="KernelCallException">The kernel refused: the elements of arrays cannot be deleted.</exception>
    public bool Remove(ReadOnlySpan<byte> key) => Raw.Remove(key);

    /// <summary>Reads all keys, in no order. Programs may write meanwhile.</summary>
    /// <returns>The keys.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public IReadOnlyList<byte[]> Keys() => Raw.Keys();

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Kind}, {Capacity} x ({KeySize} + {ValueSize})";

    /// <summary>The elements, or the error of a map that has none to be asked for.</summary>
    internal BpfRawMap Raw => Map as BpfRawMap ?? throw new InvalidOperationException($"The map '{Name}' is a {Kind}, which has no elements: read it with {nameof(BpfObject)}.{nameof(BpfObject.ReadRingBufferAsync)}.");
}
