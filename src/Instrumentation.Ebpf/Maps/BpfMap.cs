using System.Runtime.CompilerServices;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Maps;

/// <summary>A map, without the types of its elements. Disposing closes it; the kernel keeps it as long as a loaded program uses it.</summary>
internal unsafe class BpfMap : IDisposable
{
    /// <summary>Creates a map.</summary>
    /// <param name="description">The map.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfMap(MapDescription description)
    {
        Description = description;
        int answer = TryCreate(description);
        Handle = answer >= 0 ? new MapHandle(answer) : throw Refused(description, -answer);
    }

    /// <summary>What was created.</summary>
    public MapDescription Description { get; }

    /// <summary>The descriptor.</summary>
    public MapHandle Handle { get; }

    /// <summary>The name, for messages.</summary>
    public string Name => Description.Name;

    /// <summary>The most elements.</summary>
    public int Capacity => Description.Capacity;

    /// <summary>The kernel's id of it.</summary>
    public uint Id => KernelObjects.MapId(Handle);

    /// <summary>Creates a map, and says only whether the kernel did.</summary>
    /// <param name="description">The map.</param>
    /// <returns>A descriptor that the caller owns, or a negative error number.</returns>
    public static int TryCreate(MapDescription description)
    {
        using HandleLease btf = new(description.Btf);
        using HandleLease inner = new(description.InnerMap);
        MapCreateAttributes attributes = new()
        {
            MapType = (uint)description.Type,
            KeySize = (uint)description.KeySize,
            ValueSize = (uint)description.ValueSize,
            MaxEntries = (uint)description.Capacity,
            Flags = (uint)description.Flags,
            InnerMap = inner.Descriptor,
            Btf = btf.Descriptor,
            BtfKeyType = description.KeyTypeId,
            BtfValueType = description.ValueTypeId,
        };

        // SAFETY: the name has 16 bytes in the struct.
        Bpf.WriteName(description.Name, attributes.Name);
        return Bpf.Call(BpfCommand.MapCreate, ref attributes);
    }

    /// <summary>Makes the map read-only for user space, for good.</summary>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public void Freeze()
    {
        using HandleLease lease = new(Handle);
        MapElementAttributes attributes = new() { Map = lease.Descriptor };
        Bpf.CallOrThrow(BpfCommand.MapFreeze, ref attributes, $"The map '{Name}' cannot be frozen");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the map.</summary>
    /// <param name="disposing">True.</param>
    protected virtual void Dispose(bool disposing) => Handle.Dispose();

    /// <summary>Reads an element to memory.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Room for the value; as the kernel writes it, so for all processors where it has one each.</param>
    /// <param name="command">Whether it is deleted as well.</param>
    /// <returns>False when there is no such key.</returns>
    protected bool Read(void* key, void* value, BpfCommand command = BpfCommand.MapLookupElement)
    {
        // SAFETY: the caller's key and room are as large as the map's.
        int answer = Access(command, key, value, 0);
        return answer >= 0 || (answer == -KernelErrors.NoEntry ? false : throw Failed(command, -answer));
    }

    /// <summary>Writes an element from memory.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="mode">What happens when there is one, or none.</param>
    /// <returns>False when the mode forbids it.</returns>
    protected bool Write(void* key, void* value, UpdateMode mode)
    {
        // SAFETY: as for Read.
        int answer = Access(BpfCommand.MapUpdateElement, key, value, (ulong)mode);
        return answer switch
        {
            >= 0 => true,
            -KernelErrors.Exists when mode == UpdateMode.Insert => false,
            -KernelErrors.NoEntry when mode == UpdateMode.Replace => false,
            _ => throw Failed(BpfCommand.MapUpdateElement, -answer),
        };
    }

    /// <summary>Deletes an element.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when there is no such key.</returns>
    protected bool Delete(void* key)
    {
        // SAFETY: as for Read.
        int answer = Access(BpfCommand.MapDeleteElement, key, null, 0);
        return answer >= 0 || (answer == -KernelErrors.NoEntry ? false : throw Failed(BpfCommand.MapDeleteElement, -answer));
    }

    private static KernelCallException Refused(MapDescription description, int number)
    {
        string what = $"The map '{description.Name}' ({description.Type}, {description.Capacity} x ({description.KeySize} + {description.ValueSize}) bytes) cannot be created";
        return KernelErrors.OfBpf(BpfCommand.MapCreate, what, number);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Access(BpfCommand command, void* key, void* value, ulong flags)
    {
        using HandleLease lease = new(Handle);
        MapElementAttributes attributes = new() { Map = lease.Descriptor, Key = (ulong)key, Value = (ulong)value, Flags = flags };
        return Bpf.Call(command, ref attributes);
    }

    private KernelCallException Failed(BpfCommand command, int number) =>
        KernelErrors.OfBpf(command, $"An element of the map '{Name}' cannot be reached", number);
}
