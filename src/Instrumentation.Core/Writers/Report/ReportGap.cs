namespace Instrumentation;

/// <summary>Something that a report does not show, with the reason.</summary>
/// <param name="What">What is missing.</param>
/// <param name="Why">Why it is.</param>
/// <param name="Mend">How to get it; empty when nothing would help.</param>
public sealed record ReportGap(string What, string Why, string Mend = "");
