using System.Reflection;
using Instrumentation.Events;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing;

/// <summary>
/// Records real calls for a test to assert on: no mock, no interface, no change to the code under test. It sees what the flow that started it causes, so tests run in parallel without
/// seeing each other. All members can be used from any thread.
/// </summary>
/// <example>
/// <code>
/// await using var calls = await CallRecorder.StartAsync();
/// calls.Watch(() => Cache.Put(default!, default!));
/// await service.CheckoutAsync(order);
/// calls.Should().HaveCalled(() => Cache.Put("order:1", Arg.Any&lt;Order&gt;())).Once();
/// </code>
/// </example>
public sealed partial class CallRecorder : IAsyncDisposable
{
    private static int _ofProcess;

    private readonly RecorderOptions _options;
    private readonly Dictionary<MethodBase, WatchGroup> _watched = [];
    private readonly Lock _gate = new();
    private int _disposed;

    private CallRecorder(RecorderOptions options)
    {
        _options = options;
        Log = new CallLog(options.MaximumCalls);
    }

    /// <summary>The calls so far, in the order in which they began; those under way have no result yet.</summary>
    public IReadOnlyList<RecordedCall> Calls => Log.Read();

    /// <summary>Calls that were seen but not kept: more than <see cref="RecorderOptions.MaximumCalls"/>.</summary>
    public long Lost => Log.Lost;

    /// <summary>Recorders that see the whole process.</summary>
    internal static int OfProcess => Volatile.Read(ref _ofProcess);

    /// <summary>Where its calls are.</summary>
    internal CallLog Log { get; }

    /// <summary>Starts a recorder, which the calling flow belongs to from here on.</summary>
    /// <param name="options">What it is to do; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>The recorder; dispose it at the end of the test.</returns>
    /// <exception cref="SpecException">An option is out of its range.</exception>
    /// <remarks>
    /// The flow is that of the method which calls this. What runs elsewhere, in another method of a fixture for instance, joins by <see cref="Join"/>; so does work that was queued with its
    /// flow suppressed (<see cref="ExecutionContext.SuppressFlow"/>, the <c>Unsafe</c> methods of <see cref="ThreadPool"/>), or by a thread that was there before.
    /// </remarks>
    public static Task<CallRecorder> StartAsync(RecorderOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new RecorderOptions();
        if (options.MaximumCalls < 1)
        {
            throw new SpecException($"{nameof(RecorderOptions.MaximumCalls)} {options.MaximumCalls}", "such a recorder could keep nothing.", "Give 1 or more.");
        }

        cancellationToken.ThrowIfCancellationRequested();

        // What the library does in a test's flow is no call of the test.
        using ThreadStates.GuardScope guard = ThreadStates.Guard();

        // Not an async method: what it changes in the execution context has to stay with the caller.
        CallRecorder recorder = new(options);
        recorder.BeginKernel();
        WatchTable.Begin();
        if (options.Scope == RecordingScope.Process)
        {
            Interlocked.Increment(ref _ofProcess);
        }
        else
        {
            RecorderFlow.Enter(recorder);
        }

        return recorder.WhenKernelIsReady(cancellationToken);
    }

    /// <summary>Makes the current flow one of the recorder's, until the result is disposed in it.</summary>
    /// <returns>What ends it.</returns>
    public IDisposable Join()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return new Joined(this);
    }

    /// <summary>
    /// Ends the recording. The calls can still be read and asserted on. What was woven rests for a second, silent, in case another recorder wants it, and is then taken out.
    /// </summary>
    /// <returns>Completes when the recorder sees nothing any more.</returns>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return ValueTask.CompletedTask;
        }

        if (_options.Scope == RecordingScope.Process)
        {
            Interlocked.Decrement(ref _ofProcess);
        }
        else
        {
            RecorderFlow.Leave(this);
        }

        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        End();
        EndKernel();
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether a call of a flow is the recorder's.</summary>
    /// <param name="flow">The flow, or null.</param>
    /// <returns>True when it is.</returns>
    internal bool Sees(RecorderFlow? flow) => _disposed == 0 && (_options.Scope == RecordingScope.Process || flow?.Recorders?.Contains(this) == true);

    private void End()
    {
        lock (_gate)
        {
            KeepGaps();
            WatchTable.End(this, _watched);
        }
    }

    private sealed class Joined : IDisposable
    {
        private readonly RecorderFlow? _before = RecorderFlow.Current;

        public Joined(CallRecorder recorder) => RecorderFlow.Enter(recorder);

        public void Dispose() => RecorderFlow.Current = _before;
    }
}
