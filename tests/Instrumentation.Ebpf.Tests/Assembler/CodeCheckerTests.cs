using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Assembler;

public sealed class CodeCheckerTests
{
    private static readonly Register[] Free = [Register.R0, Register.R2, Register.R3, Register.R4, Register.R5, Register.R7, Register.R8];

    [Fact]
    public void Check_OfRandomCode_AgreesWithTheKernel()
    {
        Require.Bpf();
        Random random = new(11);
        int accepted = 0;
        int refused = 0;
        for (int at = 0; at < 3000; at++)
        {
            BpfCode code = Generate(random);
            IReadOnlyList<CodeFault> faults = CodeChecker.Check(code);
            int answer = ProgramLoader.TryWithLog(new ProgramDescription(ProgramType.RawTracepoint, code), 1, out string log);
            using ProgramHandle handle = new(answer);
            if (faults.Count == 0 != answer >= 0)
            {
                Assert.Fail($"{string.Join('\n', faults)}\n{code}\n{log}");
            }

            accepted += answer >= 0 ? 1 : 0;
            refused += answer >= 0 ? 0 : 1;
        }

        Assert.True(accepted > 300 && refused > 300, $"{accepted} accepted, {refused} refused");
    }

    [Fact]
    public void Check_OfFaults_NamesEach()
    {
        Expect("0: r2 may be unset", static code => code.Move(Register.R0, Register.R2));
        Expect("1: r1 may be unset", static code =>
        {
            code.Call(BpfHelper.KernelTimeGetNs);
            code.Move(Register.R0, Register.R1);
        });
        Expect("0: r2, r3 may be unset", static code => code.Call(BpfHelper.ProbeReadKernel));
        Expect("0: r0 may be unset", static _ => { });
        Expect("1: nothing reaches it", static code =>
        {
            Label end = code.NewLabel();
            code.Jump(end);
            code.Move(Register.R0, 1);
            code.Mark(end);
            code.Move(Register.R0, 0);
        });
        Expect("1: 8 bytes at r10 -4 lie outside of the stack", static code =>
        {
            code.Move(Register.R0, 0);
            code.Store(Register.R10, -4, Register.R0);
        });
        Expect("0: 1 bytes at r10 -513 lie outside of the stack", static code =>
        {
            code.Load(Register.R0, Register.R10, -513, MemorySize.Bytes1);
        });
        Expect("0: the function ends without an exit or a jump", static code => code.Emit(new Instruction(0xb7, Register.R0, 0, 0, 0)), exit: false);
        Expect("0: the jump leads out of its function or into a constant", static code => code.Emit(new Instruction(0x05, 0, 0, 7, 0)));
        Expect("1: the jump leads out of its function or into a constant", static code =>
        {
            code.Move(Register.R0, 0);
            code.Emit(new Instruction(0x15, Register.R0, 0, 1, 0));
            code.LoadConstant(Register.R0, long.MaxValue);
        });
        Expect("0: r10 is read-only, and there is none above", static code => code.Emit(new Instruction(0xb7, Register.R10, 0, 0, 0)));
    }

    [Fact]
    public void Check_OfFunctions_FollowsArgumentsIntoThem()
    {
        static BpfCode Code(bool sets) => TestPrograms.Code(code =>
        {
            Label add = code.NewLabel("add");
            code.Move(Register.R1, 1);
            if (sets)
            {
                code.Move(Register.R2, 2);
            }

            code.CallLocal(add);
            code.Exit();
            code.BeginFunction(add);
            code.Move(Register.R0, Register.R1);
            code.Alu(AluOperation.Add, Register.R0, Register.R2);
            code.Exit();
        });

        Assert.Empty(CodeChecker.Check(Code(sets: true)));
        Assert.Equal(new CodeFault(1, "r2 may be unset"), Assert.Single(CodeChecker.Check(Code(sets: false))));
    }

    [Fact]
    public void Check_OfAnEmptyProgramOrHalfAConstant_IsAFault()
    {
        Assert.Single(CodeChecker.Check(BpfCode.Of()));
        Assert.Single(CodeChecker.Check(BpfCode.Of(new Instruction(0x18, 0, 0, 0, 0))));
    }

    [Fact]
    public void Liveness_OfALoop_CarriesWhatTheNextRoundReads()
    {
        BpfCode code = TestPrograms.Code(static code =>
        {
            Label again = code.NewLabel();
            code.Move(Register.R2, 10);
            code.Move(Register.R0, 0);
            code.Mark(again);
            code.Alu(AluOperation.Add, Register.R0, Register.R2);
            code.Alu(AluOperation.Subtract, Register.R2, 1);
            code.JumpIf(JumpCondition.NotEqual, Register.R2, 0, again);
            code.Exit();
        });
        Liveness liveness = new(code);

        Assert.Equal(RegisterSet.None, liveness.Before(0));
        Assert.Equal(Register.R2, liveness.Before(1));
        Assert.Equal((RegisterSet)Register.R0 | Register.R2, liveness.Before(2));
        Assert.Equal((RegisterSet)Register.R0 | Register.R2, liveness.Before(4));
        Assert.Equal(Register.R0, liveness.Before(5));
        Assert.Equal("r0, r2", liveness.Before(4).ToString());
    }

    [Fact]
    public void RegisterPool_HandsOutEachOnceAndTakesBack()
    {
        RegisterPool pool = new(RegisterSet.All - Register.R6);
        HashSet<Register> rented = [];
        while (pool.TryRent(out Register register))
        {
            Assert.True(rented.Add(register));
        }

        Assert.Equal([Register.R7, Register.R8, Register.R9], rented.Order());
        pool.Return(Register.R8);
        Assert.True(pool.TryRent(out Register again));
        Assert.Equal(Register.R8, again);
    }

    // Straight code on numbers, with forward jumps whose way no verifier can know. R6 keeps the context; R9 is loaded anew before each condition.
    private static BpfCode Generate(Random random)
    {
        BpfAssembler code = new();
        List<Label> labels = [];
        code.Move(Register.R6, Register.R1);
        foreach (Register register in Free)
        {
            if (random.Next(6) != 0)
            {
                code.Move(register, 1);
            }
        }

        for (int at = 0, count = random.Next(2, 12); at < count; at++)
        {
            if (labels.Count > 0 && random.Next(3) == 0)
            {
                code.Mark(labels[^1]);
                labels.RemoveAt(labels.Count - 1);
            }

            Register to = Free[random.Next(Free.Length)];
            Register from = Free[random.Next(Free.Length)];
            switch (random.Next(20))
            {
                case < 7:
                    code.Alu(random.Next(2) == 0 ? AluOperation.Add : AluOperation.Move, to, from);
                    break;
                case < 10:
                    code.Move(to, random.Next());
                    break;
                case < 17:
                    labels.Add(code.NewLabel());
                    code.Load(Register.R9, Register.R6, 0);
                    code.JumpIf(JumpCondition.Equal, Register.R9, random.Next(), labels[^1]);
                    break;
                case 17:
                    labels.Add(code.NewLabel());
                    code.Jump(labels[^1]);
                    break;
                case 18:
                    code.Call(BpfHelper.KernelTimeGetNs);
                    break;
                default:
                    code.Store(Register.R10, -8, from);
                    break;
            }
        }

        labels.ForEach(code.Mark);
        code.Move(Register.R0, Free[random.Next(Free.Length)]);
        code.Exit();
        return code.Build();
    }

    private static void Expect(string fault, Action<BpfAssembler> body, bool exit = true)
    {
        BpfCode code = TestPrograms.Code(code =>
        {
            body(code);
            if (exit)
            {
                code.Exit();
            }
        });
        Assert.Contains(fault, CodeChecker.Check(code).Select(static found => $"{found.Slot}: {found.Text}"));
    }
}
