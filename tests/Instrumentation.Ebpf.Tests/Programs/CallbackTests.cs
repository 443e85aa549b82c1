using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.RingBuffer;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Programs;

/// <summary>What needs BTF of the program's own: functions that helpers call back, and values of threads.</summary>
public sealed class CallbackTests
{
    [Fact]
    public void Loop_WithACallback_RunsItSoOften()
    {
        Require.Bpf();
        BpfCode code = TestPrograms.Code(static code =>
        {
            Label each = code.NewLabel("each round");
            code.StoreConstant(Register.R10, -8, 0);
            code.Load(Register.R1, Register.R1, 0);
            code.LoadFunction(Register.R2, each);
            code.Move(Register.R3, Register.R10);
            code.Alu(AluOperation.Add, Register.R3, -8);
            code.Move(Register.R4, 0);
            code.Call(BpfHelper.Loop);
            code.Load(Register.R0, Register.R10, -8);
            code.Exit();
            code.BeginFunction(each);
            code.Load(Register.R3, Register.R2, 0);
            code.Alu(AluOperation.Add, Register.R3, Register.R1);
            code.Store(Register.R2, 0, Register.R3);
            code.Move(Register.R0, 0);
            code.Exit();
        });
        Assert.Empty(CodeChecker.Check(code));
        using ProgramBtf btf = ProgramBtf.Of(code);
        using BpfProgram program = BpfProgram.Load(btf.AddTo(new ProgramDescription(ProgramType.RawTracepoint, code)));

        Assert.Equal(0u, program.Run(0));
        Assert.Equal(499_500u, program.Run(1000));
    }

    [Fact]
    public void UserRingBuffer_IsDrainedByAProgramInOrder()
    {
        Require.Bpf();
        Require.Capability(CapabilityNames.MapUserRingBuffer);
        using BpfUserRingBuffer ring = new(4096);
        BpfCode code = TestPrograms.Code(code =>
        {
            // The answer is the records' numbers as the digits of a number to the base 10.
            Label each = code.NewLabel("each");
            code.StoreConstant(Register.R10, -8, 0);
            code.LoadMap(Register.R1, ring.Handle);
            code.LoadFunction(Register.R2, each);
            code.Move(Register.R3, Register.R10);
            code.Alu(AluOperation.Add, Register.R3, -8);
            code.Move(Register.R4, 0);
            code.Call(BpfHelper.UserRingBufferDrain);
            code.Load(Register.R0, Register.R10, -8);
            code.Exit();
            code.BeginFunction(each);
            Label end = code.NewLabel("end");
            code.Move(Register.R6, Register.R2);
            code.Move(Register.R2, 0);
            code.Move(Register.R3, 8);
            code.Call(BpfHelper.DynamicPointerData);
            code.JumpIf(JumpCondition.Equal, Register.R0, 0, end);
            code.Load(Register.R1, Register.R0, 0);
            code.Load(Register.R2, Register.R6, 0);
            code.Alu(AluOperation.Multiply, Register.R2, 10);
            code.Alu(AluOperation.Add, Register.R2, Register.R1);
            code.Store(Register.R6, 0, Register.R2);
            code.Mark(end);
            code.Move(Register.R0, 0);
            code.Exit();
        });
        using ProgramBtf btf = ProgramBtf.Of(code);
        using BpfProgram program = BpfProgram.Load(btf.AddTo(new ProgramDescription(ProgramType.RawTracepoint, code)));
        for (int round = 0; round < 200; round++)
        {
            for (long number = 1; number <= 5; number++)
            {
                Assert.True(ring.TryWrite(MemoryMarshal.AsBytes([number, number])));
            }

            Assert.Equal(12_345u, program.Run());
            Assert.Equal(0, ring.PendingBytes);
        }

        int fit = 0;
        while (ring.TryWrite(new byte[16]))
        {
            fit++;
        }

        Assert.Equal(4096 / 24, fit);
        Assert.False(ring.TryWrite(new byte[5000]));
    }

    [Fact]
    public void TaskStorage_IsWrittenByAProgramAndReadByProcess()
    {
        Require.Capability(CapabilityNames.MapTaskStorage);
        Require.Capability(CapabilityNames.ProgramTypedTracepoint);
        BtfBuilder types = new();
        uint key = types.AddInt("int", 4, isSigned: true);
        uint value = types.AddInt("long", 8, isSigned: true);
        using BtfHandle typesHandle = BtfLoader.Load(types.Build());
        using BpfTaskStorage<long> storage = new(typesHandle, key, value);
        BpfCode code = TestPrograms.Code(code =>
        {
            Label none = code.NewLabel("none");
            code.Call(BpfHelper.GetCurrentTaskBtf);
            code.Move(Register.R2, Register.R0);
            code.LoadMap(Register.R1, storage.Handle);
            code.Move(Register.R3, 0);
            code.Move(Register.R4, 1);
            code.Call(BpfHelper.TaskStorageGet);
            code.JumpIf(JumpCondition.Equal, Register.R0, 0, none);
            code.Move(Register.R1, 1);
            code.Atomic(AtomicOperation.Add, Register.R0, 0, Register.R1);
            code.Mark(none);
            code.Move(Register.R0, 0);
            code.Exit();
        });
        uint point = KernelBtf.Open().Find("btf_trace_sys_enter", BtfKind.Typedef)!.Value.Id;
        ProgramDescription description = new(ProgramType.Tracing, code) { ExpectedAttachType = AttachType.TraceRawTracepoint, AttachBtfId = point };
        using BpfProgram program = BpfProgram.Load(description);

        // A shell that makes system calls for as long as it lives.
        using Process child = Process.Start("/bin/sh", ["-c", "while :; do cd /; done"]);
        try
        {
            Assert.False(storage.TryGet(child.Id, out _));
            using BpfLink link = TracepointLinks.Tracing(program);
            Assert.True(SpinWait.SpinUntil(() => storage.TryGet(child.Id, out long calls) && calls > 100, TimeSpan.FromSeconds(10)));
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }

        Assert.Equal("ESRCH", Assert.Throws<KernelCallException>(() => storage.TryGet(child.Id, out _)).ErrorName);
    }
}
