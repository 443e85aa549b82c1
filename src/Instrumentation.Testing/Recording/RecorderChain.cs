namespace Instrumentation.Testing.Recording;

/// <summary>The recorders that a flow belongs to, innermost first.</summary>
/// <param name="First">The innermost.</param>
/// <param name="Rest">The others, or null.</param>
internal sealed record RecorderChain(CallRecorder First, RecorderChain? Rest)
{
    /// <summary>Its number for programs in the kernel; 0 until one is needed.</summary>
    public long Owner { get; set; }

    /// <summary>Whether a recorder is one of them.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <returns>True when it is.</returns>
    public bool Contains(CallRecorder recorder)
    {
        for (RecorderChain? chain = this; chain is not null; chain = chain.Rest)
        {
            if (chain.First == recorder)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The chain without a recorder.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <returns>The chain; null when nothing is left.</returns>
    public RecorderChain? Without(CallRecorder recorder) => First == recorder ? Rest : new RecorderChain(First, Rest?.Without(recorder));
}
