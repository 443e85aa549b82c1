using System.Runtime.CompilerServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>An expression as a loaded program over <see cref="Cells"/>.</summary>
internal sealed class CompiledExpression : IDisposable
{
    private readonly BpfMappedArray<Cells> _shared;
    private readonly BpfProgram _program;
    private readonly TypeCode _code;

    /// <summary>Compiles an expression and loads it.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="source">Where its values come from.</param>
    /// <param name="shared">The cells.</param>
    /// <param name="set">The instruction set.</param>
    /// <param name="asCondition">Whether a bool is compiled as the condition of a jump.</param>
    public CompiledExpression(ProbeExpression expression, IValueSource source, BpfMappedArray<Cells> shared, InstructionSet set = InstructionSet.V4, bool asCondition = false)
    {
        _shared = shared;
        _code = ExpressionTypes.RepresentationOf(expression.Type);
        BpfAssembler assembler = new(set);
        CodeEmitter code = new(assembler, new ScratchLayout());
        code.Scratch.Take(Unsafe.SizeOf<Cells>(), "the cells");
        assembler.Move(CodeEmitter.Context, Register.R1);
        assembler.LoadMapValue(CodeEmitter.Memory, shared.Handle);
        code.EmitNoFault();
        ExpressionCompiler compiler = new(code, source);
        assembler.Note(ExpressionText.Of(expression));
        if (asCondition && expression.Type == typeof(bool))
        {
            Label isFalse = assembler.NewLabel();
            Label end = assembler.NewLabel();
            compiler.EmitCondition(expression, isFalse);
            assembler.Move(Register.R0, 1);
            assembler.Jump(end);
            assembler.Mark(isFalse);
            assembler.Move(Register.R0, 0);
            assembler.Mark(end);
        }
        else
        {
            compiler.Emit(expression);
        }

        assembler.Store(CodeEmitter.Memory, 8 * Cells.Result, Register.R0);
        assembler.Store(CodeEmitter.Memory, 8 * Cells.Fault, CodeEmitter.Fault);
        assembler.Move(Register.R0, 0);
        assembler.Exit();
        Code = assembler.Build();
        _program = BpfProgram.Load(new ProgramDescription(ProgramType.RawTracepoint, Code) { Name = "expression" });
    }

    /// <summary>The code.</summary>
    public BpfCode Code { get; }

    /// <summary>Runs the program on what is in the cells.</summary>
    /// <param name="faulted">Whether something faulted.</param>
    /// <returns>The result, boxed as the interpreter boxes it; a result that is not canonical is given as it is.</returns>
    public object Run(out bool faulted)
    {
        _program.TestRun([]);
        long bits = (long)_shared[0][Cells.Result];
        faulted = _shared[0][Cells.Fault] != 0;
        object value = NumberConversion.FromBits(bits, _code);
        return NumberConversion.Bits(value) == bits ? value : (UInt128)(ulong)bits;
    }

    public void Dispose() => _program.Dispose();
}
