namespace Instrumentation.Ebpf.Stacks;

/// <summary>
/// Takes the names apart that .NET writes to perf maps: <c>instance void [Shop] Shop.Orders::Place(int32)[Tier1]</c>. Names of another form, as other runtimes
/// write them, stay as they are.
/// </summary>
internal static class PerfMapText
{
    /// <summary>Takes a name apart.</summary>
    /// <param name="text">The name in the map.</param>
    /// <returns>Type and method without parameters, and the assembly; the whole text and nothing for a name of another form.</returns>
    public static (string Name, string Assembly) Parse(string text)
    {
        int open = text.IndexOf(" [", StringComparison.Ordinal);
        int close = open < 0 ? -1 : text.IndexOf("] ", open, StringComparison.Ordinal);
        if (close < 0)
        {
            return (text, "");
        }

        string method = text[(close + 2)..];
        int colons = method.IndexOf("::", StringComparison.Ordinal);
        int parameters = colons < 0 ? -1 : method.IndexOf('(', colons);
        return parameters < 0 ? (text, "") : (method[..parameters], text[(open + 2)..close]);
    }
}
