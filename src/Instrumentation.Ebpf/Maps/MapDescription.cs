using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Maps;

/// <summary>A map to be created.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="KeySize">The key's bytes.</param>
/// <param name="ValueSize">The value's bytes.</param>
/// <param name="Capacity">The most elements; the bytes of a ring buffer.</param>
internal sealed record MapDescription(MapType Type, int KeySize, int ValueSize, int Capacity)
{
    /// <summary>What the kernel lists it as: 15 characters.</summary>
    public string Name { get; init; } = "map";

    /// <summary>Flags.</summary>
    public MapFlags Flags { get; init; }

    /// <summary>BTF that describes key and value, which task storage, timers and locks need.</summary>
    public BtfHandle? Btf { get; init; }

    /// <summary>The key's type in it.</summary>
    public uint KeyTypeId { get; init; }

    /// <summary>The value's type in it.</summary>
    public uint ValueTypeId { get; init; }

    /// <summary>The pattern of the maps in a map of maps.</summary>
    public MapHandle? InnerMap { get; init; }
}
