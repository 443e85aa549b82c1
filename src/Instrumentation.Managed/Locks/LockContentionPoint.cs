using System.Reflection;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Locks;

/// <summary>The waits for locks of .NET.</summary>
internal sealed record LockContentionPoint : ProbePoint
{
    /// <summary>The point in words.</summary>
    public const string Name = "lock contention";

    /// <summary>What each event has when the spec captures nothing: all arguments.</summary>
    private static readonly CaptureShape All = new([.. Carrier.GetParameters().Select(static parameter => new CaptureField(Capitalized(parameter.Name!), new ArgumentExpression(parameter.Position, null, parameter.ParameterType)))], null);

    /// <summary>A method whose arguments are those of the point.</summary>
    public static MethodInfo Carrier => typeof(LockContentionPoint).GetMethod(nameof(Wait), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <inheritdoc/>
    internal override CaptureShape? DefaultCapture => All;

    /// <inheritdoc/>
    public override string Describe() => Name;

    private static string Capitalized(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    // Never called: its parameters are the names and types that expressions see.
    private static void Wait(LockKind kind, int owner, long ownerSpan, string? type, long id, bool taken) =>
        throw new NotSupportedException($"{kind}{owner}{ownerSpan}{type}{id}{taken}");
}
