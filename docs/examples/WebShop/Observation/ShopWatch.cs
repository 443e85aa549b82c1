using System.Diagnostics;
using Instrumentation;
using WebShop.Load;

namespace WebShop.Observation;

/// <summary>Watches the shop for a while: attaches and detaches the probes, measures what that costs, and keeps what they see.</summary>
public sealed class ShopWatch : IAsyncDisposable
{
    private readonly InstrumentationSession _session;
    private readonly LoadGenerator _load;
    private readonly RecordingFiles _files;
    private readonly Task _reading;
    private readonly GcPauses _pauses = new();
    private (long Completed, long Time) _lastLook;
    private long _eventsAfterDetach = -1;
    private bool _looking;

    private ShopWatch(InstrumentationSession session, LoadGenerator load, double seconds, string directory)
    {
        _session = session;
        _load = load;
        _lastLook = (load.Completed, Stopwatch.GetTimestamp());
        Observer = new ShopObserver(session);
        Trial = new OverheadTrial(new Throughput(load), Observer, seconds);
        Look = new CloseLook(session, Picture);
        _files = new RecordingFiles(directory, session.Events, () => _pauses.Pauses);
        _reading = Picture.ReadAsync(session.Events);
    }

    /// <summary>What the events tell.</summary>
    public ShopPicture Picture { get; } = new();

    /// <summary>The probes.</summary>
    public ShopObserver Observer { get; }

    /// <summary>What they cost.</summary>
    public OverheadTrial Trial { get; }

    /// <summary>The close look.</summary>
    public CloseLook Look { get; }

    /// <summary>What goes on, in words.</summary>
    public string Phase => _looking ? "looking closely" : Trial.Phase;

    /// <summary>What was lost, and where.</summary>
    public EventLoss Loss => _session.Events.Loss;

    /// <summary>Events that were not read.</summary>
    public long Lost => Loss.Total;

    /// <summary>Starts a session and its readers; attaches nothing yet.</summary>
    /// <param name="load">The customers, whose requests are counted.</param>
    /// <param name="seconds">How long throughput is measured.</param>
    /// <param name="directory">Where the files go; it exists.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<ShopWatch> StartAsync(LoadGenerator load, double seconds, string directory, CancellationToken cancellationToken) =>
        new(await InstrumentationSession.StartAsync(cancellationToken: cancellationToken), load, seconds, directory);

    /// <summary>Watches, with probes and without, and then makes sure that the probes are gone.</summary>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Trial.RunAsync(cancellationToken);
        long events = -1;
        await Trial.RunDetachedAsync(() => events = Picture.Events, cancellationToken);
        _eventsAfterDetach = Picture.Events - events;
        _looking = true;
        await Look.RunAsync(TimeSpan.FromSeconds(1.5), cancellationToken);
    }

    /// <summary>Requests a second since the last time that this was asked.</summary>
    public double RequestsPerSecond()
    {
        (long completed, long time) = _lastLook;
        _lastLook = (_load.Completed, Stopwatch.GetTimestamp());
        return (_lastLook.Completed - completed) / Stopwatch.GetElapsedTime(time, _lastLook.Time).TotalSeconds;
    }

    /// <summary>Ends the session and completes the files.</summary>
    /// <returns>What was found.</returns>
    public async Task<Summary> EndAsync()
    {
        await DisposeAsync();
        Summary summary = new(
            Picture.Events,
            Picture.Attribution.All,
            Picture.Attribution.Percent,
            Lost,
            Trial.OverheadPercent,
            Trial.Off,
            Trial.On,
            Trial.After,
            _files.EventsPath,
            _files.TimelinePath,
            _files.ReportPath,
            Observer.Totals(),
            Picture.Routes(),
            Picture.SlowSql(),
            Observer.SqlDurations().Buckets,
            Picture.Exceptions(),
            Observer.SqlCallers(),
            Picture.Slowest.Bars(),
            _pauses.Pauses,
            Look.Missing,
            []);
        await ReportFile.WriteAsync(_files.ReportPath, summary, this);
        return summary with { Problems = [.. Problems()] };
    }

    /// <summary>All probes that were attached, as a report's rows.</summary>
    public IEnumerable<ReportProbe> ReportProbes()
    {
        foreach (ProbeTotals probe in Observer.Totals())
        {
            ProbeHandle last = Observer.Last.First(handle => handle.Name == probe.Name);
            yield return new ReportProbe(probe.Name, ProbeState.Detached, last.Coverage, probe.Counts);
        }

        foreach (ProbeHandle handle in Look.Probes)
        {
            string place = handle.Coverage.Reached is [var only] ? $": {only}" : "";
            yield return ReportProbe.Of(handle) with { Name = $"{handle.Name}, close look{place}" };
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The readers finish by themselves: the end of a session ends its stream, after the last event.
        await _session.DisposeAsync();
        await Task.WhenAll(_reading, _files.Writing);
        _pauses.Dispose();
    }

    private IEnumerable<string> Problems()
    {
        foreach (ProbeTotals probe in Observer.Totals().Where(probe => probe.Blanks > 0))
        {
            yield return $"The probe '{probe.Name}' has seen nothing in {probe.Blanks} of the {Trial.On.Count} windows.";
        }

        foreach (ProbeTotals probe in Observer.Totals().Where(probe => probe.Counts.Faults > 0))
        {
            yield return $"The probe '{probe.Name}' could not read what it was to capture: {probe.Counts.Faults} faults.";
        }

        if (Observer.Last.Any(handle => handle.State != ProbeState.Detached) || _session.Probes.Count > 0)
        {
            yield return "A probe is still attached.";
        }

        if (_eventsAfterDetach != 0)
        {
            yield return $"{_eventsAfterDetach} events came after the last detach.";
        }

        if (Look.Missing is null && Picture.Attribution is { ForRequests: 0 } or { Percent: < 100 })
        {
            yield return $"{Picture.Attribution.ForRequests - Picture.Attribution.WithSpan} of {Picture.Attribution.ForRequests} kernel events within SQLite know no span.";
        }

        if (Picture.Slowest.Seen == 0)
        {
            yield return "The close look saw no request.";
        }

        if (_load.Failed > 0)
        {
            yield return $"{_load.Failed} requests were not answered.";
        }

        long lines = File.ReadLines(_files.EventsPath).LongCount();
        if (lines != Picture.Events)
        {
            yield return $"{_files.EventsPath} holds {lines} events instead of {Picture.Events}.";
        }

        foreach (string empty in new[] { _files.TimelinePath, _files.ReportPath }.Where(static path => new FileInfo(path).Length == 0))
        {
            yield return $"{empty} is empty.";
        }
    }
}
