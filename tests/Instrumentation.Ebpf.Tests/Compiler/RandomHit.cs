using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>A hit with random values: for the interpreter as objects, for the kernel as cells.</summary>
internal sealed class RandomHit : IExpressionInput
{
    private readonly object[] _arguments;
    private readonly int _result;
    private readonly int _context;
    private readonly ulong[] _cells = new ulong[Cells.Length];
    private readonly MemoryPool _memory;

    public RandomHit(RandomValues values, MemoryPool memory, int? context = null)
    {
        _memory = memory;
        _arguments = [.. RandomExpressions.Types.Select(values.Of), memory.Text(), memory.Text(), memory.Data()];
        _result = (int)values.Of(typeof(int));
        _context = context ?? (int)values.Of(typeof(int));
        _cells[Cells.Return] = values.Cell(_result);
        _cells[Cells.Context] = (ulong)_context;
        for (int index = 0; index < _arguments.Length; index++)
        {
            _cells[Cells.FirstArgument + index] = values.Cell(_arguments[index]);
        }
    }

    /// <summary>The bound for text.</summary>
    public static int MostStringBytes { get; set; }

    public object? This => null;

    public object Result => _result;

    public ReadOnlySpan<ulong> Values => _cells;

    /// <summary>The arguments.</summary>
    public IReadOnlyList<object> Arguments => _arguments;

    public object Argument(int index) => _arguments[index];

    public object Argument(string name) => throw new InvalidOperationException("Arguments have positions here.");

    // The duration is a long of nanoseconds to the interpreter.
    public object Context(ContextValue value) => value is ContextValue.Duration or ContextValue.Timestamp ? (long)_context : _context;

    public bool TryReadMemory(ulong address, Type type, out object? value) => _memory.TryRead(address, type, MostStringBytes, out value);
}
