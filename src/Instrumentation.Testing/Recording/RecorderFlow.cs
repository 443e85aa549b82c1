using Instrumentation.Testing.Kernel;
using Instrumentation.Testing.StandIns;

namespace Instrumentation.Testing.Recording;

/// <summary>
/// What a flow of execution carries for recorders: the recorders that it belongs to, and the innermost recorded call. It goes where the execution context goes: into tasks, threads,
/// timers and continuations.
/// </summary>
/// <param name="Recorders">The recorders, innermost first.</param>
/// <param name="Call">The innermost recorded call, or null.</param>
internal sealed record RecorderFlow(RecorderChain? Recorders, CallFrame? Call)
{
    private static readonly AsyncLocal<RecorderFlow?> Local = new(FlowOwners.OnChanged);

    /// <summary>The stand-in in whose code the flow is, or null.</summary>
    public StandIn? StandIn { get; init; }

    /// <summary>Whether the flow computes something for an assertion: stand-ins act as they do in the test, and nothing is recorded.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>What the flow was before it entered <see cref="StandIn"/>, or null.</summary>
    public RecorderFlow? Around { get; init; }

    /// <summary>What the current flow carries.</summary>
    public static RecorderFlow? Current
    {
        get => Local.Value;
        set => Local.Value = value;
    }

    /// <summary>Whether the flow is in the code of a stand-in.</summary>
    /// <param name="standIn">The stand-in.</param>
    /// <returns>True when it is.</returns>
    public bool IsInside(StandIn standIn) => StandIn == standIn || Around?.IsInside(standIn) == true;

    /// <summary>Makes the current flow one of a recorder's.</summary>
    /// <param name="recorder">The recorder.</param>
    public static void Enter(CallRecorder recorder)
    {
        RecorderChain chain = new(recorder, Current?.Recorders);
        Current = Current is { } flow ? flow with { Recorders = chain } : new RecorderFlow(chain, null);
    }

    /// <summary>Makes the current flow nobody's: for what recorders do themselves.</summary>
    /// <returns>What ends that, in the same method.</returns>
    public static Aside StepAside() => new(Current);

    /// <summary>Runs code of a test for an assertion, such as a predicate.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="code">The code.</param>
    /// <returns>The result.</returns>
    public static T Quietly<T>(Func<T> code)
    {
        RecorderFlow? before = Current;
        Current = (before ?? new RecorderFlow(null, null)) with { IsQuiet = true };
        try
        {
            return code();
        }
        finally
        {
            Current = before;
        }
    }

    /// <summary>Ends that for the current flow.</summary>
    /// <param name="recorder">The recorder.</param>
    public static void Leave(CallRecorder recorder)
    {
        if (Current is { } flow && flow.Recorders?.Contains(recorder) == true)
        {
            RecorderChain? rest = flow.Recorders.Without(recorder);
            Current = rest is null ? null : flow with { Recorders = rest };
        }
    }

    /// <summary>Ends <see cref="StepAside"/>.</summary>
    internal readonly ref struct Aside
    {
        private readonly RecorderFlow? _before;

        /// <summary>Begins it.</summary>
        /// <param name="before">What the flow carries.</param>
        public Aside(RecorderFlow? before)
        {
            _before = before;
            if (before is not null)
            {
                Current = null;
            }
        }

        /// <summary>Gives the flow back what it carried.</summary>
        public void Dispose()
        {
            if (_before is not null)
            {
                Current = _before;
            }
        }
    }
}
