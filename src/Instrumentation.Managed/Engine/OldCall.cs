using Instrumentation.Managed.Profiler;

namespace Instrumentation.Managed.Engine;

/// <summary>One or more calls of a method that are under way in machine code which new calls do not run any more.</summary>
/// <param name="Method">The method.</param>
/// <param name="Version">The version that new calls run, as the runtime numbers them: calls under way in a lower one are meant.</param>
/// <param name="Name">The method's name.</param>
internal sealed record OldCall(MethodKey Method, nint Version, string Name);
