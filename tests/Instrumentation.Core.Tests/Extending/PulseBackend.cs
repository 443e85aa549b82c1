using System.Collections.Concurrent;
using Instrumentation.Backends;

namespace Instrumentation.Core.Tests.Extending;

/// <summary>A place whose hits tests make themselves.</summary>
public sealed record PulsePoint(string Name) : ProbePoint
{
    public override string Describe() => $"pulse {Name}";
}

/// <summary>What a pulse can be of.</summary>
public enum PulseKind : short
{
    Weak = 1,
    Strong = 2,
}

/// <summary>A backend as somebody else would write one: it uses what is public alone. Everything that it is asked can be replaced, to fail.</summary>
public sealed class PulseBackend(string name = "pulse") : ProbeBackend
{
    private readonly ConcurrentDictionary<ProbeSink, string> _sinks = new();

    /// <summary>What hits have.</summary>
    public HitShape Shape { get; init; } = new(
        [new("count", typeof(int)), new("text", typeof(string)), new("ratio", typeof(double)), new("isLast", typeof(bool)), new("kind", typeof(PulseKind)), new("gap", typeof(TimeSpan)), new("big", typeof(ulong))],
        HasDuration: true);

    public Func<ProbePoint, bool> OnHandles { get; init; } = static point => point is PulsePoint;

    public Func<IReadOnlyList<Capability>> OnCapabilities { get; init; } = static () => [new Capability("pulse.ready", CapabilityAnswer.Yes, "nothing", "")];

    public Func<ProbePoint, HitShape>? OnShape { get; init; }

    public Func<ProbeSink, CancellationToken, Task> OnAttach { get; init; } = static (_, _) => Task.CompletedTask;

    public Func<Task> OnDispose { get; init; } = static () => Task.CompletedTask;

    public Func<ProbeCoverage?>? OnCoverage { get; set; }

    public Action<ProbeSpec> OnUpdate { get; init; } = static _ => { };

    public Action<ProbeLevel> OnReduce { get; init; } = static _ => { };

    public bool GivesNull { get; init; }

    /// <summary>The probes that are attached.</summary>
    public int Attached => _sinks.Count;

    /// <summary>The sink of the last attach.</summary>
    public ProbeSink? Last { get; private set; }

    public override string Name => name;

    public override bool Handles(ProbePoint point) => OnHandles(point);

    public override IReadOnlyList<Capability> Capabilities() => OnCapabilities();

    public override HitShape ShapeOf(ProbePoint point) => OnShape is null ? Shape : OnShape(point);

    public override ProbeCoverage CanAttach(ProbeSpec spec) => new([spec.Point.Describe()], []);

    public override double NanosecondsPerHit(ProbeSpec spec) => 100;

    public override async ValueTask<ProbeAttachment> AttachAsync(ProbeSink sink, CancellationToken cancellationToken)
    {
        Last = sink;
        await OnAttach(sink, cancellationToken);
        if (GivesNull)
        {
            return null!;
        }

        _sinks[sink] = ((PulsePoint)sink.Spec.Point).Name;
        return new Attachment(this, sink);
    }

    /// <summary>One hit of all probes on a point.</summary>
    public void Pulse(string point, params ReadOnlySpan<HitValue> arguments)
    {
        foreach ((ProbeSink sink, string pulsed) in _sinks)
        {
            if (pulsed == point)
            {
                sink.Report(arguments);
            }
        }
    }

    private sealed class Attachment(PulseBackend backend, ProbeSink sink) : ProbeAttachment
    {
        public override ProbeCoverage Coverage => backend.OnCoverage is null ? backend.CanAttach(sink.Spec) : backend.OnCoverage()!;

        public override ValueTask UpdateAsync(ProbeSpec spec, CancellationToken cancellationToken)
        {
            backend.OnUpdate(spec);
            return ValueTask.CompletedTask;
        }

        public override void Reduce(ProbeLevel level) => backend.OnReduce(level);

        public override async ValueTask DisposeAsync()
        {
            await backend.OnDispose();
            backend._sinks.TryRemove(sink, out _);
        }
    }
}
