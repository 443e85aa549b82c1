namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>
/// Lays out the scratch memory of a program: one element of a per-CPU array, for what the stack is too small for. Areas are never given back; each
/// has its place for the whole program.
/// </summary>
internal sealed class ScratchLayout
{
    private const int Alignment = 8;
    private readonly int _head;
    private readonly int _limit;

    /// <summary>Begins an empty layout.</summary>
    /// <param name="head">The bytes before the first area, a multiple of 8: they are taken together with it.</param>
    /// <param name="limit">The most bytes that it may come to; per-CPU elements cannot be larger than 32 KB.</param>
    public ScratchLayout(int head = 0, int limit = 32 * 1024) => (_head, _limit) = (head, limit);

    /// <summary>The bytes that are taken: what the element has to hold. A multiple of 8; 0 as long as no area is.</summary>
    public int Size { get; private set; }

    /// <summary>Takes an area.</summary>
    /// <param name="bytes">How many bytes; rounded up to a multiple of 8.</param>
    /// <param name="what">What it is for as text, for the error: the sub-expression.</param>
    /// <returns>Where it begins, in bytes from the start of the memory; a multiple of 8.</returns>
    /// <exception cref="ExpressionException">The memory is full.</exception>
    public int Take(int bytes, string what)
    {
        int rounded = (bytes + Alignment - 1) / Alignment * Alignment;
        int offset = Math.Max(Size, _head);
        if (offset + rounded > _limit)
        {
            throw new ExpressionException(
                what,
                $"it needs {rounded} bytes of the program's scratch memory, of which {offset} of {_limit} are taken.",
                "Read fewer strings in one probe, or set a smaller bound for the length of strings.");
        }

        Size = offset + rounded;
        return offset;
    }
}
