using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Maps;

/// <summary>A map whose elements have sizes that are known only at run time, for example from an object file: keys and values are bytes.</summary>
/// <param name="description">The map.</param>
internal sealed unsafe class BpfRawMap(MapDescription description) : BpfMap(description)
{
    /// <summary>The bytes of a value as the kernel writes it to user space: of all processors where it has one each.</summary>
    public int ValueBytes => Description.Type is MapType.PerCpuHash or MapType.PerCpuArray or MapType.LruPerCpuHash
        ? ((Description.ValueSize + 7) & ~7) * PossibleCpus.Count
        : Description.ValueSize;

    /// <summary>Reads an element.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Room for the value, of <see cref="ValueBytes"/>.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="ArgumentException">A size is wrong.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool TryGet(ReadOnlySpan<byte> key, Span<byte> value)
    {
        Check(key.Length, value.Length);

        // SAFETY: both have the map's sizes.
        fixed (byte* keyStart = key, valueStart = value)
        {
            return Read(keyStart, valueStart);
        }
    }

    /// <summary>Writes an element.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, of <see cref="ValueBytes"/>.</param>
    /// <param name="mode">What happens when there is one, or none.</param>
    /// <returns>False when the mode forbids it.</returns>
    /// <exception cref="ArgumentException">A size is wrong.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, UpdateMode mode = UpdateMode.Any)
    {
        Check(key.Length, value.Length);

        // SAFETY: both have the map's sizes.
        fixed (byte* keyStart = key, valueStart = value)
        {
            return Write(keyStart, valueStart, mode);
        }
    }

    /// <summary>Deletes an element.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when there was none.</returns>
    /// <exception cref="ArgumentException">The size is wrong.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        Check(key.Length, ValueBytes);

        // SAFETY: it has the map's size.
        fixed (byte* keyStart = key)
        {
            return Delete(keyStart);
        }
    }

    /// <summary>Reads all keys. Others may write meanwhile; no more than four times the capacity are read.</summary>
    /// <returns>The keys, in no order.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public List<byte[]> Keys()
    {
        List<byte[]> keys = [];
        byte[] last = [];
        while (keys.Count <= (long)Capacity * 4)
        {
            byte[] next = new byte[Description.KeySize];
            if (!Step(last, next))
            {
                break;
            }

            keys.Add(next);
            last = next;
        }

        return keys;
    }

    private bool Step(byte[] last, byte[] next)
    {
        using HandleLease lease = new(Handle);

        // SAFETY: both have the key's size; an empty array is pinned as null, which asks for the first key.
        fixed (byte* lastStart = last, nextStart = next)
        {
            MapElementAttributes attributes = new() { Map = lease.Descriptor, Key = (ulong)lastStart, Value = (ulong)nextStart };
            int answer = Bpf.Call(BpfCommand.MapGetNextKey, ref attributes);
            return answer >= 0 || (answer == -KernelErrors.NoEntry ? false : throw KernelErrors.OfBpf(BpfCommand.MapGetNextKey, $"The map '{Name}' cannot be read", -answer));
        }
    }

    private void Check(int key, int value)
    {
        if (key != Description.KeySize || value != ValueBytes)
        {
            throw new ArgumentException($"The map '{Name}' has keys of {Description.KeySize} and values of {ValueBytes} bytes, not {key} and {value}.", nameof(key));
        }
    }
}
