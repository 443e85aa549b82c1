using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>A program that counts its runs, and keeps the cookie of the last.</summary>
internal sealed class Counter : IDisposable
{
    private readonly BpfMappedArray<(long Count, long Cookie)> _state = new(1, "counter");

    public Counter(ProgramType type, AttachType attach = AttachType.None, uint btfId = 0, bool cookie = false, int threadId = 0)
    {
        BpfCode code = TestPrograms.Code(code =>
        {
            Label end = code.NewLabel("end");
            code.Move(Register.R6, Register.R1);
            if (threadId != 0)
            {
                code.Call(BpfHelper.GetCurrentPidTgid);
                code.JumpIf(JumpCondition.NotEqual, Register.R0, threadId, end, OperandWidth.Bits32);
            }

            code.LoadMapValue(Register.R7, _state.Handle);
            code.Move(Register.R1, 1);
            code.Atomic(AtomicOperation.Add, Register.R7, 0, Register.R1);
            if (cookie)
            {
                code.Move(Register.R1, Register.R6);
                code.Call(BpfHelper.GetAttachCookie);
                code.Store(Register.R7, 8, Register.R0);
            }

            code.Mark(end);
            code.Move(Register.R0, 0);
            code.Exit();
        });
        try
        {
            Program = BpfProgram.Load(new ProgramDescription(type, code) { Name = "counter", ExpectedAttachType = attach, AttachBtfId = btfId });
        }
        catch
        {
            _state.Dispose();
            throw;
        }
    }

    public BpfProgram Program { get; }

    public uint MapId => _state.Id;

    public long Count => Volatile.Read(ref _state[0].Count);

    public long Cookie => Volatile.Read(ref _state[0].Cookie);

    public void Dispose()
    {
        Program.Dispose();
        _state.Dispose();
    }
}
