using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Programs;

public sealed class ProgramLoadTests
{
    [Fact]
    public void TestRun_OfARawTracepointProgram_GetsTheArguments()
    {
        Require.Bpf();
        using BpfProgram program = TestPrograms.Load(static code =>
        {
            code.Load(Register.R0, Register.R1, 8);
            code.Load(Register.R2, Register.R1, 0);
            code.Alu(AluOperation.Subtract, Register.R0, Register.R2);
            code.Exit();
        });

        Assert.Equal(42u, program.Run(100, 142));
        Assert.Equal(unchecked((uint)-1), program.Run(1, 0));
        Assert.True(program.Id > 0);
    }

    [Fact]
    public void TestRun_OfAPacketProgram_RepeatsAndMeasures()
    {
        Require.Bpf();
        BpfCode code = TestPrograms.Code(static code =>
        {
            code.Load(Register.R0, Register.R1, 0, MemorySize.Bytes4);
            code.Exit();
        });
        using BpfProgram program = BpfProgram.Load(new ProgramDescription(ProgramType.SocketFilter, code));

        // The first word of the context is the packet's length; the run takes the 14 bytes of an Ethernet header off.
        TestRunResult result = program.TestRun([], new byte[64], repeat: 1000);

        Assert.Equal(50u, result.ReturnValue);
    }

    [Fact]
    public void Load_OfAProgramThatTheVerifierRefuses_NamesTheInstructionAndKeepsTheLog()
    {
        Require.Bpf();
        ProgramRefusedException refused = Assert.Throws<ProgramRefusedException>(() => TestPrograms.Load(static code =>
        {
            code.Move(Register.R0, 0);
            code.Note("c.Arg<long>(700)");
            code.Load(Register.R2, Register.R1, 5600);
            code.Exit();
        }));

        Assert.Equal("1: r2 = *(u64 *)(r1 +5600)", refused.Instruction);
        Assert.Contains("c.Arg<long>(700)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("invalid bpf_context access", refused.Message, StringComparison.Ordinal);
        Assert.Contains("invalid bpf_context access", refused.Log, StringComparison.Ordinal);
        Assert.Equal("EACCES", refused.ErrorName);
        Assert.False(refused.IsPolicy);
    }

    [Fact]
    public void Load_WithALogOfMegabytes_KeepsAllOfIt()
    {
        Require.Bpf();

        // Many paths, all of which the verifier writes down before it refuses the end.
        ProgramRefusedException refused = Assert.Throws<ProgramRefusedException>(() => TestPrograms.Load(static code =>
        {
            for (int at = 0; at < 2000; at++)
            {
                Label next = code.NewLabel();
                code.Load(Register.R2, Register.R1, 0);
                code.JumpIf(JumpCondition.Equal, Register.R2, at, next);
                code.Mark(next);
            }

            code.Move(Register.R0, Register.R9);
            code.Exit();
        }));

        Assert.True(refused.Log.Length > 100_000, $"{refused.Log.Length} characters");
        Assert.StartsWith("0: ", refused.Log, StringComparison.Ordinal);
        Assert.Contains("R9 !read_ok", refused.Log, StringComparison.Ordinal);
        Assert.Equal("4000: r0 = r9", refused.Instruction);
    }

    [Fact]
    public void Load_OfAProgramThatIsTooComplex_KeepsTheErrorAndTheEndOfALogWithoutEnd()
    {
        Require.Bpf();
        ProgramRefusedException refused = Assert.Throws<ProgramRefusedException>(() => TestPrograms.Load(static code =>
        {
            Label again = code.NewLabel();
            code.Move(Register.R0, 0);
            code.Mark(again);
            code.Alu(AluOperation.Add, Register.R0, 1);
            code.JumpIf(JumpCondition.Less, Register.R0, 10_000_000, again);
            code.Exit();
        }));

        Assert.Equal("E2BIG", refused.ErrorName);
        Assert.Contains("too large", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.Log.Length > 1_000_000, $"{refused.Log.Length} characters");
    }

    [Fact]
    public void Load_WithoutSuchAProgramType_IsNamedAsPolicyAndNotAsTheVerifier()
    {
        Require.Bpf();
        BpfCode code = TestPrograms.Code(static code =>
        {
            code.Move(Register.R0, 0);
            code.Exit();
        });

        ProgramRefusedException refused = Assert.Throws<ProgramRefusedException>(() => BpfProgram.Load(new ProgramDescription((ProgramType)999, code)));

        Assert.True(refused.IsPolicy);
        Assert.Equal("EINVAL", refused.ErrorName);
        Assert.Null(refused.Instruction);
        Assert.Contains("without a log", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_WhileTheyAreMeasured_CountRuns()
    {
        Require.Bpf();
        Require.Capability(CapabilityNames.RightAdministration);
        using BpfProgram program = TestPrograms.Load(static code =>
        {
            code.Move(Register.R0, 0);
            code.Exit();
        });
        using (ProgramStatistics.Measure())
        {
            for (int run = 0; run < 7; run++)
            {
                program.Run();
            }
        }

        ProgramStatistics statistics = program.Statistics();
        Assert.Equal(2u, statistics.VerifiedInstructions);
        Assert.Equal(0ul, statistics.Missed);
        Assert.True(statistics.MachineBytes > 0);
        Assert.Equal(7ul, statistics.Runs);
        Assert.True(statistics.Nanoseconds > 0);
    }

    [Fact]
    public void CallLocal_WithAnArgument_Returns()
    {
        Require.Bpf();
        using BpfProgram program = TestPrograms.Load(static code =>
        {
            Label square = code.NewLabel("square");
            code.Load(Register.R1, Register.R1, 0);
            code.CallLocal(square);
            code.Alu(AluOperation.Add, Register.R0, 1);
            code.Exit();
            code.BeginFunction(square);
            code.Move(Register.R0, Register.R1);
            code.Alu(AluOperation.Multiply, Register.R0, Register.R1);
            code.Exit();
        });

        Assert.Equal(145u, program.Run(12));
        Assert.Equal(["main", "square"], program.Description.Code.Functions.Select(static function => function.Name));
    }
}
