using System.Globalization;
using Iced.Intel;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>
/// Proves that an instruction begins at an offset into a function. The kernel does not look: a probe in the middle of an instruction changes what the program does.
/// </summary>
internal static class InstructionBoundary
{
    private const ulong Arm64Instruction = 4;
    private const ulong LongestInstruction = 15;

    /// <summary>Demands that one begins there.</summary>
    /// <param name="place">What errors call the point.</param>
    /// <param name="file">The file.</param>
    /// <param name="address">The virtual address of a function, or of any instruction before.</param>
    /// <param name="offset">The offset into it.</param>
    /// <exception cref="SpecException">None does, or it cannot be proven; names the nearest.</exception>
    public static void Demand(string place, ElfFile file, ulong address, ulong offset)
    {
        ulong length = offset + LongestInstruction;
        if (FunctionCode.Read(file, address, length, length) is not { } code || offset >= code.End - code.Address)
        {
            throw new SpecException(place, "there are no instructions at this offset.", "Give an offset inside of a function.");
        }

        if (!FunctionCode.IsX64)
        {
            if (offset % Arm64Instruction != 0)
            {
                throw Inside(place, offset - (offset % Arm64Instruction), offset - (offset % Arm64Instruction) + Arm64Instruction, "");
            }

            return;
        }

        foreach (Instruction instruction in code.Instructions)
        {
            ulong start = instruction.IP - code.Address;
            if (start == offset)
            {
                return;
            }

            if (instruction.NextIP - code.Address > offset)
            {
                throw Inside(place, start, instruction.NextIP - code.Address, $" ({instruction.Mnemonic.ToString().ToLowerInvariant()})");
            }
        }

        throw new SpecException(place, "the instructions before it cannot be decoded, so that nothing proves that one begins there.", "Give an earlier offset.");
    }

    private static SpecException Inside(string place, ulong before, ulong after, string what) => new(
        place,
        string.Create(CultureInfo.InvariantCulture, $"the offset lies inside of the instruction at +0x{before:x}{what}."),
        string.Create(CultureInfo.InvariantCulture, $"The nearest instructions begin at +0x{before:x} and +0x{after:x}."));
}
