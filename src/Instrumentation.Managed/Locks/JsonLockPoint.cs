using System.Text.Json;
using Instrumentation.Json;

namespace Instrumentation.Managed.Locks;

/// <summary>Lock contention as JSON: <c>{"lockContention":true}</c>.</summary>
internal sealed class JsonLockPoint : IProbePointCodec
{
    private const string LockContention = "lockContention";

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [LockContention];

    /// <inheritdoc/>
    public bool TryWrite(ProbePoint point, JsonOutput output)
    {
        if (point is not LockContentionPoint)
        {
            return false;
        }

        output.Name(LockContention);
        output.Value(LiteralToken.True);
        return true;
    }

    /// <inheritdoc/>
    public ProbePoint Read(string name, JsonItem value, JsonItem point)
    {
        point.Only(name);
        return value.Kind == JsonValueKind.True ? new LockContentionPoint() : throw value.Error("it is no choice.", "Write true.");
    }
}
