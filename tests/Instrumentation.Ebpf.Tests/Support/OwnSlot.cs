using Instrumentation.Events;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>The context of the calling thread, as it lies in memory.</summary>
internal static unsafe class OwnSlot
{
    /// <summary>The context.</summary>
    // SAFETY: a thread's context stays while it lives.
    public static ref ThreadContext Get() => ref *ThreadStates.Current()->Context;
}
