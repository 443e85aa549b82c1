using Instrumentation.Managed.Profiler;

namespace Instrumentation.Managed.Engine;

/// <summary>A gap that closes by itself.</summary>
/// <param name="Gap">The gap.</param>
internal abstract record OpenGap(CoverageGap Gap);

/// <summary>A woven body that the runtime has not taken yet; closed when it has.</summary>
/// <param name="Gap">The gap.</param>
/// <param name="Method">The method.</param>
internal sealed record UntakenGap(CoverageGap Gap, MethodKey Method) : OpenGap(Gap);

/// <summary>A call that began before the attach and runs code that may hold copies of probed methods; closed when it has ended.</summary>
/// <param name="Gap">The gap.</param>
/// <param name="Call">The call.</param>
internal sealed record OldCallGap(CoverageGap Gap, OldCall Call) : OpenGap(Gap);
