namespace Instrumentation.Managed.Weaving;

/// <summary>A signature of locals that grows: the original locals keep their indexes, new ones follow.</summary>
internal sealed class LocalsBuilder
{
    private readonly List<byte> _types = [];
    private int _count;

    /// <summary>Begins with a method's own locals.</summary>
    /// <param name="original">The original signature; empty without locals.</param>
    public LocalsBuilder(byte[] original)
    {
        if (original.Length > 0)
        {
            (_count, byte[] types) = TypeBlob.SplitLocals(original);
            _types.AddRange(types);
        }
    }

    /// <summary>Whether locals were added.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Adds a local.</summary>
    /// <param name="type">The type's signature.</param>
    /// <returns>The index.</returns>
    /// <exception cref="BadIlException">There are too many locals.</exception>
    public int Add(ReadOnlySpan<byte> type)
    {
        if (_count == ushort.MaxValue - 1)
        {
            throw new BadIlException("it has too many locals for one more");
        }

        IsChanged = true;
        _types.AddRange(type);
        return _count++;
    }

    /// <summary>The whole signature.</summary>
    /// <returns>The bytes.</returns>
    public byte[] Build()
    {
        List<byte> signature = [0x07];
        TypeBlob.AppendCompressed(signature, _count);
        signature.AddRange(_types);
        return [.. signature];
    }
}
