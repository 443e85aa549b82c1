namespace Instrumentation;

/// <summary>How much <see cref="SpanTrees"/> keeps of spans that have not ended.</summary>
public sealed record SpanTreeOptions
{
    /// <summary>The most spans that are open at a time; beyond them the one that was first heard of is dropped, with what is in it. The default is 10,000.</summary>
    public int MaximumOpenSpans { get; init; } = 10_000;

    /// <summary>The most events that are kept of one span, without those of the spans in it; further ones are counted. The default is 10,000.</summary>
    public int MaximumEventsPerSpan { get; init; } = 10_000;

    /// <summary>Checks the values.</summary>
    /// <exception cref="SpecException">A value is out of its range.</exception>
    internal void Validate()
    {
        Require(MaximumOpenSpans, nameof(MaximumOpenSpans));
        Require(MaximumEventsPerSpan, nameof(MaximumEventsPerSpan));
    }

    private static void Require(int value, string option)
    {
        if (value < 1)
        {
            throw new SpecException($"The option {option}", $"{value} is out of its range.", "Use 1 or more.");
        }
    }
}
