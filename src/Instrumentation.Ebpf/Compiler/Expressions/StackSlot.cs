namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>Some bytes of the program's stack. Disposing gives them back.</summary>
/// <param name="Frame">The stack.</param>
/// <param name="Offset">Where they begin, from R10: negative, a multiple of 8.</param>
/// <param name="Bytes">How many they are, a multiple of 8.</param>
internal readonly record struct StackSlot(StackFrame Frame, int Offset, int Bytes) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Frame.Release(this);
}
