using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Instrumentation;

/// <summary>How a BPF object is loaded. Immutable: each change gives a new value.</summary>
public sealed record BpfObjectOptions
{
    /// <summary>
    /// The file with the types of the kernel that field accesses are adapted to; null for the running kernel's own. Programs that are attached by type
    /// (tp_btf, fentry, fexit) are always looked up in the running kernel.
    /// </summary>
    public string? TargetTypes { get; init; }

    /// <summary>The most bytes that one map of the object may take, elements and keys together. An object that asks for more is refused.</summary>
    public long MaximumMapBytes { get; init; } = 1L << 30;

    /// <summary>The programs to load; empty for all, except those whose section begins with a question mark.</summary>
    public ImmutableArray<string> Programs { get; init; } = [];

    /// <summary>The values that global variables begin with, by name.</summary>
    internal ImmutableDictionary<string, ImmutableArray<byte>> Globals { get; init; } = ImmutableDictionary.Create<string, ImmutableArray<byte>>(StringComparer.Ordinal);

    /// <summary>The capacities that maps get instead of their own, by name.</summary>
    internal ImmutableDictionary<string, int> Capacities { get; init; } = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Sets a global variable before the programs are verified: also one that is constant for them (<c>const volatile</c>).</summary>
    /// <typeparam name="T">A type of the variable's size.</typeparam>
    /// <param name="name">The variable's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The options with it.</returns>
    public BpfObjectOptions WithGlobal<T>(string name, T value)
        where T : unmanaged => this with { Globals = Globals.SetItem(name, [.. MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value))]) };

    /// <summary>Gives a map another capacity than the object says.</summary>
    /// <param name="map">The map's name.</param>
    /// <param name="capacity">The most elements; the bytes of a ring buffer.</param>
    /// <returns>The options with it.</returns>
    public BpfObjectOptions WithCapacity(string map, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return this with { Capacities = Capacities.SetItem(map, capacity) };
    }
}
