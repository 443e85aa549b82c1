namespace Instrumentation.Ebpf.Elf;

/// <summary>What an ELF file is (e_type).</summary>
internal enum ElfType : ushort
{
    /// <summary>Nothing that has a name here.</summary>
    None = 0,

    /// <summary>An object file that has not been linked: its addresses count from the start of sections.</summary>
    Relocatable = 1,

    /// <summary>A program that is loaded at its own addresses.</summary>
    Executable = 2,

    /// <summary>A shared library, or a program that can be loaded anywhere.</summary>
    Shared = 3,

    /// <summary>A dump of a process.</summary>
    Core = 4,
}
