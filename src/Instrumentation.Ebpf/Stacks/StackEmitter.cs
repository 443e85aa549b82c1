using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>Emits the counting of a hit by its stack.</summary>
/// <param name="code">Takes the code.</param>
/// <param name="maps">The maps.</param>
internal sealed class StackEmitter(CodeEmitter code, StackMaps maps)
{
    private const int OfUser = 1 << 8;

    private readonly BpfAssembler _assembler = code.Assembler;

    /// <summary>Emits it. A hit for which the table has no room counts as lost.</summary>
    /// <param name="program">The program around.</param>
    public void Emit(ProbeCompiler program)
    {
        _assembler.Note("the stack");
        Label found = _assembler.NewLabel("found");
        Label done = _assembler.NewLabel("done");
        using StackSlot key = code.Frame.Take(StackKey.Size, "the stack's key");
        _assembler.Call(BpfHelper.GetCurrentPidTgid);
        _assembler.Alu(AluOperation.ShiftRight, Register.R0, 32);
        StorePart(key, nameof(StackKey.ProcessId));
        EmitId(maps.User, OfUser);
        StorePart(key, nameof(StackKey.UserStack));
        EmitId(maps.Kernel, 0);
        StorePart(key, nameof(StackKey.KernelStack));
        _assembler.StoreConstant(Register.R10, key.Offset + Offset(nameof(StackKey.Padding)), 0, MemorySize.Bytes4);
        EmitFind(key);
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R0, 0, found);
        using (StackSlot one = code.Frame.Take(sizeof(long), "the stack's count"))
        {
            _assembler.Move(Register.R0, 1);
            _assembler.Store(Register.R10, one.Offset, Register.R0);
            _assembler.LoadMap(Register.R1, maps.Counts, "stacks");
            code.EmitAddress(Register.R2, key);
            code.EmitAddress(Register.R3, one);
            _assembler.Move(Register.R4, (int)UpdateMode.Insert);
            _assembler.Call(BpfHelper.MapUpdateElement);
            _assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, done);
        }

        // Another processor may have inserted the key in between.
        EmitFind(key);
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R0, 0, found);
        program.Count(nameof(ProbeCounters.Lost));
        _assembler.Jump(done);
        _assembler.Mark(found);
        _assembler.Move(Register.R1, 1);
        _assembler.Atomic(AtomicOperation.Add, Register.R0, 0, Register.R1);
        _assembler.Mark(done);
    }

    private void EmitId(MapHandle map, int flags)
    {
        _assembler.Move(Register.R1, CodeEmitter.Context);
        _assembler.LoadMap(Register.R2, map, "stacks");
        _assembler.Move(Register.R3, flags);
        _assembler.Call(BpfHelper.GetStackId);
    }

    private void EmitFind(StackSlot key)
    {
        _assembler.LoadMap(Register.R1, maps.Counts, "stacks");
        code.EmitAddress(Register.R2, key);
        _assembler.Call(BpfHelper.MapLookupElement);
    }

    private void StorePart(StackSlot key, string part) => _assembler.Store(Register.R10, key.Offset + Offset(part), Register.R0, MemorySize.Bytes4);

    private static int Offset(string part) => (int)Marshal.OffsetOf<StackKey>(part);
}
