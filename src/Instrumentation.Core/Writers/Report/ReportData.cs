using System.Globalization;
using System.Text.Json;

namespace Instrumentation.Writers.Report;

/// <summary>Writes what a page shows as JSON. The names are short where there are many of them; the page's scripts are the only readers.</summary>
/// <param name="report">What is shown.</param>
/// <param name="json">Takes the text.</param>
internal sealed class ReportData(HtmlReport report, Utf8JsonWriter json)
{
    private const int MostPlaces = 200;

    // Times are written from here on, so that they are exact in a double.
    private readonly long _zero = report.Requests.Concat(report.Pauses).Select(static span => span.Start).DefaultIfEmpty(0).Min();

    /// <summary>Writes everything as one object.</summary>
    public void Write()
    {
        ReportSelection selection = ReportSelection.Of(report);
        json.WriteStartObject();
        json.WriteString("title", report.Title);
        json.WriteString("introduction", report.Introduction);
        json.WriteString("made", DateTimeOffset.UtcNow.ToString("u", CultureInfo.InvariantCulture));
        WriteAll("figures", report.Figures, WriteFigure);
        json.WriteNumber("seen", selection.Seen);
        WriteAll("requests", selection.Requests, WriteSpan);
        WriteAll("pauses", report.Pauses, WriteSpan);
        WriteAll("flames", report.Flames, flame => FlameJson.Write(json, flame));
        WriteAll("histograms", report.Histograms, WriteHistogram);
        WriteAll("tables", report.Tables, WriteTable);
        WriteAll("probes", report.Probes, WriteProbe);
        WriteLoss();
        WriteAll("gaps", selection.Gaps.Concat(report.Gaps), WriteGap);
        json.WriteEndObject();
    }

    private void WriteFigure(ReportFigure figure)
    {
        json.WriteStartObject();
        json.WriteString("label", figure.Label);
        json.WriteString("value", figure.Value);
        json.WriteString("note", figure.Note);
        json.WriteEndObject();
    }

    // Name, kind, start, duration, thread, failed, detail (x), facts, parts, children.
    private void WriteSpan(ReportSpan span)
    {
        json.WriteStartObject();
        json.WriteString("n", span.Name);
        json.WriteString("k", KindName(span.Kind));
        json.WriteNumber("s", span.Start - _zero);
        json.WriteNumber("d", span.Nanoseconds);
        if (span.ThreadId != 0)
        {
            json.WriteNumber("t", span.ThreadId);
        }

        if (span.Failed)
        {
            json.WriteBoolean("f", true);
        }

        if (span.Detail.Length > 0)
        {
            json.WriteString("x", span.Detail);
        }

        WriteSome("facts", span.Facts, fact => WritePair(fact.Key, () => json.WriteStringValue(fact.Value)));
        WriteSome("parts", span.Parts, part => WritePair(part.Key, () => json.WriteNumberValue(part.Value)));
        WriteSome("c", [.. span.Children.OrderBy(static child => child.Start).ThenByDescending(static child => child.Nanoseconds)], WriteSpan);
        json.WriteEndObject();
    }

    private void WriteHistogram(ReportHistogram histogram)
    {
        json.WriteStartObject();
        json.WriteString("title", histogram.Title);
        json.WriteString("unit", UnitName(histogram.Unit));
        WriteAll("figures", histogram.Figures, figure => WritePair(figure.Key, () => WriteNumber(figure.Value)));
        WriteAll("buckets", histogram.Buckets, bucket =>
        {
            json.WriteStartArray();
            json.WriteNumberValue(bucket.From);
            json.WriteNumberValue(bucket.To);
            json.WriteNumberValue(bucket.Count);
            json.WriteEndArray();
        });
        json.WriteEndObject();
    }

    private void WriteTable(ReportTable table)
    {
        json.WriteStartObject();
        json.WriteString("title", table.Title);
        WriteAll("columns", table.Columns, json.WriteStringValue);
        WriteAll("rows", table.Rows, row =>
        {
            json.WriteStartArray();
            foreach (string cell in row)
            {
                json.WriteStringValue(cell);
            }

            json.WriteEndArray();
        });
        json.WriteEndObject();
    }

    private void WriteProbe(ReportProbe probe)
    {
        json.WriteStartObject();
        json.WriteString("name", probe.Name);
        json.WriteString("state", probe.State.ToString());
        json.WriteString("sees", probe.Coverage.State.ToString());
        json.WriteString("cost", probe.Cost);
        json.WriteNumber("reached", probe.Coverage.Reached.Count);
        json.WriteNumber("hits", probe.Statistics.Hits);
        json.WriteNumber("passed", probe.Statistics.Passed);
        json.WriteNumber("emitted", probe.Statistics.Emitted);
        json.WriteNumber("lost", probe.Statistics.Lost);
        json.WriteNumber("faults", probe.Statistics.Faults);
        json.WriteNumber("suppressed", probe.Statistics.Suppressed);
        WriteAll("places", probe.Coverage.Reached.Take(MostPlaces), json.WriteStringValue);
        WriteAll("notes", probe.Coverage.Notes.Take(MostPlaces), json.WriteStringValue);
        json.WriteNumber("unseen", probe.Coverage.Gaps.Count);
        WriteAll("gaps", probe.Coverage.Gaps.Take(MostPlaces), gap =>
        {
            json.WriteStartObject();
            json.WriteString("place", gap.Place);
            json.WriteString("why", gap.Reason);
            json.WriteString("mend", gap.Mend);
            json.WriteBoolean("blind", gap.Blind);
            json.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private void WriteLoss()
    {
        if (report.Loss is not { } loss)
        {
            json.WriteNull("loss");
            return;
        }

        json.WriteStartObject("loss");
        json.WriteNumber("total", loss.Total);
        json.WriteNumber("late", loss.Late);
        json.WriteNumber("ended", loss.EndedThreads);
        json.WriteNumber("damaged", loss.DamagedRings);
        WriteAll("probes", loss.Probes.Take(MostPlaces), row =>
        {
            json.WriteStartArray();
            json.WriteStringValue(row.Probe);
            foreach (long count in (ReadOnlySpan<long>)[row.Loss.RingFull, row.Loss.ReaderTooSlow, row.Loss.Unread, row.Loss.Missed, row.Loss.Late])
            {
                json.WriteNumberValue(count);
            }

            json.WriteEndArray();
        });
        WriteCounts("threads", loss.ByThread);
        WriteCounts("processors", loss.ByProcessor);
        json.WriteEndObject();
    }

    private void WriteCounts(string name, IReadOnlyDictionary<int, long> counts) => WriteAll(name, counts.OrderByDescending(static row => row.Value).Take(MostPlaces), row =>
    {
        json.WriteStartArray();
        json.WriteNumberValue(row.Key);
        json.WriteNumberValue(row.Value);
        json.WriteEndArray();
    });

    private void WriteGap(ReportGap gap)
    {
        json.WriteStartObject();
        json.WriteString("what", gap.What);
        json.WriteString("why", gap.Why);
        json.WriteString("mend", gap.Mend);
        json.WriteEndObject();
    }

    private void WritePair(string name, Action writeValue)
    {
        json.WriteStartArray();
        json.WriteStringValue(name);
        writeValue();
        json.WriteEndArray();
    }

    private void WriteNumber(double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private void WriteAll<T>(string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            write(item);
        }

        json.WriteEndArray();
    }

    private void WriteSome<T>(string name, IReadOnlyList<T> items, Action<T> write)
    {
        if (items.Count > 0)
        {
            WriteAll(name, items, write);
        }
    }

    private static string UnitName(ValueUnit unit) => unit == ValueUnit.Nanoseconds ? "ns" : "";

    private static string KindName(ReportKind kind) => kind switch
    {
        ReportKind.Method => "method",
        ReportKind.Sql => "sql",
        ReportKind.Native => "native",
        ReportKind.Kernel => "kernel",
        ReportKind.Wait => "wait",
        ReportKind.Pause => "pause",
        _ => "other",
    };
}
