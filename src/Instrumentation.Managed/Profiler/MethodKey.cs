namespace Instrumentation.Managed.Profiler;

/// <summary>A method as the profiling API names it.</summary>
/// <param name="Module">The runtime's id of the loaded module.</param>
/// <param name="Token">The method's definition token; one for all instantiations of a generic method.</param>
internal readonly record struct MethodKey(nint Module, int Token);
