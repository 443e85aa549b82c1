using System.Runtime.InteropServices;
using System.Text;
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
    private readonly StringSlot? _text;

    /// <summary>Compiles an expression and loads it.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="source">Where its values come from.</param>
    /// <param name="shared">The cells.</param>
    /// <param name="set">The instruction set.</param>
    /// <param name="asCondition">Whether a bool is compiled as the condition of a jump.</param>
    /// <param name="mostStringBytes">The bound for text.</param>
    public CompiledExpression(
        ProbeExpression expression,
        IValueSource source,
        BpfMappedArray<Cells> shared,
        InstructionSet set = InstructionSet.V3,
        bool asCondition = false,
        int mostStringBytes = ExpressionCompiler.MostStringBytes)
    {
        _shared = shared;
        _code = ExpressionTypes.RepresentationOf(expression.Type);
        BpfAssembler assembler = new(set);
        CodeEmitter code = new(assembler, new ScratchLayout());
        code.Scratch.Take(Cells.Length * sizeof(ulong), "the cells");
        assembler.Move(CodeEmitter.Context, Register.R1);
        assembler.LoadMapValue(CodeEmitter.Memory, shared.Handle);
        code.EmitNoFault();
        ExpressionCompiler compiler = new(code, source, mostStringBytes);
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
        else if (expression.Type == typeof(string))
        {
            _text = compiler.EmitString(expression);
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

    /// <summary>What the head of the text says of its length before it was cut, after a run.</summary>
    public int WholeLength => MemoryMarshal.Read<int>(MemoryMarshal.AsBytes((Span<ulong>)_shared[0])[(_text!.Value.Offset + sizeof(int))..]);

    /// <summary>Runs the program on what is in the cells.</summary>
    /// <param name="faulted">Whether something faulted.</param>
    /// <param name="processor">The processor that it runs on; null for any.</param>
    /// <returns>The result, boxed as the interpreter boxes it; a result that is not canonical is given as it is.</returns>
    public object? Run(out bool faulted, int? processor = null)
    {
        _program.TestRun([], processor: processor);
        Span<ulong> cells = _shared[0];
        long bits = (long)cells[Cells.Result];
        faulted = cells[Cells.Fault] != 0;
        if (_text is { } text)
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(cells)[text.Offset..];
            int length = MemoryMarshal.Read<int>(bytes);
            Assert.Equal(bits, length);
            Assert.InRange(length, -1, text.Room);
            return length < 0 ? null : Encoding.UTF8.GetString(bytes.Slice(StringSlot.Head, length));
        }

        object value = NumberConversion.FromBits(bits, _code);
        return NumberConversion.Bits(value) == bits ? value : (UInt128)(ulong)bits;
    }

    public void Dispose() => _program.Dispose();
}
