using Instrumentation.Testing.Matching;

namespace Instrumentation.Testing.Assertions;

/// <summary>What is to have come of a call.</summary>
/// <param name="Text">The condition, as it follows "a call of … ": <c>that returned true</c>.</param>
/// <param name="Judge">Whether it holds for a call that has ended; the verdict's reason is a whole sentence.</param>
internal sealed record ResultCondition(string Text, Func<RecordedCall, Verdict> Judge)
{
    /// <summary>Whether it holds for a call.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The verdict; unknown while the call lasts.</returns>
    public Verdict Of(RecordedCall call) => call.HasEnded ? Judge(call) : Verdict.Unknown("it has not ended yet");
}
