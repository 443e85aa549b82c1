namespace Instrumentation.Tests.Order;

/// <summary>Tests that need both processors, or count what the process has: nothing runs beside them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
