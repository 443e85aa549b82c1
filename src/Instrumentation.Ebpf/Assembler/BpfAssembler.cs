using System.Collections.Immutable;

namespace Instrumentation.Ebpf.Assembler;

/// <summary>
/// Builds BPF code, one method an instruction. What the kernel would refuse without looking at values (a shift beyond the width, a division by the
/// constant 0, an offset that does not fit, an instruction that its version does not have) is an error here, by name.
/// </summary>
internal sealed partial class BpfAssembler
{
    private readonly List<Instruction> _code = [];
    private readonly List<(string Name, int Slot)> _labels = [];
    private readonly List<Fixup> _fixups = [];
    private readonly List<MapReference> _maps = [];
    private readonly List<FunctionStart> _functions = [];
    private readonly Dictionary<int, string> _notes = [];

    /// <summary>Begins an empty program.</summary>
    /// <param name="set">What the kernel's instruction set holds.</param>
    public BpfAssembler(InstructionSet set = InstructionSet.V3)
    {
        Set = set;
        _functions.Add(new FunctionStart("main", 0));
    }

    private enum FixupKind
    {
        Offset16,
        Immediate32,
    }

    /// <summary>What the kernel's instruction set holds.</summary>
    public InstructionSet Set { get; }

    /// <summary>The slot of the next instruction.</summary>
    public int Position => _code.Count;

    /// <summary>Makes a label that is not marked yet.</summary>
    /// <param name="name">What it is called in errors; a function's name.</param>
    /// <returns>The label.</returns>
    public Label NewLabel(string name = "label")
    {
        _labels.Add((name, -1));
        return new Label(_labels.Count - 1, name);
    }

    /// <summary>Puts a label at the next instruction.</summary>
    /// <param name="label">The label.</param>
    /// <exception cref="BpfAssemblyException">It is marked already.</exception>
    public void Mark(Label label)
    {
        if (_labels[label.Number].Slot >= 0)
        {
            throw new BpfAssemblyException($"The label '{label.Name}' cannot be put at instruction {Position}", $"it is at {_labels[label.Number].Slot} already.", "Use a label once.");
        }

        _labels[label.Number] = (label.Name, Position);
    }

    /// <summary>Begins a function that <see cref="CallLocal"/> or <see cref="LoadFunction"/> names. It has a stack and R6 to R9 of its own, and ends with <see cref="Exit"/>.</summary>
    /// <param name="label">Its label.</param>
    public void BeginFunction(Label label)
    {
        Mark(label);
        _functions.Add(new FunctionStart(label.Name, Position));
    }

    /// <summary>Says what the following instructions are for: it appears in the disassembly and when the verifier refuses one of them.</summary>
    /// <param name="note">The note, for example the expression that is being compiled.</param>
    public void Note(string note) => _notes[Position] = note;

    /// <summary>Appends an instruction as it is.</summary>
    /// <param name="instruction">The instruction.</param>
    public void Emit(Instruction instruction) => _code.Add(instruction);

    /// <summary>Resolves all labels.</summary>
    /// <returns>The code.</returns>
    /// <exception cref="BpfAssemblyException">A label was not marked, or is too far away.</exception>
    public BpfCode Build()
    {
        Instruction[] code = [.. _code];
        foreach (Fixup fixup in _fixups)
        {
            (string name, int slot) = _labels[fixup.Label.Number];
            if (slot < 0)
            {
                throw new BpfAssemblyException($"Instruction {fixup.Slot} cannot be built", $"its label '{name}' was never marked.", "Mark it.");
            }

            int distance = slot - fixup.Slot - 1;
            code[fixup.Slot] = fixup.Kind == FixupKind.Immediate32
                ? code[fixup.Slot].WithImmediate(distance)
                : Near(code[fixup.Slot], fixup, distance);
        }

        return new BpfCode(ImmutableArray.Create(code), [.. _maps], [.. _functions], new Dictionary<int, string>(_notes));
    }

    private Instruction Near(Instruction instruction, Fixup fixup, int distance)
    {
        if ((short)distance == distance)
        {
            return instruction.WithOffset((short)distance);
        }

        return instruction.Opcode == (Opcode.ClassJump64 | Opcode.JumpAlways) && Set >= InstructionSet.V4
            ? new Instruction(Opcode.ClassJump32 | Opcode.JumpAlways, 0, 0, 0, distance)
            : throw new BpfAssemblyException(
                $"The jump at instruction {fixup.Slot} cannot reach '{fixup.Label.Name}'", $"{distance} instructions lie between, and 32767 are the most.", "Make the program smaller, or split it into functions.");
    }

    private void Fix(Label label, FixupKind kind) => _fixups.Add(new Fixup(Position, label, kind));

    private void Require(InstructionSet set, string what)
    {
        if (Set < set)
        {
            throw new BpfAssemblyException($"Instruction {Position}, {what}, cannot be built", $"the code is for instruction set {Set}, and this needs {set}.", "Compute it otherwise, or load on a newer kernel.");
        }
    }

    private short Offset16(int offset) => (short)offset == offset
        ? (short)offset
        : throw new BpfAssemblyException($"Instruction {Position} cannot be built", $"its offset is {offset}, and 16 bits are the most.", "Add to the address first.");

    private readonly record struct Fixup(int Slot, Label Label, FixupKind Kind);
}
