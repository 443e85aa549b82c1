using System.Diagnostics;
using Instrumentation;

namespace Soak;

/// <summary>A session of some seconds in which probes come and go by chance while the workload runs.</summary>
internal sealed class Epoch
{
    private const int MostLive = 10;

    private readonly IReadOnlyList<Worker> _workers;
    private readonly Worker _own = new();
    private readonly IReadOnlyList<Worker> _all;
    private readonly Random _random;
    private readonly List<LiveProbe> _live = [];

    /// <summary>Makes one.</summary>
    /// <param name="workers">The workload.</param>
    /// <param name="random">Chance.</param>
    public Epoch(IReadOnlyList<Worker> workers, Random random)
    {
        _workers = workers;
        _all = [.. workers, _own];
        _random = random;
    }

    /// <summary>What does not add up.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Probes that were attached.</summary>
    public int Attaches { get; private set; }

    /// <summary>Probes that saw a number of calls that was known exactly.</summary>
    public int Exact { get; private set; }

    /// <summary>Samples of stacks.</summary>
    public long Samples { get; private set; }

    /// <summary>Waits of threads.</summary>
    public long Waits { get; private set; }

    /// <summary>Events that were read.</summary>
    public long Events { get; private set; }

    /// <summary>What was lost.</summary>
    public EventLoss? Loss { get; private set; }

    /// <summary>Runs it.</summary>
    /// <param name="time">How long.</param>
    /// <param name="kernel">Whether the kernel may be probed.</param>
    /// <returns>Completes when everything is detached.</returns>
    public async Task RunAsync(TimeSpan time, bool kernel)
    {
        int places = kernel ? Work.Places.Count : Work.Methods;
        Stopwatch watch = Stopwatch.StartNew();
        await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { ReaderBufferBytes = 32 * 1024 * 1024 });
        EventCounts events = new(session);
        await RunExactAsync(session, events, places);
        if (kernel)
        {
            await SampleAsync(session);
            await AccountAsync(session);
        }

        while (watch.Elapsed < time)
        {
            switch (_random.Next(20))
            {
                case 0:
                    await RunExactAsync(session, events, places);
                    break;
                case 1 when kernel:
                    await SampleAsync(session);
                    break;
                case 2 when kernel:
                    await AccountAsync(session);
                    break;
                case < 11 when _live.Count < MostLive:
                    _live.Add(await LiveProbe.AttachAsync(session, _all, _random.Next(places), _random));
                    Attaches++;
                    break;
                default:
                    await EndOneAsync(session, events);
                    break;
            }

            await Task.Delay(_random.Next(30));
        }

        while (_live.Count > 0)
        {
            await EndOneAsync(session, events);
        }

        await session.DisposeAsync();
        await events.Completion;
        Events = events.Total;
        Loss = session.Events.Loss;
        if (Loss.Late != events.Late)
        {
            Errors.Add($"{events.Late} events came behind later ones, {Loss.Late} are told");
        }
    }

    private async Task EndOneAsync(InstrumentationSession session, EventCounts events)
    {
        if (_live.Count > 0)
        {
            int at = _random.Next(_live.Count);
            LiveProbe probe = _live[at];
            _live.RemoveAt(at);
            if (await probe.EndAsync(session, events) is { } error)
            {
                Errors.Add(error);
            }
        }
    }

    // With the workload parked, the number of calls is known: a probe has to have seen just so many.
    private async Task RunExactAsync(InstrumentationSession session, EventCounts events, int places)
    {
        foreach (Worker worker in _workers)
        {
            worker.Park();
        }

        try
        {
            LiveProbe[] probes = new LiveProbe[3];
            for (int i = 0; i < probes.Length; i++)
            {
                probes[i] = await LiveProbe.AttachAsync(session, _all, _random.Next(places), _random);
            }

            _own.CallAll(1 + _random.Next(500));
            foreach (LiveProbe probe in probes)
            {
                if (await probe.EndAsync(session, events) is { } error)
                {
                    Errors.Add("exactly: " + error);
                }
            }

            Attaches += probes.Length;
            Exact += probes.Length;
        }
        finally
        {
            foreach (Worker worker in _workers)
            {
                worker.Resume();
            }
        }
    }

    // The kernel keeps totals of spans for a while, and counts waits by span: that exchanges the memory of the threads' contexts under them.
    private async Task AccountAsync(InstrumentationSession session)
    {
        await using Accounting accounting = await session.AccountAsync();
        await using AggregateHandle<CountTable<long>> waits = await session.AttachAsync(Specs.Waits());
        await Task.Delay(30);
        await waits.DisposeAsync();
        Waits += waits.Read().Rows.Sum(static row => row.Count);
        Attaches++;
    }

    private async Task SampleAsync(InstrumentationSession session)
    {
        await using AggregateHandle<StackProfile> profile = await session.AttachAsync(Specs.Profile());
        await Task.Delay(50);
        await profile.DisposeAsync();
        Samples += profile.Read().Total;
        Attaches++;
    }
}
