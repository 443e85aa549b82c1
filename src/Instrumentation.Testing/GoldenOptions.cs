using System.Text.RegularExpressions;

namespace Instrumentation.Testing;

/// <summary>What a golden trace has placeholders for, because it differs from run to run.</summary>
[Flags]
public enum GoldenScrubs
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Dates and times: <c>&lt;date&gt;</c>, <c>&lt;time&gt;</c>; spans of time with fractions of milliseconds, as they are measured: <c>&lt;duration&gt;</c>.</summary>
    Times = 1,

    /// <summary>GUIDs and other numbers of 128 bits in hexadecimal: <c>guid#1</c>. The same one has the same number in all of the trace.</summary>
    Guids = 2,

    /// <summary>Addresses in memory: <c>&lt;address&gt;</c>; ports that the system gives out, behind a host: <c>&lt;port&gt;</c>.</summary>
    Addresses = 4,

    /// <summary>Folders of this machine: <c>&lt;temp&gt;/file#1</c> with a number for each entry of the temporary folder, <c>&lt;dir&gt;</c> for the program's and the current folder, <c>&lt;home&gt;</c>.</summary>
    Paths = 8,

    /// <summary>The machine's name: <c>&lt;machine&gt;</c>.</summary>
    Machine = 16,

    /// <summary>What fields named <c>ThreadId</c>, <c>ProcessId</c> and the like hold: <c>&lt;id&gt;</c>.</summary>
    Ids = 32,

    /// <summary>All of these.</summary>
    All = Times | Guids | Addresses | Paths | Machine | Ids,
}

/// <summary>How calls are compared with a golden trace.</summary>
public sealed record GoldenOptions
{
    /// <summary>The environment variable that accepts what is received when it is <c>1</c> or <c>true</c>.</summary>
    public const string AcceptVariable = "INSTRUMENTATION_ACCEPT_GOLDEN";

    /// <summary>The folder of the golden files, absolute or relative to the program's; null for the one of the test's source file.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether what is received becomes the golden trace; null for what <see cref="AcceptVariable"/> says. Where <c>CI</c> is set nothing is accepted.</summary>
    public bool? Accept { get; init; }

    /// <summary>How long calls under way are waited for. The default is ten seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What has placeholders. The default is <see cref="GoldenScrubs.All"/>.</summary>
    public GoldenScrubs Scrubs { get; init; } = GoldenScrubs.All;

    /// <summary>What else is done to each line, in this order and before <see cref="Scrubs"/>.</summary>
    public IReadOnlyList<Func<string, string>> Scrubbers { get; init; } = [];

    /// <summary>These options, and a placeholder for what a regular expression matches.</summary>
    /// <param name="pattern">The expression.</param>
    /// <param name="replacement">The placeholder.</param>
    /// <returns>The options.</returns>
    public GoldenOptions Replacing(string pattern, string replacement)
    {
        Regex regex = new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
        return this with { Scrubbers = [.. Scrubbers, line => regex.Replace(line, replacement)] };
    }
}
