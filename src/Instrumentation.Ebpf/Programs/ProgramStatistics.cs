using System.Buffers.Binary;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Programs;

/// <summary>What the kernel counted of a program.</summary>
/// <param name="Runs">How often it ran while <see cref="Measure"/> was on.</param>
/// <param name="Nanoseconds">How long all of these runs took.</param>
/// <param name="Missed">How often it did not run because a program of its kind ran on the processor already: events that were lost. Kernel 5.12; always counted.</param>
/// <param name="VerifiedInstructions">How many instructions the verifier looked at, on all paths. Kernel 5.16.</param>
/// <param name="MachineBytes">The bytes of machine code that it became.</param>
internal readonly record struct ProgramStatistics(ulong Runs, ulong Nanoseconds, ulong Missed, uint VerifiedInstructions, uint MachineBytes)
{
    private const int MachineBytesOffset = 16;
    private const int NanosecondsOffset = 192;
    private const int RunsOffset = 200;
    private const int MissedOffset = 208;
    private const int VerifiedOffset = 216;
    private const int InfoBytes = 224;

    /// <summary>Makes the kernel measure all programs on the machine, at some 20 ns a run, until the answer is disposed. Needs CAP_SYS_ADMIN.</summary>
    /// <returns>What ends it.</returns>
    /// <exception cref="KernelCallException">The rights are missing, or the kernel is older than 5.8.</exception>
    public static IDisposable Measure()
    {
        // Type 0 is the run time.
        ObjectIdAttributes attributes = default;
        return new FileHandle(Bpf.CallOrThrow(BpfCommand.EnableStatistics, ref attributes, "The runs of programs cannot be measured"));
    }

    /// <summary>Asks for the counts.</summary>
    /// <param name="program">The program.</param>
    /// <returns>The counts; 0 for those that an older kernel does not know.</returns>
    /// <exception cref="KernelCallException">The kernel does not say.</exception>
    public static ProgramStatistics Of(ProgramHandle program)
    {
        Span<byte> info = stackalloc byte[InfoBytes];
        KernelObjects.ReadInfo(program, info);
        return new ProgramStatistics(
            BinaryPrimitives.ReadUInt64LittleEndian(info[RunsOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(info[NanosecondsOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(info[MissedOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(info[VerifiedOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(info[MachineBytesOffset..]));
    }
}
