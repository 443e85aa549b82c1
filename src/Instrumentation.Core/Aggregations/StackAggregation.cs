namespace Instrumentation;

/// <summary>Counts hits by the stack that the thread had. Points of the kernel, of native code and samples only.</summary>
/// <param name="Capacity">The most distinct stacks, 1 to 65536; about 2 KB of kernel memory are taken for each.</param>
public sealed record StackAggregation(int Capacity) : AggregationSpec;
