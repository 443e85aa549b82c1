namespace Instrumentation;

/// <summary>One event of a probe with a typed capture.</summary>
/// <typeparam name="T">The type of the captured value.</typeparam>
public sealed class ProbeEvent<T>
{
    private readonly Func<ProbeEvent, T> _rebuild;
    private T? _value;
    private bool _built;

    /// <summary>Gives an event its type.</summary>
    /// <param name="source">The event.</param>
    /// <param name="rebuild">Makes the value from it.</param>
    internal ProbeEvent(ProbeEvent source, Func<ProbeEvent, T> rebuild)
    {
        Event = source;
        _rebuild = rebuild;
    }

    /// <summary>The event without its type: time, thread, duration, outcome, place.</summary>
    public ProbeEvent Event { get; }

    /// <summary>
    /// The captured value: the constructor and initializer of the capture are run with the recorded values when it is first asked for, on the
    /// reader's thread. What they throw is thrown here.
    /// </summary>
    public T Value
    {
        get
        {
            if (!_built)
            {
                _value = _rebuild(Event);
                _built = true;
            }

            return _value!;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Event.ToString();
}
