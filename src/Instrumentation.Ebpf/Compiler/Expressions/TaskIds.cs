using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>
/// The ids of the running process and thread, as this process counts them: in a container with a pid namespace of its own they are that namespace's,
/// and tasks that are not directly in it have none.
/// </summary>
internal static class TaskIds
{
    /// <summary>Emits the ids: R0 has the process in its upper half and the thread in its lower; 0 for a task that has none. R1 to R5 are changed.</summary>
    /// <param name="code">Takes the code.</param>
    public static void Emit(CodeEmitter code)
    {
        BpfAssembler assembler = code.Assembler;
        if (PidNamespace.Own is not { } own)
        {
            assembler.Call(BpfHelper.GetCurrentPidTgid);
            return;
        }

        // The helper writes the thread, then the process, and zeros where it fails.
        using StackSlot ids = code.Frame.Take(sizeof(long), "the ids of process and thread");
        assembler.LoadConstant(Register.R1, own.Device);
        assembler.LoadConstant(Register.R2, own.Inode);
        code.EmitAddress(Register.R3, ids);
        assembler.Move(Register.R4, ids.Bytes);
        assembler.Call(BpfHelper.GetNamespacePidTgid);
        assembler.Load(Register.R0, Register.R10, ids.Offset);
    }
}
