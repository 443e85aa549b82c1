using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>The instructions of a body, decoded anew from its bytes: nothing of what weaving and writing believed is taken over.</summary>
internal sealed class CodeView
{
    private readonly int[] _indexes;
    private readonly List<int[]> _switches = [];

    private CodeView(int codeSize)
    {
        _indexes = new int[codeSize + 1];
        Array.Fill(_indexes, -1);
    }

    /// <summary>The instructions.</summary>
    public Operation[] Operations { get; private set; } = [];

    /// <summary>Decodes.</summary>
    /// <param name="code">The code, without header and clauses.</param>
    /// <returns>The instructions, their branches resolved.</returns>
    /// <exception cref="BadIlException">An instruction is none, or a branch goes where no instruction starts.</exception>
    public static CodeView Decode(ReadOnlySpan<byte> code)
    {
        CodeView view = new(code.Length);
        List<Operation> operations = new(code.Length / 2);
        for (int offset = 0; offset < code.Length;)
        {
            view._indexes[offset] = operations.Count;
            operations.Add(OperationDecoder.Decode(code, ref offset, view._switches));
        }

        view.Operations = [.. operations];
        view._indexes[code.Length] = operations.Count;
        view.ResolveBranches();
        return view;
    }

    /// <summary>Where an instruction may go, besides the next one.</summary>
    /// <param name="operation">The instruction, one of <see cref="Operations"/>.</param>
    /// <returns>The indexes of the instructions.</returns>
    public ReadOnlySpan<int> TargetsOf(in Operation operation) => operation.Code switch
    {
        _ when IsBranch(operation.Code) => new ReadOnlySpan<int>(in operation.Operand),
        Code.Switch => _switches[operation.Operand],
        _ => [],
    };

    /// <summary>The instruction that starts at an offset.</summary>
    /// <param name="offset">The offset; the end of the code has the index behind the last instruction.</param>
    /// <returns>Its index, or -1.</returns>
    public int IndexAt(int offset) => (uint)offset < (uint)_indexes.Length ? _indexes[offset] : -1;

    private static bool IsBranch(Code code) => code is >= Code.Br and <= Code.Blt_Un or Code.Leave;

    private void ResolveBranches()
    {
        foreach (ref Operation operation in Operations.AsSpan())
        {
            if (IsBranch(operation.Code))
            {
                operation.Operand = Resolve(operation, operation.Operand);
            }
            else if (operation.Code == Code.Switch)
            {
                foreach (ref int target in _switches[operation.Operand].AsSpan())
                {
                    target = Resolve(operation, target);
                }
            }
        }
    }

    private int Resolve(Operation operation, int offset) => IndexAt(offset) is int index && (uint)index < (uint)Operations.Length
        ? index
        : throw Flaw.At(operation, $"it goes to {offset}, where no instruction starts");
}
