using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>The names of what a probe's context supplies, and their types.</summary>
internal static class ContextNames
{
    private static readonly Dictionary<string, ContextExpression> Values = new(StringComparer.Ordinal)
    {
        ["exception"] = new(ContextValue.Exception, typeof(Exception)),
        ["thrownBy"] = new(ContextValue.ThrownBy, typeof(string)),
        ["duration"] = new(ContextValue.Duration, typeof(TimeSpan)),
        ["timestamp"] = new(ContextValue.Timestamp, typeof(long)),
        ["threadId"] = new(ContextValue.ThreadId, typeof(int)),
        ["processId"] = new(ContextValue.ProcessId, typeof(int)),
        ["caller"] = new(ContextValue.Caller, typeof(CodeAddress)),
        ["cpu"] = new(ContextValue.Cpu, typeof(int)),
        ["userId"] = new(ContextValue.UserId, typeof(uint)),
        ["cgroupId"] = new(ContextValue.CgroupId, typeof(ulong)),
        ["comm"] = new(ContextValue.Comm, typeof(string)),
        ["place"] = new(ContextValue.Place, typeof(string)),
        ["span"] = new(ContextValue.Span, typeof(long)),
    };

    /// <summary>The names.</summary>
    public static IReadOnlyCollection<string> Names => Values.Keys;

    /// <summary>The value with a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The expression, or null.</returns>
    public static ContextExpression? Find(string name) => Values.GetValueOrDefault(name);

    /// <summary>The name of a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The name; null when the value is unknown or has a type that it never has.</returns>
    public static string? NameOf(ContextExpression value) => Values.FirstOrDefault(pair => pair.Value == value).Key;
}
