using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>A point with arguments of the kernel's types: the running task, its name, a null pointer to a task, and a number.</summary>
internal sealed class TaskSource : CommonValueSource
{
    private static readonly BtfFunction Switch = BtfFunction.FindRawTracepoint(KernelBtf.Open(), "sched_switch")!;
    private static readonly BtfFunction GetName = BtfFunction.Find(KernelBtf.Open(), "getname_kernel")!;

    protected override string Place => "this test";

    public override BtfType? RootOf(string name) => name switch
    {
        "self" or "nothing" => Switch.Parameters[Switch.IndexOf("prev")].Type,
        "name" or "noname" => GetName.Parameters[0].Type,
        "flag" => Switch.Parameters[Switch.IndexOf("preempt")].Type,
        _ => null,
    };

    public override void EmitArgument(CodeEmitter code, ArgumentExpression argument)
    {
        if (argument.Name is "nothing" or "noname")
        {
            code.Assembler.Move(Register.R0, 0);
            return;
        }

        code.Assembler.Call(BpfHelper.GetCurrentTask);
        if (argument.Name == "name")
        {
            BtfAccess comm = BtfResolver.Resolve(RootOf("self")!.Value, "comm");
            code.Assembler.Alu(AluOperation.Add, Register.R0, (int)comm.Steps[0].Offset);
        }
    }

    public override TextPlace? EmitText(CodeEmitter code, ProbeExpression leaf)
    {
        if (leaf is not ArgumentExpression { Name: "name" } argument)
        {
            return null;
        }

        EmitArgument(code, argument);
        return new TextPlace(IsKernel: true, 15);
    }
}
