using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Objects.Linking;

/// <summary>What a place in linked code refers to.</summary>
/// <param name="Slot">The slot of the constant.</param>
/// <param name="IsData">Whether it is a section of variables, by its number in <see cref="ObjectFile.Data"/>, rather than a map, by its number in <see cref="ObjectFile.Maps"/>.</param>
/// <param name="Number">The number.</param>
internal readonly record struct LinkedReference(int Slot, bool IsData, int Number);

/// <summary>A program with all functions that it calls.</summary>
/// <param name="Entry">The function that the kernel calls.</param>
/// <param name="Code">The instructions, with jumps between functions resolved.</param>
/// <param name="Functions">The functions and their first slots; the entry is the first.</param>
/// <param name="References">The places of maps.</param>
internal sealed record LinkedProgram(
    ObjectFunction Entry,
    Instruction[] Code,
    IReadOnlyList<(ObjectFunction Function, int Slot)> Functions,
    IReadOnlyList<LinkedReference> References);

/// <summary>Puts a program and the functions that it calls into one piece of code.</summary>
internal sealed class ProgramLinker
{
    /// <summary>The most instructions that the kernel takes.</summary>
    public const int MostInstructions = 1_000_000;

    private readonly ObjectFile _object;
    private readonly ObjectFunction _entry;
    private readonly List<Instruction> _code = [];
    private readonly List<(ObjectFunction Function, int Slot)> _functions = [];
    private readonly Dictionary<ObjectFunction, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<(int Slot, int Function)> _calls = [];
    private readonly List<LinkedReference> _references = [];

    private ProgramLinker(ObjectFile file, ObjectFunction entry)
    {
        _object = file;
        _entry = entry;
    }

    /// <summary>Links a program.</summary>
    /// <param name="file">The object.</param>
    /// <param name="entry">The function that the kernel calls.</param>
    /// <returns>The program.</returns>
    /// <exception cref="BpfObjectException">It refers to what is not there.</exception>
    public static LinkedProgram Link(ObjectFile file, ObjectFunction entry) => new ProgramLinker(file, entry).Run();

    private LinkedProgram Run()
    {
        _functions.Add((_entry, 0));
        _numbers.Add(_entry, 0);

        // What a function calls is put behind the list while the list is gone through.
        for (int i = 0; i < _functions.Count; i++)
        {
            ObjectFunction function = _functions[i].Function;
            _functions[i] = (function, _code.Count);
            Append(function);
        }

        foreach ((int slot, int function) in _calls)
        {
            _code[slot] = _code[slot].WithImmediate(_functions[function].Slot - slot - 1);
        }

        return new LinkedProgram(_entry, [.. _code], _functions, _references);
    }

    private void Append(ObjectFunction function)
    {
        if (_code.Count + function.Count > MostInstructions)
        {
            throw Wrong(function, 0, $"the program has more than {MostInstructions} instructions with the functions that it calls.", "Make it smaller.");
        }

        ObjectCode section = function.Section;
        for (int at = function.Start; at < function.Start + function.Count; at++)
        {
            Instruction instruction = section.Code[at];
            if (section.Relocations.TryGetValue(at, out ObjectRelocation relocation))
            {
                if (instruction.IsWide && at + 1 < function.Start + function.Count)
                {
                    AppendConstant(function, at, instruction, section.Code[at + 1], relocation);
                    at++;
                    continue;
                }

                instruction = Call(function, at, instruction, relocation);
            }
            else if (IsLocalCall(instruction))
            {
                AddCall(section.FunctionAt((long)at + 1 + instruction.Immediate) ?? throw NoFunction(function, at));
            }

            _code.Add(instruction);
        }
    }

    private void AppendConstant(ObjectFunction function, int at, Instruction first, Instruction second, ObjectRelocation relocation)
    {
        ElfSymbol symbol = Symbol(function, at, relocation);
        long place = (long)Math.Min(symbol.Address, int.MaxValue) + first.Immediate;
        if (_object.DataByIndex.TryGetValue(symbol.Section, out int data))
        {
            if (place < 0 || place >= _object.Data[data].Size)
            {
                throw Wrong(function, at, $"it lies {place} bytes into the section {_object.Data[data].Name}, which has {_object.Data[data].Size}.", "Compile the object anew.");
            }

            _references.Add(new LinkedReference(_code.Count, true, data));
            _code.Add(WithSource(first, Opcode.PseudoMapValue).WithImmediate(0));
            _code.Add(second.WithImmediate((int)place));
            return;
        }

        if (symbol.Section == _object.MapsSection && _object.MapsByOffset.TryGetValue((ulong)place, out int map))
        {
            _references.Add(new LinkedReference(_code.Count, false, map));
            _code.Add(WithSource(first, Opcode.PseudoMap).WithImmediate(0));
            _code.Add(second.WithImmediate(0));
            return;
        }

        if (_object.CodeByIndex.TryGetValue(symbol.Section, out ObjectCode? code) && place % 8 == 0)
        {
            AddCall(code.FunctionAt(place / 8) ?? throw NoFunction(function, at));
            _code.Add(WithSource(first, Opcode.PseudoFunction));
            _code.Add(second.WithImmediate(0));
            return;
        }

        throw Wrong(function, at, $"it refers to '{symbol.Name}' in section {symbol.Section}, which is neither a map nor a variable nor a function.", "Keep variables in the sections .data, .bss and .rodata, and maps in .maps.");
    }

    private Instruction Call(ObjectFunction function, int at, Instruction instruction, ObjectRelocation relocation)
    {
        ElfSymbol symbol = Symbol(function, at, relocation);
        if (!IsLocalCall(instruction) || !_object.CodeByIndex.TryGetValue(symbol.Section, out ObjectCode? section) || symbol.Address % 8 != 0)
        {
            throw Wrong(function, at, $"the instruction there cannot refer to '{symbol.Name}'.", "Compile the object with a released clang.");
        }

        AddCall(section.FunctionAt((long)Math.Min(symbol.Address / 8, int.MaxValue) + instruction.Immediate + 1) ?? throw NoFunction(function, at));
        return instruction;
    }

    private void AddCall(ObjectFunction target)
    {
        if (!_numbers.TryGetValue(target, out int number))
        {
            number = _functions.Count;
            _numbers.Add(target, number);
            _functions.Add((target, -1));
        }

        _calls.Add((_code.Count, number));
    }

    private ElfSymbol Symbol(ObjectFunction function, int at, ObjectRelocation relocation)
    {
        ElfSymbol symbol = _object.Symbols[relocation.Symbol];
        return symbol.IsDefined
            ? symbol
            : throw Wrong(
                function, at, $"it needs '{symbol.Name}', which is not in the object: a variable or function of the kernel, or a setting of its configuration.", "Link it in, or do without: symbols of the kernel (__ksym, __kconfig) are not resolved.");
    }

    private BpfObjectException NoFunction(ObjectFunction function, int at) =>
        Wrong(function, at, "no function begins where it calls.", "Compile the object anew; do not strip it.");

    private BpfObjectException Wrong(ObjectFunction function, int at, string why, string mend) =>
        _object.Wrong(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the instruction {at - function.Start} of {function.Name} in section {function.Section.Name}"), why, mend);

    private static bool IsLocalCall(Instruction instruction) =>
        instruction.Opcode == (Opcode.ClassJump64 | Opcode.Call) && instruction.Source == Opcode.CallLocal;

    private static Instruction WithSource(Instruction instruction, Register source) => new((instruction.Bits & ~0xf000UL) | ((ulong)source << 12));
}
