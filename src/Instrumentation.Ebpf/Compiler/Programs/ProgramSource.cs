using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Contexts;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>The values at one moment of a point, and what its program is: what a kind of point gives to the compiler.</summary>
internal abstract class ProgramSource : CommonValueSource
{
    /// <summary>The program's type.</summary>
    public abstract ProgramType Type { get; }

    /// <summary>The way of attaching that it is verified for.</summary>
    public virtual AttachType ExpectedAttachType => AttachType.None;

    /// <summary>What it is attached to, in the kernel's BTF; 0 for nothing.</summary>
    public virtual uint AttachBtfId => 0;

    /// <summary>Whether arguments are gone at the end of a call, so that those that are read there are kept from its beginning.</summary>
    public virtual bool LosesArguments => false;

    /// <summary>
    /// The numbers of values that are kept from the beginning of every call, whether an expression reads them or not, in the order in which they are computed;
    /// <see cref="EmitArgumentBits"/> of the source at the beginning gives them.
    /// </summary>
    public virtual IReadOnlyList<int> AlwaysKept => [];

    /// <summary>The number among <see cref="AlwaysKept"/> of the ids of the stacks that the call had at its beginning, and is counted by; null when the stack at the report is meant.</summary>
    public virtual int? KeptStacks => null;

    /// <summary>Whether the cookie of the attachment says which of the point's places was hit.</summary>
    public virtual bool HasCookie => false;

    /// <summary>
    /// Whether the kernel may let another task run on the processor amid the program, which then may run the same program: so it is with programs on functions of processes
    /// and with fentry and fexit. All others run with preemption disabled.
    /// </summary>
    public virtual bool CanBePreempted => false;

    /// <summary>What the program around has put on the stack; set before values are asked for.</summary>
    public CallState Call { get; set; } = new();

    /// <summary>Leaves the program at hits that are none of the point's.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="skip">Where to go then.</param>
    public virtual void EmitFilter(CodeEmitter code, Label skip)
    {
    }

    /// <summary>Leaves the program at hits of another process.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="process">The process.</param>
    /// <param name="skip">Where to go then.</param>
    public virtual void EmitProcessFilter(CodeEmitter code, int process, Label skip)
    {
        TaskIds.Emit(code);
        code.Assembler.Alu(AluOperation.ShiftRight, Register.R0, 32);
        code.Assembler.JumpIf(JumpCondition.NotEqual, Register.R0, process, skip);
    }

    /// <summary>Puts the ids of the task that the hit is of into R0: the process in the upper half, the thread in the lower.</summary>
    /// <param name="code">Takes the code.</param>
    public virtual void EmitTaskIds(CodeEmitter code) => TaskIds.Emit(code);

    /// <summary>Writes the key of a call that has begun and not ended, a <see cref="CallKey"/>.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="key">Where to.</param>
    public virtual void EmitCallKey(CodeEmitter code, StackSlot key)
    {
        EmitFrame(code);
        code.Assembler.Store(Register.R10, key.Offset + sizeof(long), Register.R0);
        code.Assembler.Call(BpfHelper.GetCurrentPidTgid);
        code.Assembler.Store(Register.R10, key.Offset, Register.R0);
    }

    /// <summary>Puts a number into R0 that tells the call apart from others of the same thread that have begun before it and not ended: its frame's address, for functions.</summary>
    /// <param name="code">Takes the code.</param>
    public virtual void EmitFrame(CodeEmitter code) => code.Assembler.Move(Register.R0, 0);

    /// <summary>The argument that an expression reads: itself, or where a path through the kernel's structures begins.</summary>
    /// <param name="node">The expression.</param>
    /// <returns>The argument; null when it reads none.</returns>
    public ArgumentExpression? ArgumentOf(ProbeExpression node) => node switch
    {
        ArgumentExpression argument => argument,
        KernelPathExpression path when BtfPath.Parse(path.Path).Elements[0].Member is { } root && root != KernelPathEmitter.Task && RootOf(root) is not null => new ArgumentExpression(-1, root, typeof(nuint)),
        _ => null,
    };

    /// <summary>The number of an argument.</summary>
    /// <param name="argument">The argument.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="ExpressionException">There is no such argument.</exception>
    public int Number(ArgumentExpression argument) => IndexOf(argument);

    /// <summary>Puts the 64 bits of an argument into R0, as the point has them.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="index">The argument's number.</param>
    public void EmitArgumentBits(CodeEmitter code, int index) => EmitRawArgument(code, index);

    /// <inheritdoc/>
    public override void EmitArgument(CodeEmitter code, ArgumentExpression argument)
    {
        int index = IndexOf(argument);
        if (Call.Arguments.TryGetValue(index, out StackSlot kept))
        {
            code.Assembler.Load(Register.R0, Register.R10, kept.Offset);
        }
        else
        {
            EmitRawArgument(code, index);
        }

        EmitAs(code, argument, argument.Type);
    }

    /// <inheritdoc/>
    public override void EmitContext(CodeEmitter code, ContextExpression context)
    {
        switch (context.Value)
        {
            case ContextValue.Timestamp when Call.Now is { } now:
                code.Assembler.Load(Register.R0, Register.R10, now.Offset);
                break;
            case ContextValue.Duration when Call is { Now: { } end, Start: { } start }:
                code.Assembler.Load(Register.R0, Register.R10, end.Offset);
                code.Assembler.Load(Register.R1, Register.R10, start.Offset);
                code.Assembler.Alu(AluOperation.Subtract, Register.R0, Register.R1);
                break;
            case ContextValue.ThreadId:
                EmitTaskIds(code);
                code.Assembler.SignExtend(Register.R0, 32);
                break;
            case ContextValue.ProcessId:
                EmitTaskIds(code);
                code.Assembler.Alu(AluOperation.ArithmeticShiftRight, Register.R0, 32);
                break;
            case ContextValue.Span when Call.Contexts is { } contexts:
                EmitTaskIds(code);
                ContextEmitter thread = new(code.Assembler, contexts);
                thread.EmitFind();
                thread.EmitSpan();
                break;
            case ContextValue.Span:
                code.Assembler.Move(Register.R0, 0);
                break;
            case ContextValue.Duration:
                throw new ExpressionException(ExpressionText.Of(context), $"{Place} has no duration at this moment.", "Use OnCall() or OnReturn().");
            default:
                base.EmitContext(code, context);
                break;
        }
    }

    /// <summary>The number of an argument.</summary>
    /// <param name="argument">The argument.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="ExpressionException">There is no such argument.</exception>
    protected virtual int IndexOf(ArgumentExpression argument) =>
        throw new ExpressionException(ExpressionText.Of(argument), $"{Place} has no arguments.", "Use the values of the context, for example c.ThreadId.");

    /// <summary>Puts the 64 bits of an argument into R0.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="index">The argument's number.</param>
    protected virtual void EmitRawArgument(CodeEmitter code, int index) => throw new NotSupportedException();

    /// <summary>Takes the number in R0 as a type: its lowest bits, extended.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="expression">The value, for the error.</param>
    /// <param name="type">The type.</param>
    /// <exception cref="ExpressionException">The type is no integer.</exception>
    protected void EmitAs(CodeEmitter code, ProbeExpression expression, Type type)
    {
        TypeCode number = ExpressionTypes.RepresentationOf(type);
        if (number is not (TypeCode.Boolean or TypeCode.Char or TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64 or TypeCode.UInt64))
        {
            throw new ExpressionException(
                ExpressionText.Of(expression),
                $"{Place} gives numbers and addresses, and a {TypeText.Of(type)} is none.",
                "Read it as int, long, nint or the like; text at an address by c.String(c.Arg<nint>(0)).");
        }

        Canonical.Extend(code.Assembler, Register.R0, number);
    }

    /// <summary>The number of an argument among names.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="names">The names; none when they are not known.</param>
    /// <param name="mostIndex">The greatest number.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="ExpressionException">There is no such argument.</exception>
    protected int NamedIndex(ArgumentExpression argument, IReadOnlyList<string> names, int mostIndex)
    {
        if (argument.Name is not { } name)
        {
            return argument.Index >= 0 && argument.Index <= (names.Count > 0 ? names.Count - 1 : mostIndex)
                ? argument.Index
                : throw new ExpressionException(ExpressionText.Of(argument), $"{Place} has {(names.Count > 0 ? names.Count : mostIndex + 1)} arguments.", "Count from 0.");
        }

        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        string known = names.Count == 0 ? "the names of its arguments are not known" : $"its arguments are {string.Join(", ", names)}";
        throw new ExpressionException(ExpressionText.Of(argument), $"{Place} has no argument '{name}': {known}.", NearestNames.Choose(name, names) is [var near, ..] ? $"Did you mean '{near}'?" : "Give its position, from 0.");
    }
}
