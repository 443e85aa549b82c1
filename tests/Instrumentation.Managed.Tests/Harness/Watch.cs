namespace Instrumentation.Managed.Tests.Harness;

/// <summary>Attaches probes around a piece of code and gives what they saw, after everything is detached.</summary>
internal static class Watch
{
    /// <summary>The longest that anything here may take, on a machine that is busy with much else: what takes longer hangs.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Starts a session that keeps all events until they are read.</summary>
    public static Task<InstrumentationSession> StartAsync() => InstrumentationSession.StartAsync(new InstrumentationOptions
    {
        RingBytesPerThread = 1024 * 1024,
        BacklogBytes = 64 * 1024 * 1024,
    });

    /// <summary>Attaches a probe that must reach everything that it names.</summary>
    public static async Task<ProbeHandle> AttachAsync(InstrumentationSession session, ProbeSpec spec)
    {
        ProbeHandle handle = await session.AttachAsync(spec);
        Assert.True(Reaches(handle), handle.Coverage.ToString());
        return handle;
    }

    /// <summary>Attaches a count that must reach everything that it names.</summary>
    public static async Task<AggregateHandle<CountSnapshot>> CountAsync(InstrumentationSession session, ProbeSpec spec)
    {
        AggregateHandle<CountSnapshot> handle = await session.AttachAsync(spec.Count());
        Assert.True(Reaches(handle), handle.Coverage.ToString());
        return handle;
    }

    /// <summary>The events of a probe while code runs, in their order.</summary>
    public static Task<IReadOnlyList<ProbeEvent>> EventsAsync(ProbeSpec spec, Action run) => EventsAsync(spec, () =>
    {
        run();
        return Task.CompletedTask;
    });

    /// <summary>
    /// The events of a probe while code runs, in their order. The code runs on a pool thread, without the test framework's synchronization context: a
    /// task that is completed there runs its continuations at once, so that when it has been awaited its end has been reported.
    /// </summary>
    public static async Task<IReadOnlyList<ProbeEvent>> EventsAsync(ProbeSpec spec, Func<Task> run)
    {
        await using InstrumentationSession session = await StartAsync();
        await AttachAsync(session, spec);
        await Task.Run(run);
        return await EndAsync(session);
    }

    /// <summary>The typed captures of a probe while code runs, in their order.</summary>
    public static async Task<IReadOnlyList<T>> CapturesAsync<T>(ProbeSpec<T> spec, Func<Task> run)
    {
        await using InstrumentationSession session = await StartAsync();
        ProbeHandle<T> handle = await session.AttachAsync(spec);
        Assert.True(Reaches(handle), handle.Coverage.ToString());
        await Task.Run(run);
        await session.DisposeAsync();
        List<T> values = [];
        await foreach (ProbeEvent<T> one in handle.Events)
        {
            Assert.Empty(one.Event.Faults);
            values.Add(one.Value);
        }

        Assert.Equal(0, handle.Statistics.Faults);
        return values;
    }

    /// <summary>The typed captures of a probe while code runs, in their order.</summary>
    public static Task<IReadOnlyList<T>> CapturesAsync<T>(ProbeSpec<T> spec, Action run) => CapturesAsync(spec, () =>
    {
        run();
        return Task.CompletedTask;
    });

    /// <summary>The typed events of a probe while code runs, in their order, with its final statistics: for probes whose expressions may fault.</summary>
    public static async Task<(IReadOnlyList<ProbeEvent<T>> Events, ProbeStatistics Statistics)> TypedAsync<T>(ProbeSpec<T> spec, Func<Task> run)
    {
        await using InstrumentationSession session = await StartAsync();
        ProbeHandle<T> handle = await session.AttachAsync(spec);
        Assert.True(Reaches(handle), handle.Coverage.ToString());
        await Task.Run(run);
        await session.DisposeAsync();
        List<ProbeEvent<T>> events = [];
        await foreach (ProbeEvent<T> one in handle.Events)
        {
            events.Add(one);
        }

        return (events, handle.Statistics);
    }

    /// <summary>The typed events of a probe while code runs, in their order, with its final statistics: for probes whose expressions may fault.</summary>
    public static Task<(IReadOnlyList<ProbeEvent<T>> Events, ProbeStatistics Statistics)> TypedAsync<T>(ProbeSpec<T> spec, Action run) => TypedAsync(spec, () =>
    {
        run();
        return Task.CompletedTask;
    });

    /// <summary>An aggregate after code has run.</summary>
    public static async Task<TSnapshot> AggregateAsync<TSnapshot>(AggregateSpec<TSnapshot> spec, Func<Task> run)
        where TSnapshot : IAggregateSnapshot<TSnapshot>
    {
        await using InstrumentationSession session = await StartAsync();
        AggregateHandle<TSnapshot> handle = await session.AttachAsync(spec);
        Assert.True(Reaches(handle), handle.Coverage.ToString());
        await Task.Run(run);
        await handle.DisposeAsync();
        Assert.Equal(0, handle.Statistics.Faults);
        return handle.Read();
    }

    /// <summary>An aggregate after code has run.</summary>
    public static Task<TSnapshot> AggregateAsync<TSnapshot>(AggregateSpec<TSnapshot> spec, Action run)
        where TSnapshot : IAggregateSnapshot<TSnapshot> => AggregateAsync(spec, () =>
    {
        run();
        return Task.CompletedTask;
    });

    /// <summary>How often a probe is hit while code runs.</summary>
    public static async Task<long> HitsAsync(ProbeSpec spec, Action run)
    {
        await using InstrumentationSession session = await StartAsync();
        AggregateHandle<CountSnapshot> handle = await CountAsync(session, spec);
        run();
        return handle.Read().Total;
    }

    /// <summary>Ends a session and gives all its events.</summary>
    public static async Task<IReadOnlyList<ProbeEvent>> EndAsync(InstrumentationSession session)
    {
        await session.DisposeAsync();
        Assert.Equal(0, session.Events.Loss.Total);
        List<ProbeEvent> events = [];
        await foreach (ProbeEvent one in session.Events)
        {
            events.Add(one);
        }

        return events;
    }

    // Threads of the framework itself, its timers' for one, wait for ever in calls that began before any probe: their copies of probed code of the framework are gaps that stay.
    // So does the test runner's own method that has called the test.
    private static bool Reaches(ProbeHandle handle) => handle.State == ProbeState.Armed || (handle.State == ProbeState.Partial && handle.Coverage.Gaps.All(static gap =>
        !gap.Blind && gap.Reason.Contains("began before the attach", StringComparison.Ordinal)
        && (gap.Place.StartsWith("System.", StringComparison.Ordinal) || gap.Reason.StartsWith("a call of System.", StringComparison.Ordinal)
            || gap.Reason.StartsWith("a call of Xunit.", StringComparison.Ordinal))));

    /// <summary>Waits until something holds that another thread brings about.</summary>
    public static async Task ReachedAsync(Func<bool> holds, string what)
    {
        long limit = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (!holds())
        {
            Assert.True(Environment.TickCount64 < limit, $"not within {Limit}: {what}");
            await Task.Delay(5);
        }
    }

    /// <summary>Runs code on a thread of its own and fails when it does not end in time: a deadlock fails a test instead of hanging the run.</summary>
    public static void OnThread(Action run, int stackBytes = 0)
    {
        Exception? failure = null;
        Thread thread = new(
            () =>
            {
                try
                {
                    run();
                }
                catch (Exception error)
                {
                    failure = error;
                }
            },
            stackBytes)
        {
            IsBackground = true,
        };
        thread.Start();
        Assert.True(thread.Join(Limit), "the thread did not end: deadlock");
        if (failure is not null)
        {
            throw new InvalidOperationException("the code on the thread failed", failure);
        }
    }

    /// <summary>Runs code on a thread of its own and gives its result.</summary>
    public static T OnThread<T>(Func<T> run)
    {
        T result = default!;
        OnThread(() => { result = run(); });
        return result;
    }
}
