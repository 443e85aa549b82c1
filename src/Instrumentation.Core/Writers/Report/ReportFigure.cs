namespace Instrumentation;

/// <summary>One of the numbers at the head of a report.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">The number with its unit, as text.</param>
/// <param name="Note">What has to be known to read it right; empty for nothing.</param>
public sealed record ReportFigure(string Label, string Value, string Note = "");
