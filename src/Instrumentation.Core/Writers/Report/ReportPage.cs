using System.Buffers;
using System.Net;
using System.Resources;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Instrumentation.Writers.Report;

/// <summary>
/// Puts the page together: its frame, its style and its scripts are files of this folder, the data is one block of JSON. The page's own policy names
/// the style and the script by their hashes, so that nothing else can run in it, and allows no request.
/// </summary>
internal static class ReportPage
{
    // In the order in which they are read: each uses what stands before it.
    private static readonly string[] Scripts = ["dom.js", "format.js", "panes.js", "waterfall.js", "requests.js", "flame.js", "tables.js", "main.js"];

    /// <summary>Makes the page.</summary>
    /// <param name="report">What it shows.</param>
    /// <returns>The UTF-8 text.</returns>
    public static ReadOnlyMemory<byte> Of(HtmlReport report)
    {
        string style = Read("report.css");
        string script = $"\"use strict\";\n(() => {{\n{string.Concat(Scripts.Select(Read))}}})();\n";
        Dictionary<string, string> parts = new()
        {
            ["title"] = WebUtility.HtmlEncode(report.Title),
            ["policy"] = $"default-src 'none'; base-uri 'none'; form-action 'none'; script-src {Hash(script)}; style-src {Hash(style)}",
            ["style"] = style,
            ["data"] = Data(report),
            ["script"] = script,
        };
        StringBuilder page = new();
        foreach (string piece in Read("report.html").Split("{{"))
        {
            int end = piece.IndexOf("}}", StringComparison.Ordinal);
            page.Append(end < 0 ? piece : parts[piece[..end]]).Append(end < 0 ? "" : piece[(end + 2)..]);
        }

        return Encoding.UTF8.GetBytes(page.ToString());
    }

    /// <summary>Writes the data so that it can stand in a script element: the encoder escapes every character that HTML or a script could take for its own.</summary>
    /// <param name="report">What is shown.</param>
    /// <returns>JSON in ASCII, without <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c>.</returns>
    internal static string Data(HtmlReport report)
    {
        ArrayBufferWriter<byte> buffer = new(64 * 1024);
        using (Utf8JsonWriter json = new(buffer))
        {
            new ReportData(report, json).Write();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    private static string Read(string name)
    {
        using Stream stream = typeof(ReportPage).Assembly.GetManifestResourceStream($"Report.{name}")
            ?? throw new MissingManifestResourceException($"The page's part '{name}' is not in the assembly.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
