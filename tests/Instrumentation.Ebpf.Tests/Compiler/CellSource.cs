using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>Takes the values of expressions from <see cref="Cells"/>; of a cell only as many bytes as the declared type has.</summary>
internal sealed class CellSource(IReadOnlyList<Type> parameters) : CommonValueSource
{
    protected override string Place => "this test";

    public override void EmitArgument(CodeEmitter code, ArgumentExpression argument)
    {
        Canonical.Load(code.Assembler, Register.R0, CodeEmitter.Memory, 8 * (Cells.FirstArgument + argument.Index), ExpressionTypes.RepresentationOf(parameters[argument.Index]));
        if (!Canonical.Fits(ExpressionTypes.RepresentationOf(parameters[argument.Index]), ExpressionTypes.RepresentationOf(argument.Type)))
        {
            Canonical.Extend(code.Assembler, Register.R0, ExpressionTypes.RepresentationOf(argument.Type));
        }
    }

    public override void EmitReturn(CodeEmitter code, ReturnExpression result) =>
        Canonical.Load(code.Assembler, Register.R0, CodeEmitter.Memory, 8 * Cells.Return, ExpressionTypes.RepresentationOf(result.Type));

    public override void EmitContext(CodeEmitter code, ContextExpression context) =>
        Canonical.Load(code.Assembler, Register.R0, CodeEmitter.Memory, 8 * Cells.Context, ExpressionTypes.RepresentationOf(context.Type));
}
