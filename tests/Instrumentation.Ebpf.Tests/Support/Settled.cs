using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Counts of what this process has in the kernel.</summary>
internal static class Settled
{
    /// <summary>The counts when nothing is left over from earlier tests that only finalizers would close.</summary>
    public static ObjectCounts Counts()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return ObjectCounts.OfProcess();
    }
}
