namespace Instrumentation;

/// <summary>
/// What a probe does to the program besides observing it: <see cref="ProbeSpec.Action"/>. Inert, like the spec; the backend that knows it carries it out, and the
/// program is as before when the probe is detached.
/// </summary>
public abstract record ProbeAction
{
    /// <summary>The action in a few words, for messages and for whoever has to know what is done to the program.</summary>
    /// <returns>The words, for example <c>intercepted by FaultInjector</c>.</returns>
    public abstract string Describe();
}
