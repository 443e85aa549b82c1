using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>Follows paths through the structures of the kernel, by the types that the running kernel describes itself with.</summary>
internal sealed class KernelPathEmitter
{
    /// <summary>What a path begins with that starts at the running task.</summary>
    public const string Task = "task";

    private readonly ExpressionCompiler _compiler;
    private readonly IValueSource _source;

    /// <summary>Follows paths for a compiler.</summary>
    /// <param name="compiler">The compiler.</param>
    /// <param name="source">Has the arguments at which paths begin.</param>
    public KernelPathEmitter(ExpressionCompiler compiler, IValueSource source)
    {
        _compiler = compiler;
        _source = source;
    }

    private BpfAssembler Assembler => _compiler.Code.Assembler;

    /// <summary>Emits the value at the end of a path: canonical in R0.</summary>
    /// <param name="path">The path.</param>
    public void EmitValue(KernelPathExpression path)
    {
        using StackSlot slot = _compiler.Code.Frame.Take(sizeof(long), ExpressionText.Of(path));
        Label failed = Assembler.NewLabel("unreadable");
        BtfAccess access = EmitWay(path, slot, failed, out int offset);
        KernelValueRules.Demand(path, access);
        MemoryReads.Emit(_compiler.Code, BpfHelper.ProbeReadKernel, offset, (int)access.LoadSize, slot, failed);
        TypeCode code = KernelValueRules.CodeOf(access);
        Canonical.Load(Assembler, Register.R0, Register.R10, slot.Offset, code);
        if (access.IsBitfield)
        {
            Assembler.Alu(AluOperation.ShiftLeft, Register.R0, access.LeftShift);
            Assembler.Alu(access.Value.IsSigned ? AluOperation.ArithmeticShiftRight : AluOperation.ShiftRight, Register.R0, 64 - access.BitSize);
        }

        TypeCode target = ExpressionTypes.RepresentationOf(path.Type);
        if (access.IsBitfield || !Canonical.Fits(code, target))
        {
            Canonical.Extend(Assembler, Register.R0, target);
        }

        MemoryReads.EmitFailed(_compiler, failed);
    }

    /// <summary>Emits the address of the text at the end of a path: in R0, 0 for a null pointer.</summary>
    /// <param name="path">The path; its type is string.</param>
    /// <param name="failed">Where to go when something on the way cannot be read.</param>
    /// <returns>Where the text is.</returns>
    public TextPlace EmitText(KernelPathExpression path, Label failed)
    {
        using StackSlot slot = _compiler.Code.Frame.Take(sizeof(long), ExpressionText.Of(path));
        BtfPath parsed = BtfPath.Parse(path.Path);
        if (parsed.Elements.Count == 1 && RootOf(path, parsed) is var root && IsText(root.Peel()))
        {
            EmitRoot(parsed);
            return new TextPlace(!root.IsUserPointer(), null);
        }

        BtfAccess access = EmitWay(path, slot, failed, out int offset);
        if (!IsText(access.Value.Type))
        {
            throw Refusals.Of(path, $"its end is of the type '{access.Declared}', which is no text.", "Name an array of characters or a pointer to some, or read numbers with c.Kernel<T>.");
        }

        if (access.Value.Kind == BtfValueKind.Pointer)
        {
            MemoryReads.Emit(_compiler.Code, BpfHelper.ProbeReadKernel, offset, sizeof(long), slot, failed);
            Assembler.Load(Register.R0, Register.R10, slot.Offset);
            return new TextPlace(!access.Declared.IsUserPointer(), null);
        }

        Assembler.Alu(AluOperation.Add, Register.R0, offset);
        long length = access.Value.Type.Length;
        return new TextPlace(IsKernel: true, length is > 0 and < int.MaxValue ? (int)length : null);
    }

    // All but the last step: R0 is then the address of the object that holds the value.
    private BtfAccess EmitWay(KernelPathExpression path, StackSlot slot, Label failed, out int offset)
    {
        BtfPath parsed = BtfPath.Parse(path.Path);
        BtfAccess access = BtfResolver.Resolve(RootOf(path, parsed), parsed, 1);
        EmitRoot(parsed);
        foreach (BtfStep step in access.Steps)
        {
            if (step.Dereference)
            {
                MemoryReads.Emit(_compiler.Code, BpfHelper.ProbeReadKernel, Near(path, step.Offset), sizeof(long), slot, failed);
                Assembler.Load(Register.R0, Register.R10, slot.Offset);
            }
        }

        offset = Near(path, access.Steps[^1].Offset);
        return access;
    }

    private BtfType RootOf(KernelPathExpression path, BtfPath parsed)
    {
        string name = parsed.Elements[0].Member ?? throw Unrooted(path, "it begins with an index.");
        BtfType root = name == Task
            ? KernelBtf.Open().Find("task_struct", BtfKind.Struct) ?? throw Unrooted(path, "the kernel's types have no task_struct.")
            : _source.RootOf(name) ?? throw Unrooted(path, $"the point has no argument '{name}', or its type in the kernel is not known.");
        return name == Task || root.Peel().Kind == BtfKind.Pointer
            ? root
            : throw Refusals.Of(path, $"the argument '{name}' is of the type '{root}', which is no pointer.", $"Read it with c.Arg<long>(\"{name}\").");
    }

    private void EmitRoot(BtfPath parsed)
    {
        string name = parsed.Elements[0].Member!;
        if (name == Task)
        {
            if (!_source.EmitOtherTask(_compiler.Code))
            {
                Assembler.Call(BpfHelper.GetCurrentTask);
            }
        }
        else
        {
            _source.EmitArgument(_compiler.Code, new ArgumentExpression(-1, name, typeof(nuint)));
        }
    }

    // Any whole number of one byte can be a character: paths in the kernel are of unsigned ones, and some are declared as u8.
    private static bool IsText(BtfType bare) => bare.Kind is BtfKind.Array or BtfKind.Pointer && bare.Target.Peel() is { Kind: BtfKind.Int, RecordSize: 1, IsBoolean: false };

    private static int Near(KernelPathExpression path, long offset) =>
        (int)offset == offset ? (int)offset : throw Refusals.Of(path, $"it goes {offset} bytes into a structure.", "Take a smaller index.");

    private static ExpressionException Unrooted(KernelPathExpression path, string why) =>
        Refusals.Of(path, why, "Begin with task, the running task, or with the name of an argument, for example task->real_parent->tgid.");
}
