namespace Instrumentation.Ebpf.Names;

/// <summary>Numbered names that are read where they lie, as bytes: a table of a hundred thousand of them needs no string.</summary>
internal interface INameSource
{
    /// <summary>How many names there are.</summary>
    int Count { get; }

    /// <summary>The name of one number.</summary>
    /// <param name="number">The number, from 0.</param>
    /// <returns>The name in UTF-8; empty for what has no name and shall not be found.</returns>
    ReadOnlySpan<byte> NameOf(int number);
}
