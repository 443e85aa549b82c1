using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Elf;

/// <summary>Notes as the assembler writes them, of which no library of the distribution has all.</summary>
public sealed class SdtNoteTests
{
    // Two places: the first as compilers make it, the second as if the file had been linked 0x1000 lower when the note was written.
    private const string Source = """
            .text
            .globl marked
            .type marked, @function
        marked:
        1:  nop
        2:  nop
            ret
            .size marked, . - marked
            .section .stapsdt.base,"aG","progbits",.stapsdt.base,comdat
            .weak _.stapsdt.base
            .hidden _.stapsdt.base
        _.stapsdt.base: .space 1
            .section .probes,"aw","progbits"
        semaphore: .2byte 0
            .section .note.stapsdt,"","note"
            .balign 4
            .4byte 12f-11f, 14f-13f, 3
        11: .asciz "stapsdt"
        12: .balign 4
        13: .8byte 1b, _.stapsdt.base, semaphore
            .asciz "mine"
            .asciz "first"
            .asciz "-4@%edi 8@counter(%rip)"
        14: .balign 4
            .4byte 22f-21f, 24f-23f, 3
        21: .asciz "stapsdt"
        22: .balign 4
        23: .8byte 2b - 0x1000, _.stapsdt.base - 0x1000, 0
            .asciz "mine"
            .asciz "second"
            .asciz ""
        24: .balign 4
            .section .note.GNU-stack,"",@progbits
        """;

    /// <summary>Makes the library.</summary>
    /// <param name="directory">Where.</param>
    /// <returns>Its path.</returns>
    internal static string Assemble(TemporaryDirectory directory)
    {
        File.WriteAllText(directory["x.s"], Source);
        Tool.Run("gcc", "-shared", "-nostdlib", "-o", directory["libx.so"], directory["x.s"]);
        return directory["libx.so"];
    }

    [Fact]
    public void Notes_OfAnAssembledLibrary_AreWhereTheirInstructionsAre()
    {
        using var directory = new TemporaryDirectory();
        using var file = ElfFile.Open(Assemble(directory));
        ulong marked = file.Symbols.Find("marked")!.Value.Address;

        Assert.Equal(["mine:first", "mine:second"], file.SdtNotes.Select(note => $"{note.Provider}:{note.Name}"));
        Assert.Equal(marked, file.SdtNotes[0].Address);
        Assert.Equal(marked + 1, file.SdtNotes[1].Address);
        Assert.Equal(file.FindSection(".probes")!.Value.Address, file.SdtNotes[0].Semaphore);
        Assert.Equal(0UL, file.SdtNotes[1].Semaphore);
        Assert.Equal(2, file.SdtNotes[0].ReadArguments(file).Count);
        Assert.Empty(file.SdtNotes[1].ReadArguments(file));
    }
}
