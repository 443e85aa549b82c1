using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Contexts;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>Emits the counting of a hit by its stack.</summary>
/// <param name="code">Takes the code.</param>
/// <param name="maps">The maps.</param>
internal sealed class StackEmitter(CodeEmitter code, StackMaps maps)
{
    private const int OfUser = 1 << 8;

    private readonly BpfAssembler _assembler = code.Assembler;

    /// <summary>Emits the taking of the stacks: R0 has the id of the process's in its upper half and that of the kernel's in its lower, or negative error numbers.</summary>
    public void EmitIds()
    {
        using StackSlot ids = code.Frame.Take(sizeof(long), "the ids of the stacks");
        EmitId(maps.User, OfUser);
        _assembler.Store(Register.R10, ids.Offset + sizeof(int), Register.R0, MemorySize.Bytes4);
        EmitId(maps.Kernel, 0);
        _assembler.Store(Register.R10, ids.Offset, Register.R0, MemorySize.Bytes4);
        _assembler.Load(Register.R0, Register.R10, ids.Offset);
    }

    /// <summary>Emits it. A hit for which the table has no room counts as lost.</summary>
    /// <param name="program">The program around.</param>
    /// <param name="source">The values of the point.</param>
    /// <param name="weight">Where the hit's weight is; null when hits are only counted.</param>
    public void Emit(ProbeCompiler program, ProgramSource source, StackSlot? weight)
    {
        _assembler.Note("the stack");
        Label found = _assembler.NewLabel("found");
        Label done = _assembler.NewLabel("done");
        using StackSlot key = code.Frame.Take(StackKey.Size, "the stack's key");
        EmitKey(source, key);
        EmitFind(key);
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R0, 0, found);
        using (StackSlot first = code.Frame.Take(Marshal.SizeOf<StackCount>(), "the stack's count"))
        {
            _assembler.StoreConstant(Register.R10, first.Offset + (int)Marshal.OffsetOf<StackCount>(nameof(StackCount.Hits)), 1);
            EmitWeight(weight);
            _assembler.Store(Register.R10, first.Offset + (int)Marshal.OffsetOf<StackCount>(nameof(StackCount.Weight)), Register.R1);
            _assembler.LoadMap(Register.R1, maps.Counts, "stacks");
            code.EmitAddress(Register.R2, key);
            code.EmitAddress(Register.R3, first);
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
        _assembler.Atomic(AtomicOperation.Add, Register.R0, (int)Marshal.OffsetOf<StackCount>(nameof(StackCount.Hits)), Register.R1);
        if (weight is not null)
        {
            EmitWeight(weight);
            _assembler.Atomic(AtomicOperation.Add, Register.R0, (int)Marshal.OffsetOf<StackCount>(nameof(StackCount.Weight)), Register.R1);
        }

        _assembler.Mark(done);
    }

    private void EmitKey(ProgramSource source, StackSlot key)
    {
        if (source.KeptStacks is { } kept)
        {
            source.EmitTaskIds(code);
            _assembler.Alu(AluOperation.ShiftRight, Register.R0, 32);
            StorePart(key, nameof(StackKey.ProcessId));
            _assembler.Load(Register.R0, Register.R10, source.Call.Arguments[kept].Offset);
        }
        else
        {
            _assembler.Call(BpfHelper.GetCurrentPidTgid);
            _assembler.Alu(AluOperation.ShiftRight, Register.R0, 32);
            StorePart(key, nameof(StackKey.ProcessId));
            EmitIds();
        }

        StorePart(key, nameof(StackKey.KernelStack));
        _assembler.Alu(AluOperation.ShiftRight, Register.R0, 32);
        StorePart(key, nameof(StackKey.UserStack));
        EmitSpanSite(source);
        StorePart(key, nameof(StackKey.SpanSite));
    }

    // A thread that waits is often deep in native code, where its stack cannot be followed: what it works for says the more.
    private void EmitSpanSite(ProgramSource source)
    {
        if (source.KeptStacks is null || source.Call.Contexts is not { } contexts)
        {
            _assembler.Move(Register.R0, 0);
            return;
        }

        ContextEmitter thread = new(_assembler, contexts);
        source.EmitTaskIds(code);
        thread.EmitFind();
        thread.EmitSpan();
        _assembler.Alu(AluOperation.ShiftRight, Register.R0, SpanId.NumberBits);
    }

    private void EmitWeight(StackSlot? weight)
    {
        if (weight is { } slot)
        {
            _assembler.Load(Register.R1, Register.R10, slot.Offset);
        }
        else
        {
            _assembler.Move(Register.R1, 0);
        }
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
