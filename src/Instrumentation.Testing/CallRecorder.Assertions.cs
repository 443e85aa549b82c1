namespace Instrumentation.Testing;

/// <summary>What is asserted on.</summary>
public sealed partial class CallRecorder
{
    private readonly HashSet<RecordedCall> _accounted = [];

    /// <summary>Assertions on the calls so far: <c>calls.Should().HaveCalled(() => Cache.Put("order:1", Arg.Any&lt;Order&gt;())).Once()</c>.</summary>
    /// <returns>The assertions.</returns>
    public CallAssertions Should() => new(this);

    /// <summary>Remembers calls that an assertion has found.</summary>
    /// <param name="calls">The calls.</param>
    internal void Account(IEnumerable<RecordedCall> calls)
    {
        lock (_accounted)
        {
            _accounted.UnionWith(calls);
        }
    }

    /// <summary>Whether an assertion has found a call.</summary>
    /// <param name="call">The call.</param>
    /// <returns>True when one has.</returns>
    internal bool IsAccounted(RecordedCall call)
    {
        lock (_accounted)
        {
            return _accounted.Contains(call);
        }
    }
}
