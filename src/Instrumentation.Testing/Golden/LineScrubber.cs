using System.Globalization;
using System.Text.RegularExpressions;

namespace Instrumentation.Testing.Golden;

/// <summary>Puts placeholders where a line differs from run to run.</summary>
/// <param name="options">What is scrubbed.</param>
internal sealed partial class LineScrubber(GoldenOptions options)
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.OrdinalIgnoreCase);
    private readonly (Regex Pattern, string Placeholder)[] _folders = options.Scrubs.HasFlag(GoldenScrubs.Paths) ? [.. Folders()] : [];
    private readonly Regex? _machine = options.Scrubs.HasFlag(GoldenScrubs.Machine) ? Machine(Environment.MachineName) : null;

    /// <summary>Scrubs a line.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The node for it.</returns>
    public GoldenNode Scrub(string line)
    {
        string text = options.Scrubbers.Aggregate(line, static (text, scrub) => scrub(text));
        foreach ((Regex pattern, string placeholder) in _folders)
        {
            text = pattern.Replace(text, placeholder);
        }

        if (_folders.Length > 0)
        {
            text = InTemp().Replace(text, match => $"{match.Groups["start"].Value}{Number("file", match.Groups["name"].Value)}");
        }

        if (options.Scrubs.HasFlag(GoldenScrubs.Guids))
        {
            // Written with or without hyphens it is the same.
            text = Guids().Replace(text, match => Number("guid", match.Value.Replace("-", string.Empty, StringComparison.Ordinal)));
        }

        if (options.Scrubs.HasFlag(GoldenScrubs.Times))
        {
            text = Moments().Replace(text, "<time>");
            text = Dates().Replace(text, "<date>");
            text = Durations().Replace(text, "<duration>");
        }

        if (options.Scrubs.HasFlag(GoldenScrubs.Addresses))
        {
            text = Addresses().Replace(text, "<address>");
            text = Ports().Replace(text, static match => int.Parse(match.Value, CultureInfo.InvariantCulture) is >= 32_768 and < 65_536 ? "<port>" : match.Value);
        }

        if (options.Scrubs.HasFlag(GoldenScrubs.Ids))
        {
            text = Ids().Replace(text, "${name}<id>");
        }

        text = _machine?.Replace(text, "<machine>") ?? text;

        // A placeholder of a scrubber may hold a line break, which would be another line.
        return GoldenText.Parse(text.ReplaceLineEndings(" ").Replace(GoldenNode.Mark, ' '));
    }

    private static IEnumerable<(Regex Pattern, string Placeholder)> Folders()
    {
        (string Path, string Placeholder)[] folders =
        [
            (Path.GetTempPath(), "<temp>"),
            (AppContext.BaseDirectory, "<dir>"),
            (Environment.CurrentDirectory, "<dir>"),
            (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "<home>"),
        ];
        return folders
            .Select(static folder => (Path: Path.TrimEndingDirectorySeparator(folder.Path), folder.Placeholder))
            .Where(static folder => folder.Path.Length > 3)
            .OrderByDescending(static folder => folder.Path.Length)
            .Select(static folder => (Make(folder.Path), folder.Placeholder));

        // In a quoted text backslashes are doubled.
        static Regex Make(string path) => new(
            $@"(?<![\w./\\-])({Regex.Escape(path)}|{Regex.Escape(path.Replace(@"\", @"\\", StringComparison.Ordinal))})(?![\w.-])",
            RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(5));
    }

    // A machine that goes by an ordinary word is only meant where that is the whole text.
    private static Regex Machine(string name) => name.All(char.IsLetter)
        ? new Regex($"(?<=\"){Regex.Escape(name)}(?=\")", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5))
        : new Regex($@"(?<![\w-]){Regex.Escape(name)}(?![\w-])", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    private string Number(string kind, string value)
    {
        string key = $"{kind} {value}";
        if (!_numbers.TryGetValue(key, out int number))
        {
            _numbers.Add(key, number = _numbers.Count + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{kind}#{number}");
    }

    [GeneratedRegex(@"(?<start><temp>[/\\]+)(?<name>[^/\\""\s]+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex InTemp();

    [GeneratedRegex(@"(?<![0-9a-zA-Z])([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32})(?![0-9a-zA-Z])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Guids();

    [GeneratedRegex(@"(?<!\d)(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?|(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT|(\d{1,2}/\d{1,2}/\d{4}|\d{1,2}\.\d{1,2}\.\d{4}) \d{1,2}:\d\d(:\d\d)?( [AP]M)?)(?!\d)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Moments();

    [GeneratedRegex(@"(?<![\d./-])(\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4}|\d\d\.\d\d\.\d{4})(?![\d./-])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Dates();

    [GeneratedRegex(@"(?<![\d.])(\d+\.)?\d\d:\d\d:\d\d\.\d{4,}(?!\d)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Durations();

    [GeneratedRegex(@"\b0x[0-9a-fA-F]{8,16}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"(?<=(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\]):)\d{5}(?!\d)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Ports();

    [GeneratedRegex(@"(?<name>\b_?(managed|native|os)?(thread|process)_?id = )\d+[uUL]*", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Ids();
}
