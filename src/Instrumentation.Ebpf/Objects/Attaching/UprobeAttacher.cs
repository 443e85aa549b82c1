using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Objects.Attaching;

/// <summary>Attaches programs of objects to functions of files.</summary>
internal static class UprobeAttacher
{
    /// <summary>Attaches a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="library">The file.</param>
    /// <param name="function">The function, or an offset in the file.</param>
    /// <param name="processId">The process; 0 for all.</param>
    /// <returns>The attachment.</returns>
    /// <exception cref="InstrumentationException">There is no such place, or the kernel refused.</exception>
    public static BpfAttachment Attach(BpfObjectProgram program, string library, string function, int processId)
    {
        if (program.Parsed.Way is not (AttachWay.Uprobe or AttachWay.UprobeMulti))
        {
            throw ProgramAttacher.Wrong(program, "it is no program for functions of files.", "Put it in the section uprobe, uretprobe or uprobe.multi.");
        }

        string path = LibraryResolver.Resolve(library, processId == 0 ? null : processId).Path;
        ulong offset = OffsetOf(program, path, function);
        string target = $"{path}:{function}";
        if (program.Parsed.Way == AttachWay.Uprobe)
        {
            return ProgramAttacher.OfEvent(program, target, PerfEvent.Uprobe(path, offset, program.Parsed.AtReturn, processId: processId));
        }

        UprobeSites sites = new(path, [offset]) { AtReturn = program.Parsed.AtReturn, ProcessId = processId };
        return new BpfAttachment(program, target, MultiLinks.Uprobes(program.Program, sites));
    }

    private static ulong OffsetOf(BpfObjectProgram program, string path, string function)
    {
        if (ProgramAttacher.TryNumber(function, out ulong place))
        {
            return place;
        }

        (string name, ulong inside) = ProgramAttacher.SplitOffset(program, function);
        using var elf = ElfFile.Open(path);
        if (elf.Symbols.Find(name) is { } symbol && elf.TryGetOffset(symbol, out ulong offset))
        {
            return offset + inside;
        }

        IReadOnlyList<string> nearest = elf.Symbols.Nearest(name);
        throw ProgramAttacher.Wrong(
            program, $"'{path}' has no function '{name}'.", nearest.Count == 0 ? "Look for its functions with nm -D." : $"Did you mean {string.Join(", or ", nearest)}?");
    }
}
