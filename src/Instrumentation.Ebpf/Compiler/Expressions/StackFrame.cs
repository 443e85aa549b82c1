namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>
/// The 512 bytes of stack that a BPF program has. Slots are multiples of 8 bytes, aligned to 8, and are given back in the opposite order in which
/// they were taken.
/// </summary>
internal sealed class StackFrame
{
    /// <summary>The bytes of stack that the kernel grants.</summary>
    public const int Bytes = 512;

    private const int Alignment = 8;
    private readonly int _limit;
    private int _used;

    /// <summary>Begins an empty frame.</summary>
    /// <param name="limit">The bytes that may be used; less than <see cref="Bytes"/> where functions of the program call each other.</param>
    public StackFrame(int limit = Bytes) => _limit = limit;

    /// <summary>The most bytes that were taken at one time.</summary>
    public int HighWater { get; private set; }

    /// <summary>Takes a slot. Its contents are not defined.</summary>
    /// <param name="bytes">How many bytes; rounded up to a multiple of 8.</param>
    /// <param name="what">What it is for as text, for the error: the sub-expression.</param>
    /// <returns>The slot; disposing gives it back.</returns>
    /// <exception cref="ExpressionException">The stack is full.</exception>
    public StackSlot Take(int bytes, string what)
    {
        int rounded = (bytes + Alignment - 1) / Alignment * Alignment;
        if (_used + rounded > _limit)
        {
            throw new ExpressionException(
                what,
                $"it needs {rounded} bytes of the program's stack, of which {_used} of {_limit} are in use.",
                "Make the expression less deep: capture parts of it as values of their own, or compare in another probe.");
        }

        _used += rounded;
        HighWater = Math.Max(HighWater, _used);
        return new StackSlot(this, -_used, rounded);
    }

    /// <summary>Gives the slot back that was taken last.</summary>
    /// <param name="slot">The slot.</param>
    /// <exception cref="InvalidOperationException">Another slot was taken after it.</exception>
    internal void Release(StackSlot slot)
    {
        if (slot.Offset != -_used)
        {
            throw new InvalidOperationException("Stack slots are given back in the opposite order in which they were taken.");
        }

        _used -= slot.Bytes;
    }
}
