namespace Instrumentation.Ebpf.Elf;

/// <summary>The processor that an ELF file is for (e_machine). Values without a name here are kept as they are.</summary>
internal enum ElfMachine : ushort
{
    /// <summary>None, or none that was said.</summary>
    None = 0,

    /// <summary>x86-64.</summary>
    X64 = 62,

    /// <summary>64-bit ARM.</summary>
    Arm64 = 183,

    /// <summary>The kernel's BPF machine: an object file of BPF programs.</summary>
    Bpf = 247,
}
