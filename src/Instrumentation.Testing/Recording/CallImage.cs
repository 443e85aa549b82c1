using System.Diagnostics;
using Instrumentation.Testing.Snapshots;

namespace Instrumentation.Testing.Recording;

/// <summary>What all recorders keep of a call that begins: taken once, before any of their locks.</summary>
/// <param name="call">The call.</param>
internal sealed class CallImage(InterceptedCall call)
{
    /// <summary>The call.</summary>
    public InterceptedCall Call => call;

    /// <summary>The arguments as they are now.</summary>
    public IReadOnlyList<object?> Arguments { get; } = [.. call.Arguments.Select(ObjectSnapshot.Of)];

    /// <summary>The frames that led here.</summary>
    public StackTrace Trace { get; } = new(fNeedFileInfo: false);
}
