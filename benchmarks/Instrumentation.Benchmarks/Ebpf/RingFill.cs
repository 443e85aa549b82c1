using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.RingBuffer;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>A ring and a program that writes <see cref="RecordsPerRun"/> records of <see cref="RecordBytes"/> bytes into it at each run.</summary>
internal sealed class RingFill : IDisposable
{
    /// <summary>The records of a run.</summary>
    public const int RecordsPerRun = 32;

    /// <summary>The bytes of a record.</summary>
    public const int RecordBytes = 64;

    private const int RingBytes = 16 * 1024 * 1024;

    /// <summary>Creates both.</summary>
    /// <param name="flags">How the program submits: <see cref="RingFlags"/>.</param>
    public RingFill(int flags)
    {
        Ring = new BpfRingBuffer(RingBytes);
        try
        {
            // Only programs that take packets are run repeatedly by one system call.
            Program = BpfProgram.Load(new ProgramDescription(ProgramType.SocketFilter, Code(flags)) { Name = "fill" });
        }
        catch
        {
            Ring.Dispose();
            throw;
        }
    }

    /// <summary>The ring.</summary>
    public BpfRingBuffer Ring { get; }

    /// <summary>The program.</summary>
    public BpfProgram Program { get; }

    /// <summary>Runs the program.</summary>
    /// <param name="runs">How often.</param>
    public void Run(int runs) => Program.TestRun([], new byte[64], repeat: runs);

    /// <inheritdoc/>
    public void Dispose()
    {
        Program.Dispose();
        Ring.Dispose();
    }

    private BpfCode Code(int flags)
    {
        BpfAssembler code = new(InstructionSet.V3);
        Label next = code.NewLabel("next");
        Label full = code.NewLabel("full");
        code.Move(Register.R6, 0);
        code.Mark(next);
        code.LoadMap(Register.R1, Ring.Handle);
        code.Move(Register.R2, RecordBytes);
        code.Move(Register.R3, 0);
        code.Call(BpfHelper.RingBufferReserve);
        code.JumpIf(JumpCondition.Equal, Register.R0, 0, full);
        for (int at = 0; at < RecordBytes; at += sizeof(long))
        {
            code.Store(Register.R0, at, Register.R6);
        }

        code.Move(Register.R1, Register.R0);
        code.Move(Register.R2, flags);
        code.Call(BpfHelper.RingBufferSubmit);
        code.Mark(full);
        code.Alu(AluOperation.Add, Register.R6, 1);
        code.JumpIf(JumpCondition.Less, Register.R6, RecordsPerRun, next);
        code.Move(Register.R0, 0);
        code.Exit();
        return code.Build();
    }
}
