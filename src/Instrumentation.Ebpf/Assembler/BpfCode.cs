using System.Collections.Frozen;
using System.Collections.Immutable;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Assembler;

/// <summary>A place in code where a map's descriptor is put when the program is loaded.</summary>
/// <param name="Slot">The slot of the constant.</param>
/// <param name="Handle">The map.</param>
/// <param name="Name">What it is called in disassembly.</param>
internal readonly record struct MapReference(int Slot, MapHandle Handle, string Name);

/// <summary>Where a function of the program begins.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Slot">Its first slot.</param>
internal readonly record struct FunctionStart(string Name, int Slot);

/// <summary>Code that is built: all jumps resolved. Maps are referred to by their handles, and get their numbers when the program is loaded.</summary>
internal sealed class BpfCode
{
    /// <summary>Takes finished code.</summary>
    /// <param name="instructions">The slots.</param>
    /// <param name="maps">The places of maps.</param>
    /// <param name="functions">The functions, by their slots; the first begins at 0.</param>
    /// <param name="notes">What the code at a slot is for, for messages.</param>
    public BpfCode(
        ImmutableArray<Instruction> instructions,
        ImmutableArray<MapReference> maps,
        ImmutableArray<FunctionStart> functions,
        IReadOnlyDictionary<int, string> notes)
    {
        Instructions = instructions;
        Maps = maps;
        Functions = functions;
        Notes = notes;
    }

    /// <summary>The slots.</summary>
    public ImmutableArray<Instruction> Instructions { get; }

    /// <summary>The places of maps.</summary>
    public ImmutableArray<MapReference> Maps { get; }

    /// <summary>The functions, by their slots; the first begins at 0.</summary>
    public ImmutableArray<FunctionStart> Functions { get; }

    /// <summary>What the code from a slot on is for, up to the next note.</summary>
    public IReadOnlyDictionary<int, string> Notes { get; }

    /// <summary>Takes instructions that were made elsewhere.</summary>
    /// <param name="instructions">The slots.</param>
    /// <returns>The code.</returns>
    public static BpfCode Of(params ReadOnlySpan<Instruction> instructions) =>
        new([.. instructions], [], [new FunctionStart("main", 0)], FrozenDictionary<int, string>.Empty);

    /// <summary>What the code at a slot is for: the nearest note at or before it in the same function.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>The note; null when there is none.</returns>
    public string? NoteAt(int slot)
    {
        int from = Functions.LastOrDefault(function => function.Slot <= slot).Slot;
        for (int at = slot; at >= from; at--)
        {
            if (Notes.TryGetValue(at, out string? note))
            {
                return note;
            }
        }

        return null;
    }

    /// <summary>The disassembly.</summary>
    /// <returns>A line an instruction.</returns>
    public override string ToString() => Disassembler.Text(this);
}
