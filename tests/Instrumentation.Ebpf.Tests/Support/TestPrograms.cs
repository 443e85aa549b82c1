using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Short cuts to programs for tests.</summary>
internal static class TestPrograms
{
    /// <summary>Loads a raw tracepoint program, which a test run can run.</summary>
    public static BpfProgram Load(Action<BpfAssembler> body, InstructionSet set = InstructionSet.V3, string name = "test") =>
        BpfProgram.Load(new ProgramDescription(ProgramType.RawTracepoint, Code(body, set)) { Name = name });

    /// <summary>Builds code.</summary>
    public static BpfCode Code(Action<BpfAssembler> body, InstructionSet set = InstructionSet.V3)
    {
        BpfAssembler code = new(set);
        body(code);
        return code.Build();
    }

    /// <summary>Runs a raw tracepoint program with arguments.</summary>
    public static uint Run(this BpfProgram program, params ReadOnlySpan<ulong> arguments) => program.TestRun(MemoryMarshal.AsBytes(arguments)).ReturnValue;
}
