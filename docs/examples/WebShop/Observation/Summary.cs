using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WebShop.Observation;

/// <summary>Everything that the run has found, ready to be printed or serialized.</summary>
/// <param name="Events">Events that were read.</param>
/// <param name="KernelEvents">Those of them that came from the kernel.</param>
/// <param name="AttributedPercent">The share, in percent, of the kernel events on behalf of a request that carry a span; see <see cref="Attribution"/>.</param>
/// <param name="Lost">Events that were not.</param>
/// <param name="OverheadPercent">What the probes cost, in percent of the throughput.</param>
/// <param name="Off">The windows without probes.</param>
/// <param name="On">The windows with probes.</param>
/// <param name="After">The window after the last detach.</param>
/// <param name="EventsFile">The file of JSON lines.</param>
/// <param name="TimelineFile">The file for a timeline viewer.</param>
/// <param name="ReportFile">The page to look at.</param>
/// <param name="Probes">What each probe counted.</param>
/// <param name="Routes">Requests by route.</param>
/// <param name="SlowSql">Slow SQL by text.</param>
/// <param name="SqlDurations">All SQL by duration.</param>
/// <param name="Exceptions">Exceptions by their way.</param>
/// <param name="SqlCallers">SQL commands by the method that ran them.</param>
/// <param name="Slowest">The slowest requests of the close look, whole.</param>
/// <param name="Pauses">The times in which the runtime stopped all threads.</param>
/// <param name="KernelMissing">What the kernel's part lacks, in one line; null when it is there.</param>
/// <param name="Problems">What went wrong; nothing, when all is well.</param>
public sealed record Summary(
    long Events,
    long KernelEvents,
    double AttributedPercent,
    long Lost,
    double OverheadPercent,
    IReadOnlyList<Window> Off,
    IReadOnlyList<Window> On,
    Window After,
    string EventsFile,
    string TimelineFile,
    string ReportFile,
    IReadOnlyList<ProbeTotals> Probes,
    IReadOnlyList<RouteRow> Routes,
    IReadOnlyList<SlowSqlRow> SlowSql,
    IReadOnlyList<Instrumentation.HistogramBucket> SqlDurations,
    IReadOnlyList<ExceptionRow> Exceptions,
    IReadOnlyList<KeyValuePair<string, long>> SqlCallers,
    IReadOnlyList<Instrumentation.ReportSpan> Slowest,
    IReadOnlyList<Instrumentation.ReportSpan> Pauses,
    string? KernelMissing,
    IReadOnlyList<string> Problems)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(), new MillisecondsConverter() },
    };

    /// <summary>The summary as one JSON object. Durations are numbers of milliseconds, the bounds of the histogram's buckets nanoseconds.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);

    private sealed class MillisecondsConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TimeSpan.FromMilliseconds(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.TotalMilliseconds);
    }
}
