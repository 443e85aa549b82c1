using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Stacks;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>What a program has put on its stack before it evaluates expressions.</summary>
internal sealed class CallState
{
    /// <summary>Where the time of the hit is; null when nothing needs it.</summary>
    public StackSlot? Now { get; set; }

    /// <summary>Where the time of the call's beginning is; null when it is not known.</summary>
    public StackSlot? Start { get; set; }

    /// <summary>The maps that count stacks; null when none are counted.</summary>
    public StackMaps? Stacks { get; init; }

    /// <summary>The contexts of this process's threads; null when nothing asks for them.</summary>
    public MapHandle? Contexts { get; init; }

    /// <summary>Where arguments are that were kept from the call's beginning, by their numbers.</summary>
    public Dictionary<int, StackSlot> Arguments { get; } = [];
}
