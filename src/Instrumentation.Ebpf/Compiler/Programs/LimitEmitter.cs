using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Limits;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>Emits the decision of a probe's limits, which means what <see cref="LimitCells"/> says; each processor samples for itself.</summary>
/// <param name="code">Takes the code.</param>
/// <param name="request">The probe.</param>
/// <param name="maps">The maps.</param>
internal sealed class LimitEmitter(CodeEmitter code, ProgramRequest request, ProgramMaps maps)
{
    // How often the time of the next hit is tried to be moved on; a hit that is overtaken by others that often comes with too many.
    private const int Attempts = 8;

    private const Register State = Register.R3;

    private readonly BpfAssembler _assembler = code.Assembler;

    /// <summary>Emits it.</summary>
    /// <param name="program">The program around.</param>
    /// <param name="now">Where the time of the hit is; a limit by time needs it.</param>
    /// <param name="skip">Where hits go that a limit turns away; they are counted as suppressed.</param>
    public void Emit(ProbeCompiler program, StackSlot? now, Label skip)
    {
        ProbeLimits limits = request.Spec.Limits;
        if (!limits.AreDecidedByHooks)
        {
            return;
        }

        Label away = _assembler.NewLabel("suppressed");
        Label admitted = _assembler.NewLabel("admitted");
        _assembler.Note("the limits");
        if (limits.SampleEvery > 1)
        {
            _assembler.Move(Register.R1, 1);
            _assembler.Atomic(AtomicOperation.FetchAdd, CodeEmitter.Statistics, (int)Marshal.OffsetOf<ProbeCounters>(nameof(ProbeCounters.Sampled)), Register.R1);
            _assembler.Alu(AluOperation.Modulo, Register.R1, limits.SampleEvery);
            _assembler.JumpIf(JumpCondition.NotEqual, Register.R1, 0, away);
        }

        if (maps.Limits is { } state)
        {
            _assembler.LoadMapValue(State, state, 0, "limits");
        }

        if (limits.PerSecond is not null)
        {
            EmitRate(LimitCells.IntervalOf(limits), now!.Value, away);
        }

        if (limits.Hits is { } most)
        {
            EmitHits(most, away);
        }

        _assembler.Jump(admitted);
        _assembler.Mark(away);
        program.Count(nameof(ProbeCounters.Suppressed));
        _assembler.Jump(skip);
        _assembler.Mark(admitted);
    }

    private void EmitRate(long interval, StackSlot now, Label away)
    {
        int nextTime = Offset(nameof(LimitState.NextTime));
        Label again = _assembler.NewLabel("rateAgain");
        Label ahead = _assembler.NewLabel("ahead");
        Label inTime = _assembler.NewLabel("inTime");
        _assembler.Move(Register.R5, Attempts);
        _assembler.Mark(again);
        _assembler.Load(Register.R0, State, nextTime);
        _assembler.Load(Register.R2, Register.R10, now.Offset);
        _assembler.Move(Register.R1, Register.R0);
        _assembler.Alu(AluOperation.Subtract, Register.R1, Register.R2);
        _assembler.JumpIf(JumpCondition.SignedGreater, Register.R1, (int)LimitCells.BurstOf(interval), away);
        _assembler.Move(Register.R1, Register.R0);
        _assembler.JumpIf(JumpCondition.SignedGreaterOrEqual, Register.R1, Register.R2, ahead);
        _assembler.Move(Register.R1, Register.R2);
        _assembler.Mark(ahead);
        _assembler.LoadConstant(Register.R4, interval);
        _assembler.Alu(AluOperation.Add, Register.R1, Register.R4);
        _assembler.Move(Register.R4, Register.R0);
        _assembler.Atomic(AtomicOperation.CompareExchange, State, nextTime, Register.R1);
        _assembler.JumpIf(JumpCondition.Equal, Register.R0, Register.R4, inTime);
        _assembler.Alu(AluOperation.Subtract, Register.R5, 1);
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R5, 0, again);
        _assembler.Jump(away);
        _assembler.Mark(inTime);
    }

    // Exact: as many additions find less than the most as there may be hits. One that finds more is taken back, so that a limit which is raised counts on from what was let through.
    private void EmitHits(long most, Label away)
    {
        int admitted = Offset(nameof(LimitState.Admitted));
        Label within = _assembler.NewLabel("withinHits");
        _assembler.LoadConstant(Register.R2, most);
        _assembler.Load(Register.R1, State, admitted);
        _assembler.JumpIf(JumpCondition.SignedGreaterOrEqual, Register.R1, Register.R2, away);
        _assembler.Move(Register.R1, 1);
        _assembler.Atomic(AtomicOperation.FetchAdd, State, admitted, Register.R1);
        _assembler.JumpIf(JumpCondition.SignedLess, Register.R1, Register.R2, within);
        _assembler.Move(Register.R1, -1);
        _assembler.Atomic(AtomicOperation.Add, State, admitted, Register.R1);
        _assembler.Jump(away);
        _assembler.Mark(within);
    }

    private static int Offset(string field) => (int)Marshal.OffsetOf<LimitState>(field);
}
