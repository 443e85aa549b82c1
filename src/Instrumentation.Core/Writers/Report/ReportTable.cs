namespace Instrumentation;

/// <summary>A table of a report.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">The titles of the columns; one that begins with <c>&gt;</c> holds numbers and is aligned to the right.</param>
/// <param name="Rows">The rows, a text for each column.</param>
public sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
