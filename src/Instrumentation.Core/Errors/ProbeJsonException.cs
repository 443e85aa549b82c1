using System.Globalization;

namespace Instrumentation;

/// <summary>A text that is no probe, or a probe that no text can stand for; says at which place of the text.</summary>
public sealed class ProbeJsonException : InstrumentationException
{
    /// <summary>Creates the error for one place.</summary>
    /// <param name="path">The place, for example <c>$.when.and[1]</c>.</param>
    /// <param name="why">What is wrong there.</param>
    /// <param name="mend">What to write instead.</param>
    /// <param name="line">The line of the place, from 1; null when it is not known.</param>
    /// <param name="nearest">The nearest names that would be valid there, best first; null when there are none.</param>
    /// <param name="inner">The failure underneath, when there is one.</param>
    public ProbeJsonException(string path, string why, string mend, int? line = null, IReadOnlyList<string>? nearest = null, Exception? inner = null)
        : base($"The probe's JSON at {path}{LineText(line)} cannot be used", why, WithNearest(mend, nearest), inner)
    {
        Path = path;
        Line = line;
        Nearest = nearest ?? [];
    }

    /// <summary>The place: <c>$</c> is the whole probe, then property names and positions, for example <c>$.when['&gt;'][0].type</c>.</summary>
    public string Path { get; }

    /// <summary>The line of the place, from 1; null when a probe is written, or read as a part of a longer text.</summary>
    public int? Line { get; }

    /// <summary>The nearest names that would be valid there, best first; empty when none is near or the error is about no name.</summary>
    public IReadOnlyList<string> Nearest { get; }

    private static string LineText(int? line) => line is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" (line {line})");

    private static string WithNearest(string mend, IReadOnlyList<string>? nearest) =>
        nearest is null or [] ? mend : $"Did you mean {string.Join(", or ", nearest.Select(static name => $"'{name}'"))}? {mend}".TrimEnd();
}
