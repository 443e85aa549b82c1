using System.Collections.Immutable;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Objects.Linking;

/// <summary>What the kernel and errors are told about the instructions of a linked program: types of functions, lines of source, failed relocations.</summary>
internal sealed class ProgramRecords
{
    private const int Slot = 8;
    private const int MostText = 120;

    private readonly Dictionary<string, SectionRecords> _sections = new(StringComparer.Ordinal);
    private readonly BtfFile? _types;

    /// <summary>Sorts the records of an object.</summary>
    /// <param name="types">The object's types; null for none.</param>
    public ProgramRecords(ObjectTypes? types)
    {
        _types = types?.File;
        if (types?.Extension is not { } extension)
        {
            return;
        }

        foreach (BtfSectionRecords<BtfFunctionInfo> section in extension.Functions)
        {
            Of(section.NameIn(types.File)).Functions.AddRange(section.Records);
        }

        foreach (BtfSectionRecords<BtfLineInfo> section in extension.Lines)
        {
            Of(section.NameIn(types.File)).Lines.AddRange(section.Records);
        }

        foreach (SectionRecords section in _sections.Values)
        {
            section.Functions.Sort(static (first, second) => first.InstructionOffset.CompareTo(second.InstructionOffset));
            section.Lines.Sort(static (first, second) => first.InstructionOffset.CompareTo(second.InstructionOffset));
        }
    }

    /// <summary>The types of a program's functions.</summary>
    /// <param name="program">The program.</param>
    /// <returns>One record a function; none if one of them has no type.</returns>
    public ImmutableArray<FunctionInfo> FunctionsOf(LinkedProgram program)
    {
        ImmutableArray<FunctionInfo>.Builder records = ImmutableArray.CreateBuilder<FunctionInfo>(program.Functions.Count);
        foreach ((ObjectFunction function, int slot) in program.Functions)
        {
            if (!_sections.TryGetValue(function.Section.Name, out SectionRecords? section))
            {
                return [];
            }

            uint offset = (uint)function.Start * Slot;
            int number = FirstAt(section.Functions, offset, static record => record.InstructionOffset);
            if (number >= section.Functions.Count || section.Functions[number].InstructionOffset != offset)
            {
                return [];
            }

            records.Add(new FunctionInfo((uint)slot, section.Functions[number].TypeId));
        }

        return records.MoveToImmutable();
    }

    /// <summary>The lines of a program.</summary>
    /// <param name="program">The program.</param>
    /// <returns>The lines by rising slot; none if a function does not begin with one, which the kernel would not take.</returns>
    public ImmutableArray<LineInfo> LinesOf(LinkedProgram program)
    {
        ImmutableArray<LineInfo>.Builder records = ImmutableArray.CreateBuilder<LineInfo>();
        foreach ((ObjectFunction function, int slot) in program.Functions)
        {
            int first = records.Count;
            foreach (BtfLineInfo line in LinesOf(function))
            {
                int at = slot + (int)(line.InstructionOffset / Slot) - function.Start;
                if (line.InstructionOffset % Slot != 0 || (records.Count > 0 && records[^1].Slot >= at) || program.Code[at].Opcode == 0)
                {
                    continue;
                }

                records.Add(new LineInfo((uint)at, line.FileOffset, line.TextOffset, line.LineAndColumn));
            }

            if (records.Count == first || records[first].Slot != slot)
            {
                return [];
            }
        }

        return records.ToImmutable();
    }

    /// <summary>What errors say that instructions are for: the line of source, or the relocation that failed.</summary>
    /// <param name="program">The program.</param>
    /// <returns>The notes, by the slot that they begin at.</returns>
    public Dictionary<int, string> NotesOf(LinkedProgram program)
    {
        var notes = new Dictionary<int, string>();
        foreach ((ObjectFunction function, int slot) in program.Functions)
        {
            string last = function.Name;
            notes[slot] = last;
            var lines = LinesOf(function).GroupBy(line => (int)(line.InstructionOffset / Slot)).ToDictionary(group => group.Key, group => group.Last());
            for (int at = function.Start; at < function.Start + function.Count; at++)
            {
                if (lines.TryGetValue(at, out BtfLineInfo line))
                {
                    notes[slot + at - function.Start] = last = Text(line);
                }

                if (function.Section.Poisoned.TryGetValue(at, out string? poisoned))
                {
                    notes[slot + at - function.Start] = $"{poisoned}, at {last}";
                    notes[slot + at - function.Start + 1] = last;
                }
            }
        }

        return notes;
    }

    private IEnumerable<BtfLineInfo> LinesOf(ObjectFunction function)
    {
        if (!_sections.TryGetValue(function.Section.Name, out SectionRecords? section))
        {
            yield break;
        }

        uint end = (uint)(function.Start + function.Count) * Slot;
        for (int i = FirstAt(section.Lines, (uint)function.Start * Slot, static line => line.InstructionOffset); i < section.Lines.Count && section.Lines[i].InstructionOffset < end; i++)
        {
            yield return section.Lines[i];
        }
    }

    // The number of the first record at or behind an offset; the records are sorted.
    private static int FirstAt<T>(List<T> records, uint offset, Func<T, uint> offsetOf)
    {
        int low = 0, high = records.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = offsetOf(records[middle]) < offset ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private string Text(BtfLineInfo line)
    {
        string file = Path.GetFileName(Read(line.FileOffset)), text = Read(line.TextOffset).Trim();
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{file}:{line.Line} '{text}'");
    }

    private string Read(uint offset)
    {
        ReadOnlySpan<byte> text = _types!.NameAt(offset);
        return Files.StringTable.Text(text.Length > MostText ? text[..MostText] : text);
    }

    private SectionRecords Of(string section)
    {
        if (!_sections.TryGetValue(section, out SectionRecords? records))
        {
            _sections.Add(section, records = new SectionRecords([], []));
        }

        return records;
    }

    private sealed record SectionRecords(List<BtfFunctionInfo> Functions, List<BtfLineInfo> Lines);
}
