using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.RingBuffer;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.RingBuffer;

public sealed class RingBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(RingFlags.NoWakeUp)]
    public void Reader_OfAProgramsRecords_GetsAllInOrderOrCountsTheLoss(int flags)
    {
        Require.Bpf();
        const int Count = 100_000;
        using BpfMappedArray<(long Written, long Lost)> state = new(1, "state");
        using BpfRingBuffer ring = new(64 * 1024);
        using BpfProgram program = Writer(ring.Handle, state.Handle, flags);
        Recorder recorder = new();
        ReadWhile(ring, recorder, () => program.TestRun([], new byte[64], repeat: Count));
        Assert.Equal(Count, state[0].Written);
        Assert.Equal(Count, recorder.Numbers.Count + state[0].Lost);
        Assert.True(recorder.Numbers.Count >= 64 * 1024 / 24, $"{recorder.Numbers.Count} records");
        Assert.All(recorder.Numbers.Zip(recorder.Numbers.Skip(1)), static pair => Assert.True(pair.First < pair.Second));
    }

    [Fact]
    public void Consume_OfAFullRing_LosesExactlyWhatDidNotFit()
    {
        Require.Bpf();
        using BpfMappedArray<(long Written, long Lost)> state = new(1, "state");
        using BpfRingBuffer ring = new(4096);
        using BpfProgram program = Writer(ring.Handle, state.Handle, RingFlags.NoWakeUp);
        program.TestRun([], new byte[64], repeat: 1000);
        Recorder recorder = new();

        Assert.Equal(1000 - recorder.Numbers.Count - ring.Consume(ref recorder), state[0].Lost);
        Assert.Equal(Enumerable.Range(1, recorder.Numbers.Count).Select(static number => (long)number), recorder.Numbers);
        Assert.Equal(ring.ProducerPosition, ring.ConsumerPosition);
        program.TestRun([], new byte[64], repeat: 10);
        Assert.Equal(10, ring.Consume(ref recorder));
        Assert.Equal(1001, recorder.Numbers[^10]);
    }

    [Fact]
    public void Consume_WithDiscardedRecords_PassesOverThem()
    {
        Require.Bpf();
        using BpfRingBuffer ring = new(4096);
        using BpfProgram program = TestPrograms.Load(code =>
        {
            Label full = code.NewLabel("full");
            Label keep = code.NewLabel("keep");
            Label end = code.NewLabel("end");
            code.Load(Register.R6, Register.R1, 0);
            Reserve(code, ring.Handle, full);
            code.Store(Register.R0, 0, Register.R6);
            code.Move(Register.R1, Register.R0);
            code.Move(Register.R2, RingFlags.NoWakeUp);
            code.JumpIf(JumpCondition.BitsSet, Register.R6, 1, keep);
            code.Call(BpfHelper.RingBufferDiscard);
            code.Jump(end);
            code.Mark(keep);
            code.Call(BpfHelper.RingBufferSubmit);
            code.Mark(end);
            code.Mark(full);
            code.Move(Register.R0, 0);
            code.Exit();
        });
        for (ulong number = 0; number < 20; number++)
        {
            program.Run(number);
        }

        Recorder recorder = new();
        Assert.Equal(10, ring.Consume(ref recorder));
        Assert.Equal([1, 3, 5, 7, 9, 11, 13, 15, 17, 19], recorder.Numbers);
    }

    [Fact]
    public void Consume_WithAHandlerThatThrows_GoesOnAfterTheRecord()
    {
        Require.Bpf();
        using BpfMappedArray<(long Written, long Lost)> state = new(1, "state");
        using BpfRingBuffer ring = new(4096);
        using BpfProgram program = Writer(ring.Handle, state.Handle, RingFlags.NoWakeUp);
        program.TestRun([], new byte[64], repeat: 5);
        Recorder recorder = new() { ThrowAt = 2 };

        Assert.Throws<InvalidOperationException>(() => ring.Consume(ref recorder));
        Assert.Equal(3, ring.Consume(ref recorder));
        Assert.Equal([1, 3, 4, 5], recorder.Numbers);
    }

    [Fact]
    public void Consume_WithALimit_StopsThere()
    {
        Require.Bpf();
        using BpfMappedArray<(long Written, long Lost)> state = new(1, "state");
        using BpfRingBuffer ring = new(4096);
        using BpfProgram program = Writer(ring.Handle, state.Handle, RingFlags.NoWakeUp);
        program.TestRun([], new byte[64], repeat: 5);
        Recorder recorder = new();

        Assert.Equal(2, ring.Consume(ref recorder, limit: 2));
        Assert.Equal(3, ring.Consume(ref recorder));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(RingFlags.NoWakeUp)]
    public void Reader_WithWritersOnAllProcessors_GetsEachRecordOnceInTheOrderOfItsWriter(int flags)
    {
        Require.Bpf();
        const int Writers = 4;
        const int Rounds = 2000;
        using BpfMappedArray<(long Written, long Lost)> state = new(1, "state");
        using BpfRingBuffer ring = new(16 * 1024);
        using BpfProgram program = TestPrograms.Load(code =>
        {
            // Arguments: the writer, the number. The record is both, and then as many bytes as the number's lowest six bits say, for records of all lengths.
            Label full = code.NewLabel("full");
            code.Load(Register.R6, Register.R1, 0);
            code.Load(Register.R7, Register.R1, 8);
            code.Store(Register.R10, -80, Register.R6);
            code.Store(Register.R10, -72, Register.R7);
            for (int at = -64; at < 0; at += 8)
            {
                code.Store(Register.R10, at, Register.R7);
            }

            code.LoadMap(Register.R1, ring.Handle);
            code.Move(Register.R2, Register.R10);
            code.Alu(AluOperation.Add, Register.R2, -80);
            code.Move(Register.R3, Register.R7);
            code.Alu(AluOperation.And, Register.R3, 63);
            code.Alu(AluOperation.Add, Register.R3, 16);
            code.Move(Register.R4, flags);
            code.Call(BpfHelper.RingBufferOutput);
            code.JumpIf(JumpCondition.NotEqual, Register.R0, 0, full);
            code.Exit();
            code.Mark(full);
            code.LoadMapValue(Register.R7, state.Handle, 8);
            code.Move(Register.R6, 1);
            code.Atomic(AtomicOperation.Add, Register.R7, 0, Register.R6);
            code.Move(Register.R0, 1);
            code.Exit();
        });
        PairRecorder recorder = new();
        int taken = 0;
        ReadWhile(ring, recorder, () =>
        {
            Thread[] threads = [.. Enumerable.Range(0, Writers).Select(writer => new Thread(() =>
            {
                for (ulong number = 0; number < Rounds; number++)
                {
                    if (program.Run((ulong)writer, number) == 0)
                    {
                        Interlocked.Increment(ref taken);
                    }
                }
            }))];
            Array.ForEach(threads, static thread => thread.Start());
            Array.ForEach(threads, static thread => thread.Join());
        });

        Assert.Null(recorder.Fault);
        Assert.Equal(taken, recorder.Count);
        Assert.Equal(Writers * Rounds, taken + state[0].Lost);
    }

    // Reads on this thread what is written on another, and what is left when that has ended.
    private static void ReadWhile<THandler>(BpfRingBuffer ring, THandler handler, Action write)
        where THandler : IRingRecordHandler
    {
        Task writing = Task.Run(write);
        while (!writing.IsCompleted)
        {
            ring.Consume(ref handler);
        }

        writing.GetAwaiter().GetResult();
        ring.Consume(ref handler);
    }

    // Counts its runs and writes the count as a record of 16 bytes; counts the records that found no room.
    private static BpfProgram Writer(MapHandle ring, MapHandle state, int flags)
    {
        BpfCode code = TestPrograms.Code(code =>
        {
            Label full = code.NewLabel("full");
            code.LoadMapValue(Register.R7, state);
            code.Move(Register.R6, 1);
            code.Atomic(AtomicOperation.FetchAdd, Register.R7, 0, Register.R6);
            code.Alu(AluOperation.Add, Register.R6, 1);
            Reserve(code, ring, full);
            code.Store(Register.R0, 0, Register.R6);
            code.Store(Register.R0, 8, Register.R6);
            code.Move(Register.R1, Register.R0);
            code.Move(Register.R2, flags);
            code.Call(BpfHelper.RingBufferSubmit);
            code.Move(Register.R0, 0);
            code.Exit();
            code.Mark(full);
            code.LoadMapValue(Register.R7, state, 8);
            code.Move(Register.R6, 1);
            code.Atomic(AtomicOperation.Add, Register.R7, 0, Register.R6);
            code.Move(Register.R0, 0);
            code.Exit();
        });
        return BpfProgram.Load(new ProgramDescription(ProgramType.SocketFilter, code));
    }

    private static void Reserve(BpfAssembler code, MapHandle ring, Label full)
    {
        code.LoadMap(Register.R1, ring);
        code.Move(Register.R2, 16);
        code.Move(Register.R3, 0);
        code.Call(BpfHelper.RingBufferReserve);
        code.JumpIf(JumpCondition.Equal, Register.R0, 0, full);
    }

    private sealed class Recorder : IRingRecordHandler
    {
        public List<long> Numbers { get; } = [];

        public long ThrowAt { get; init; }

        public void OnRecord(ReadOnlySpan<byte> record)
        {
            long number = MemoryMarshal.Read<long>(record);
            if (number == ThrowAt)
            {
                throw new InvalidOperationException("a handler's fault");
            }

            Numbers.Add(number);
        }
    }

    /// <summary>Checks the numbers of each writer.</summary>
    private sealed class PairRecorder : IRingRecordHandler
    {
        private readonly Dictionary<long, long> _last = [];

        public int Count { get; private set; }

        public string? Fault { get; private set; }

        public void OnRecord(ReadOnlySpan<byte> record)
        {
            (long writer, long number) = (MemoryMarshal.Read<long>(record), MemoryMarshal.Read<long>(record[8..]));
            Count++;
            if (record.Length != 16 + (number & 63) || number <= _last.GetValueOrDefault(writer, -1))
            {
                Fault ??= $"{writer} {number} {record.Length}";
            }

            _last[writer] = number;
        }
    }
}
