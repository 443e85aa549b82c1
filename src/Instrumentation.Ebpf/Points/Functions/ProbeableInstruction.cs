using Iced.Intel;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>Which x86-64 instructions the kernel takes a probe on, and at which a hit is cheap.</summary>
internal static class ProbeableInstruction
{
    /// <summary>Why the kernel refuses a probe on an instruction; one of them would make a whole attach fail.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <returns>The reason; null when it takes one.</returns>
    public static string? Refusal(in Instruction instruction, ReadOnlySpan<byte> bytes)
    {
        int prefix = bytes.IndexOfAny((byte)0xF0, (byte)0x2E, (byte)0x3E) is var at and >= 0 && bytes[..at].IndexOfAnyExcept<byte>([0x66, 0x67, 0xF2, 0xF3, 0x64, 0x65, 0x26, 0x36]) < 0 ? bytes[at] : 0;
        return prefix != 0
            ? $"the instruction there ({instruction.Mnemonic.ToString().ToLowerInvariant()}) has the prefix 0x{prefix:x2}, which the kernel takes no probe on"
            : instruction.IsPrivileged || instruction.Mnemonic is Mnemonic.Int3 or Mnemonic.Int or Mnemonic.Int1 or Mnemonic.Into or Mnemonic.Syscall or Mnemonic.Sysenter or Mnemonic.Hlt or Mnemonic.Iretq
            ? $"the kernel takes no probe on the instruction there ({instruction.Mnemonic.ToString().ToLowerInvariant()})"
            : null;
    }

    /// <summary>Whether the kernel emulates an instruction: then a hit costs one trap, and not a second one for a single step.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <returns>True for pushes of whole registers, nops of one byte, and direct jumps and calls.</returns>
    public static bool IsEmulated(in Instruction instruction) => instruction.Code switch
    {
        Code.Push_r64 => true,
        Code.Nopd => instruction.Length == 1,
        _ => instruction.IsJccShortOrNear || instruction.IsJmpShortOrNear || instruction.IsCallNear,
    };
}
