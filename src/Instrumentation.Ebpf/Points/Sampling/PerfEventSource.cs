using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Points.Sampling;

/// <summary>The values at a perf event: the one argument is the address of the instruction. The context begins with the registers.</summary>
/// <param name="place">What the point is called in errors.</param>
/// <param name="isOfThisProcess">Whether all hits are of this process, whose addresses can be named.</param>
internal sealed class PerfEventSource(string place, bool isOfThisProcess) : ProgramSource
{
    // Where struct pt_regs has rip, and struct user_pt_regs has pc.
    private static readonly int InstructionOffset = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 256 : 128;

    private static readonly string[] Names = ["instruction"];

    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.PerfEvent;

    /// <inheritdoc/>
    protected override string Place => place;

    /// <inheritdoc/>
    public override void EmitArgument(CodeEmitter code, ArgumentExpression argument)
    {
        if (argument.Type != typeof(CodeAddress))
        {
            base.EmitArgument(code, argument);
            return;
        }

        if (!isOfThisProcess)
        {
            throw new ExpressionException(
                ExpressionText.Of(argument),
                "code addresses are shown by the names of this process, and other processes have other code at them.",
                "Add ThisProcess(), or read it as ulong; Stacks() names the frames of all processes.");
        }

        EmitRawArgument(code, IndexOf(argument));
    }

    /// <inheritdoc/>
    protected override int IndexOf(ArgumentExpression argument) => NamedIndex(argument, Names, mostIndex: 0);

    /// <inheritdoc/>
    protected override void EmitRawArgument(CodeEmitter code, int index) => code.Assembler.Load(Register.R0, CodeEmitter.Context, InstructionOffset);
}
