namespace Instrumentation;

/// <summary>A frame of a stack.</summary>
/// <param name="Name">
/// The method or function; where it has no known name, the library or <c>kernel</c> in brackets, or <c>[unknown]</c>. <c>[lost]</c> stands for a stack that found no room.
/// </param>
/// <param name="Module">The file or assembly that holds it, without directories; empty when it is not known.</param>
/// <param name="Kind">What it is code of.</param>
/// <param name="Address">The address: of the instruction that ran for the innermost frame, of the one after the call for the others; 0 for none.</param>
public readonly record struct ProfiledFrame(string Name, string Module, FrameKind Kind, ulong Address)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
