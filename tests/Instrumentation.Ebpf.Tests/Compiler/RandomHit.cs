using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>A hit with random values: for the interpreter as objects, for the kernel as cells.</summary>
internal sealed class RandomHit : IExpressionInput
{
    private readonly object[] _arguments;
    private readonly int _result;
    private readonly int _context;
    private readonly Cells _cells;

    public RandomHit(RandomValues values, IReadOnlyList<Type> parameters)
    {
        _arguments = [.. parameters.Select(values.Of)];
        _result = (int)values.Of(typeof(int));
        _context = (int)values.Of(typeof(int));
        _cells[Cells.Return] = values.Cell(_result);
        _cells[Cells.Context] = (ulong)_context;
        for (int index = 0; index < _arguments.Length; index++)
        {
            _cells[Cells.FirstArgument + index] = values.Cell(_arguments[index]);
        }
    }

    public object? This => null;

    public object Result => _result;

    public ref readonly Cells Values => ref _cells;

    public object Argument(int index) => _arguments[index];

    public object Argument(string name) => throw new InvalidOperationException("Arguments have positions here.");

    // The duration is a long of nanoseconds to the interpreter.
    public object Context(ContextValue value) => value is ContextValue.Duration or ContextValue.Timestamp ? (long)_context : _context;
}
