using Instrumentation;

namespace WebShop.Display;

/// <summary>Draws requests as waterfalls of text: a row for each thing that took time, with a bar where and as long as it was.</summary>
public static class Waterfall
{
    private const int NameWidth = 46;
    private const int BarWidth = 48;
    private const int MostRows = 18;

    /// <summary>Draws a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pauses">Times in which the process stood still, of the whole run.</param>
    public static IEnumerable<string> Lines(ReportSpan request, IReadOnlyList<ReportSpan> pauses)
    {
        List<Row> rows = [.. Rows(request.Children, 1)];
        HashSet<Row> shown = [.. rows.OrderByDescending(static row => row.Nanoseconds).Take(MostRows)];
        yield return Line(request, new Row(request.Name, request.Detail, ReportKind.Method, 0, [request]));
        foreach (Row row in rows.Where(shown.Contains))
        {
            yield return Line(request, row);
        }

        if (rows.Count > shown.Count)
        {
            yield return $"  ({Texts.Number(rows.Count - shown.Count)} shorter rows are in report.html)";
        }

        ReportSpan[] within = [.. pauses.Where(pause => pause.Start < request.End && pause.End > request.Start)];
        if (within.Length > 0)
        {
            yield return Line(request, new Row("process paused (GC)", "", ReportKind.Pause, 0, within));
        }
    }

    // Neighbours of one name are one row; below it stands what lies below any of them.
    private static IEnumerable<Row> Rows(IEnumerable<ReportSpan> spans, int level)
    {
        List<ReportSpan> run = [];
        foreach (ReportSpan span in spans.OrderBy(static span => span.Start))
        {
            if (run.Count > 0 && (run[0].Name != span.Name || run[0].Detail != span.Detail))
            {
                foreach (Row row in RowsOf(run, level))
                {
                    yield return row;
                }

                run = [];
            }

            run.Add(span);
        }

        foreach (Row row in run.Count > 0 ? RowsOf(run, level) : [])
        {
            yield return row;
        }
    }

    private static IEnumerable<Row> RowsOf(List<ReportSpan> run, int level) =>
        [new Row(run.Count > 1 ? $"{run[0].Name} ×{run.Count}" : run[0].Name, run[0].Detail, run[0].Kind, level, run), .. Rows(run.SelectMany(static span => span.Children), level + 1)];

    private static string Line(ReportSpan request, Row row)
    {
        string name = Texts.OneLine($"{row.Name} {row.Detail}", NameWidth - (2 * row.Level));
        return $"{new string(' ', 2 * row.Level)}{name.PadRight(NameWidth - (2 * row.Level))} {Texts.Nanoseconds(row.Nanoseconds),9} ▕{Bar(request, row)}▏";
    }

    private static string Bar(ReportSpan request, Row row)
    {
        char[] cells = new string(' ', BarWidth).ToCharArray();
        double perCell = Math.Max(request.Nanoseconds, 1) / (double)BarWidth;
        foreach (ReportSpan span in row.Spans)
        {
            int first = Math.Clamp((int)((span.Start - request.Start) / perCell), 0, BarWidth - 1);
            int last = Math.Clamp((int)Math.Ceiling((span.End - request.Start) / perCell) - 1, first, BarWidth - 1);
            cells.AsSpan(first..(last + 1)).Fill(Mark(row.Kind));
        }

        return new string(cells);
    }

    private static char Mark(ReportKind kind) => kind switch
    {
        ReportKind.Method => '█',
        ReportKind.Sql => '▓',
        ReportKind.Native => '▒',
        ReportKind.Wait => '·',
        ReportKind.Pause => '×',
        _ => '▪',
    };

    private sealed record Row(string Name, string Detail, ReportKind Kind, int Level, IReadOnlyList<ReportSpan> Spans)
    {
        public long Nanoseconds { get; } = Spans.Sum(static span => span.Nanoseconds);
    }
}
