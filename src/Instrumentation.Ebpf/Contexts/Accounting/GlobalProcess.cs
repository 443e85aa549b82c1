using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Contexts.Accounting;

/// <summary>The id of this process as the kernel's own structures have it: that of the initial pid namespace.</summary>
internal static class GlobalProcess
{
    private static readonly Lazy<int> Found = new(Find);

    /// <summary>The id.</summary>
    /// <exception cref="InstrumentationException">The kernel cannot run the program that asks for it.</exception>
    public static int Id => Found.Value;

    private static int Find()
    {
        if (PidNamespace.Own is null)
        {
            return Environment.ProcessId;
        }

        BpfAssembler assembler = new(KernelCapabilities.Instructions());
        assembler.Call(BpfHelper.GetCurrentPidTgid);
        assembler.Alu(AluOperation.ShiftRight, Register.R0, 32);
        assembler.Exit();
        using BpfProgram program = BpfProgram.Load(new ProgramDescription(ProgramType.RawTracepoint, assembler.Build()) { Name = "instr_process" });
        return (int)program.TestRun(default).ReturnValue;
    }
}
