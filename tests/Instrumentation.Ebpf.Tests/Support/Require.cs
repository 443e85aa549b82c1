using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Skips a test, naming what is missing, where this machine or these rights do not allow what it tests.</summary>
internal static class Require
{
    private static readonly Lazy<string?> BpfMissing = new(FindBpfMissing);

    private static readonly Lazy<bool> V4 = new(static () => Loads(InstructionSet.V4, static code => code.MoveSigned(Register.R0, Register.R0, 8)));

    /// <summary>Needs maps and tracing programs.</summary>
    public static void Bpf()
    {
        if (BpfMissing.Value is { } missing)
        {
            Assert.Skip(missing);
        }
    }

    /// <summary>Needs the fourth instruction set as well.</summary>
    public static void InstructionSetV4()
    {
        Bpf();
        if (!V4.Value)
        {
            Assert.Skip("ebpf.isa.v4: the kernel is older than 6.6.");
        }
    }

    private static string? FindBpfMissing()
    {
        try
        {
            using BpfArray<long> map = new(1);
            return Loads(InstructionSet.V1, static _ => { }) ? null : "ebpf.program.raw-tracepoint: no such programs here.";
        }
        catch (KernelCallException refused)
        {
            return $"ebpf.syscall: {refused.Message}";
        }
    }

    private static bool Loads(InstructionSet set, Action<BpfAssembler> body)
    {
        BpfAssembler code = new(set);
        code.Move(Register.R0, 0);
        body(code);
        code.Exit();
        try
        {
            using BpfProgram program = BpfProgram.Load(new ProgramDescription(ProgramType.RawTracepoint, code.Build()));
            return true;
        }
        catch (ProgramRefusedException)
        {
            return false;
        }
    }
}
