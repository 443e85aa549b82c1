using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Instrumentation.Testing.Frameworks;
using Instrumentation.Testing.Messages;
using Instrumentation.Testing.Snapshots;

namespace Instrumentation.Testing.Golden;

/// <summary>Compares what was recorded with a golden trace.</summary>
/// <param name="name">The trace's name.</param>
/// <param name="files">Its files.</param>
/// <param name="options">How it is compared.</param>
/// <param name="environment">What the environment says.</param>
internal sealed class GoldenTrace(string name, GoldenFiles files, GoldenOptions options, GoldenEnvironment environment)
{
    private static readonly ValueTextOptions TextOptions = new() { Items = 20, StringLength = 500, Length = 4000, States = false };

    /// <summary>The line of a call.</summary>
    /// <param name="call">The call; it has ended.</param>
    /// <returns>The entry.</returns>
    public static GoldenEntry EntryOf(RecordedCall call)
    {
        StringBuilder text = new(CallText.Of(call.Method, [.. call.Arguments.Select(static argument => ValueText.Of(argument, TextOptions))], null));
        if (call.Exception is { } exception)
        {
            text.Append(CultureInfo.InvariantCulture, $" throws {ValueText.Of(exception, TextOptions)}");
        }
        else if (CallText.HasResult(call.Method))
        {
            text.Append(CultureInfo.InvariantCulture, $" → {ValueText.Of(call.Result, TextOptions)}");
        }

        text.Append(call.IsReplaced ? " (stand-in)" : string.Empty);
        return new GoldenEntry(call, call.Parent, call.Started, call.Started + (100 * (call.Duration ?? default).Ticks), text.ToString());
    }

    /// <summary>Compares.</summary>
    /// <param name="entries">What was recorded, in the order in which it began.</param>
    /// <returns>What the test fails with; null when it passes.</returns>
    public string? Compare(IReadOnlyList<GoldenEntry> entries)
    {
        List<GoldenNode> received = GoldenTree.Build(entries, new LineScrubber(options));
        IReadOnlyList<string>? golden = files.Read();
        if (golden is not null)
        {
            GoldenAligner.Align(GoldenText.Read(golden), received);
        }

        IReadOnlyList<string> lines = GoldenText.Write(received);
        if (golden?.SequenceEqual(lines) == true)
        {
            files.Settle();
            return null;
        }

        if ((options.Accept ?? environment.Accepts) && !environment.IsContinuous)
        {
            files.Accept(lines);
            return null;
        }

        string? unwritten = files.Reject(lines);
        StringBuilder message = new();
        if (golden is null)
        {
            message.Append(CultureInfo.InvariantCulture, $"There is no golden trace \"{name}\" to compare the calls with: {files.Golden} does not exist.\n\nReceived:\n");
            foreach (string line in lines.Take(50))
            {
                message.Append("  ").Append(line).Append('\n');
            }

            message.Append(lines.Count > 50 ? string.Create(CultureInfo.InvariantCulture, $"  … {lines.Count - 50} more\n") : string.Empty);
        }
        else
        {
            message.Append(CultureInfo.InvariantCulture, $"The calls differ from the golden trace \"{name}\".\n\n--- {Path.GetFileName(files.Golden)}\n+++ received\n");
            message.Append(LineDiff.Of(golden, lines));
        }

        message.Append(CultureInfo.InvariantCulture, $"\nGolden:   {files.Golden}\n");
        message.Append(unwritten is null ? $"Received: {files.Received}\n" : $"Received: not written, {unwritten}\n");
        message.Append(environment.IsContinuous
            ? "Nothing is accepted here, since CI is set: accept it where the sources are, and commit the golden file."
            : $"To accept what was received, run the test with {GoldenOptions.AcceptVariable}=1, or rename the received file to the golden one.");
        return message.ToString();
    }

    /// <summary>Fails the test unless everything was seen.</summary>
    /// <param name="name">The trace's name.</param>
    /// <param name="doubts">The reasons for which something may have been missed.</param>
    public static void DemandAll(string name, IReadOnlyList<string> doubts)
    {
        if (doubts.Count > 0)
        {
            TestFramework.Fail($"The calls cannot be compared with the golden trace \"{name}\": some may have been missed.\n{Listed(doubts)}");
        }
    }

    /// <summary>Fails the test because calls have not ended.</summary>
    /// <param name="name">The trace's name.</param>
    /// <param name="timeout">How long was waited.</param>
    /// <param name="calls">The calls.</param>
    [DoesNotReturn]
    public static void FailUnended(string name, TimeSpan timeout, IReadOnlyList<RecordedCall> calls) => TestFramework.Fail(string.Create(
        CultureInfo.InvariantCulture,
        $"The calls cannot be compared with the golden trace \"{name}\": after {timeout.TotalSeconds:0.###} s (GoldenOptions.Timeout) these have not ended.\n{Listed([.. calls.Select(static call => CallText.Of(call))])}"));

    private static string Listed(IReadOnlyList<string> items) =>
        string.Join('\n', items.Take(20).Select(static item => $"  {item}")) + (items.Count > 20 ? string.Create(CultureInfo.InvariantCulture, $"\n  … {items.Count - 20} more") : string.Empty);
}
