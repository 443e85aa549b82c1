using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Objects.Linking;
using Instrumentation.Ebpf.Objects.Relocation;

namespace Instrumentation.Ebpf.Objects.Attaching;

/// <summary>A program that is ready to be loaded.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Section">What its section says.</param>
internal sealed record PlannedProgram(LinkedProgram Code, ProgramSection Section);

/// <summary>An object that was read, adapted to the target's types and linked; nothing is loaded yet.</summary>
/// <param name="Object">What the file holds.</param>
/// <param name="Programs">The programs to load.</param>
/// <param name="Records">What is known of their instructions.</param>
internal sealed record ObjectPlan(ObjectFile Object, IReadOnlyList<PlannedProgram> Programs, ProgramRecords Records)
{
    // Each program has its own copy of the functions that it calls: without a limit, a bad file could ask for its size squared.
    private const int MostInstructions = 4 * ProgramLinker.MostInstructions;

    /// <summary>Makes the plan of an object.</summary>
    /// <param name="elf">The file.</param>
    /// <param name="options">How it is loaded.</param>
    /// <param name="target">The types that it is adapted to; asked for only if it needs them.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="BadFileException">The file is damaged.</exception>
    /// <exception cref="BpfObjectException">It asks for what cannot be given.</exception>
    public static ObjectPlan Make(ElfFile elf, BpfObjectOptions options, Func<BtfFile> target)
    {
        ObjectFile file = ObjectReader.Read(elf, options);
        CoreRelocator.Run(file, target);
        ObjectFunction[] entries =
        [
            .. file.Code.Where(section => section.Name != ObjectReader.Subprograms).SelectMany(section => section.Functions).Where(function => function.IsGlobal),
        ];
        if (options.Programs.FirstOrDefault(name => !entries.Any(entry => entry.Name == name)) is { } missing)
        {
            throw ObjectNames.Missing(elf.Path, "program", missing, entries.Select(entry => entry.Name));
        }

        var programs = new List<PlannedProgram>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        int instructions = 0;
        foreach (ObjectFunction entry in entries)
        {
            if (!options.Programs.IsDefaultOrEmpty && !options.Programs.Contains(entry.Name))
            {
                continue;
            }

            var section = ProgramSection.Parse(elf.Path, entry.Section.Name);
            if (section.IsOptional && options.Programs.IsDefaultOrEmpty)
            {
                continue;
            }

            if (!names.Add(entry.Name))
            {
                throw file.Wrong($"program {entry.Name}", "two programs have this name.", "Rename one.");
            }

            programs.Add(new PlannedProgram(ProgramLinker.Link(file, entry), section));
            instructions += programs[^1].Code.Code.Length;
            if (instructions > MostInstructions)
            {
                throw file.Wrong("its programs", $"together they have more than {MostInstructions} instructions.", $"Load a part of them: {nameof(BpfObjectOptions)}.{nameof(BpfObjectOptions.Programs)}.");
            }
        }

        return new ObjectPlan(file, programs, new ProgramRecords(file.Types));
    }
}
