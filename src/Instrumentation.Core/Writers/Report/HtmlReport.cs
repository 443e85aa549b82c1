using Instrumentation.Writers.Report;

namespace Instrumentation;

/// <summary>
/// Writes what was observed as one page to look at: a waterfall of the slowest requests, flame graphs, histograms, tables, the probes with what they could
/// not see, and the ledger of lost events. The page is a single file without any reference to another; it asks no network, and no text of the observed
/// program can become code in it.
/// </summary>
/// <remarks>Fill it, then write it. It is not safe to be filled by several threads at a time.</remarks>
/// <param name="title">The page's title.</param>
public sealed class HtmlReport(string title)
{
    private readonly List<ReportFigure> _figures = [];
    private readonly List<ReportSpan> _requests = [];
    private readonly List<ReportSpan> _pauses = [];
    private readonly List<FlameGraph> _flames = [];
    private readonly List<ReportHistogram> _histograms = [];
    private readonly List<ReportTable> _tables = [];
    private readonly List<ReportProbe> _probes = [];
    private readonly List<ReportGap> _gaps = [];

    /// <summary>The page's title.</summary>
    public string Title { get; } = title;

    /// <summary>A sentence or two below the title; empty for none.</summary>
    public string Introduction { get; init; } = "";

    /// <summary>How many requests have a waterfall: the slowest. The default is 20.</summary>
    public int MaximumRequests { get; init; } = 20;

    /// <summary>The most bars of all waterfalls together. The default is 20,000. What does not fit is left out, from the fastest requests and the deepest levels, and the page says how much.</summary>
    public int MaximumBars { get; init; } = 20_000;

    /// <summary>What the session lost, <see cref="EventStream.Loss"/>; null when that is not known, which the page says.</summary>
    public EventLoss? Loss { get; set; }

    /// <summary>How many requests there were in all, when more were seen than added; 0 for as many as were added.</summary>
    public long RequestsSeen { get; set; }

    /// <summary>Numbers at the head of the page.</summary>
    internal IReadOnlyList<ReportFigure> Figures => _figures;

    /// <summary>The requests that were added.</summary>
    internal IReadOnlyList<ReportSpan> Requests => _requests;

    /// <summary>Times in which the process stood still.</summary>
    internal IReadOnlyList<ReportSpan> Pauses => _pauses;

    /// <summary>The flame graphs.</summary>
    internal IReadOnlyList<FlameGraph> Flames => _flames;

    /// <summary>The histograms.</summary>
    internal IReadOnlyList<ReportHistogram> Histograms => _histograms;

    /// <summary>The tables.</summary>
    internal IReadOnlyList<ReportTable> Tables => _tables;

    /// <summary>The probes.</summary>
    internal IReadOnlyList<ReportProbe> Probes => _probes;

    /// <summary>What the page is told to call missing.</summary>
    internal IReadOnlyList<ReportGap> Gaps => _gaps;

    /// <summary>Adds a number to the head of the page.</summary>
    /// <param name="figure">The number.</param>
    public void Add(ReportFigure figure) => _figures.Add(figure);

    /// <summary>Adds a request: the page shows the slowest of all that were added.</summary>
    /// <param name="request">The request with what happened within it.</param>
    public void Add(ReportSpan request) => _requests.Add(request);

    /// <summary>Adds a time in which the whole process stood still. The waterfalls that it falls into show it.</summary>
    /// <param name="pause">The time.</param>
    public void AddPause(ReportSpan pause) => _pauses.Add(pause);

    /// <summary>Adds a flame graph.</summary>
    /// <param name="title">What it shows, for example <c>On the processor</c>.</param>
    /// <param name="profile">The stacks; widths are its weights.</param>
    public void Add(string title, StackProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        _flames.Add(FlameGraph.Of(title, profile));
    }

    /// <summary>Adds a flame graph from folded stacks.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="folded">Lines like <c>outermost;inner;innermost 42</c>; frames of the kernel end with <c>_[k]</c>. Lines that are not so are left out.</param>
    /// <param name="unit">What the numbers are: samples, or nanoseconds.</param>
    public void AddFolded(string title, IEnumerable<string> folded, ValueUnit unit = ValueUnit.None)
    {
        ArgumentNullException.ThrowIfNull(folded);
        _flames.Add(FlameGraph.OfFolded(title, folded, unit));
    }

    /// <summary>Adds a histogram.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="histogram">The histogram.</param>
    public void Add(string title, HistogramSnapshot histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        _histograms.Add(ReportHistogram.Of(title, histogram));
    }

    /// <summary>Adds a histogram from its buckets.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="buckets">The buckets, the lowest first.</param>
    /// <param name="unit">What the values are.</param>
    public void Add(string title, IEnumerable<HistogramBucket> buckets, ValueUnit unit)
    {
        ArgumentNullException.ThrowIfNull(buckets);
        _histograms.Add(new ReportHistogram(title, ReportHistogram.Used(buckets), unit, []));
    }

    /// <summary>Adds a table.</summary>
    /// <param name="table">The table.</param>
    public void Add(ReportTable table) => _tables.Add(table);

    /// <summary>Adds a row to the table of probes.</summary>
    /// <param name="probe">The probe.</param>
    public void Add(ReportProbe probe) => _probes.Add(probe);

    /// <summary>Adds something to the section that says what is missing. Places that a probe does not see and events that were lost come there by themselves.</summary>
    /// <param name="gap">What is missing, and why.</param>
    public void Add(ReportGap gap) => _gaps.Add(gap);

    /// <summary>Writes the page.</summary>
    /// <param name="stream">Takes the UTF-8 text; it is flushed, not disposed. What it throws is thrown.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        await stream.WriteAsync(ReportPage.Of(this), cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the page to a file.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <exception cref="EventFileException">The file cannot be created or written, for example because the disk is full.</exception>
    public async Task WriteFileAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                await WriteAsync(file, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new EventFileException(path, failure);
        }
    }
}
