using System.Globalization;

namespace Instrumentation.Ebpf.Points.Tracepoints;

/// <summary>The layout of a tracepoint's record: what its format file in tracefs says.</summary>
/// <param name="Id">The tracepoint's number, by which perf events are opened.</param>
/// <param name="Fields">Its own fields, in order; those that all tracepoints have, and that no program may read, are left out.</param>
internal sealed record TracepointFormat(int Id, IReadOnlyList<TracepointField> Fields)
{
    private const string Located = "__data_loc ";
    private const string LocatedBehind = "__rel_loc ";
    private const int MostBytes = 8192;

    /// <summary>Reads a format.</summary>
    /// <param name="text">The file's text.</param>
    /// <returns>The format; null when the text is none.</returns>
    public static TracepointFormat? Parse(string text)
    {
        int id = -1;
        List<TracepointField> fields = [];
        foreach (string line in text.Split('\n'))
        {
            string trimmed = line.Trim();
            if (trimmed.StartsWith("ID:", StringComparison.Ordinal))
            {
                id = Number(trimmed[3..]) ?? -1;
            }
            else if (trimmed.StartsWith("field:", StringComparison.Ordinal) && ParseField(trimmed) is { } field && !field.Name.StartsWith("common_", StringComparison.Ordinal))
            {
                fields.Add(field);
            }
        }

        return id >= 0 ? new TracepointFormat(id, fields) : null;
    }

    // "field:char prev_comm[16];	offset:8;	size:16;	signed:0;"
    private static TracepointField? ParseField(string line)
    {
        Dictionary<string, string> parts = [];
        foreach (string part in line.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                parts.TryAdd(part[..colon], part[(colon + 1)..].Trim());
            }
        }

        return Number(parts.GetValueOrDefault("offset")) is { } offset and >= 0 and < MostBytes && Number(parts.GetValueOrDefault("size")) is { } size and >= 0 and < MostBytes
            ? Declared(parts["field"], offset, size, Number(parts.GetValueOrDefault("signed")) == 1)
            : null;
    }

    private static TracepointField? Declared(string declaration, int offset, int size, bool isSigned)
    {
        bool located = declaration.StartsWith(Located, StringComparison.Ordinal);
        bool behind = declaration.StartsWith(LocatedBehind, StringComparison.Ordinal);
        if (located || behind)
        {
            declaration = declaration[(located ? Located : LocatedBehind).Length..];
        }

        int end = declaration.Length;
        int bracket = declaration.IndexOf('[', StringComparison.Ordinal);
        bool isArray = bracket >= 0;
        int length = isArray ? Number(declaration[(bracket + 1)..].TrimEnd(']')) ?? 0 : 0;
        if (isArray && declaration.EndsWith(']'))
        {
            end = bracket;
        }

        string words = declaration[..end].TrimEnd();
        int space = words.LastIndexOfAny([' ', '*', ']']);
        string name = words[(space + 1)..];
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            return null;
        }

        string type = words[..(space + 1)].Replace("[]", string.Empty, StringComparison.Ordinal).TrimEnd();
        return new TracepointField(
            name,
            type,
            located ? TracepointFieldKind.Located : behind ? TracepointFieldKind.LocatedBehind : isArray || size is not (1 or 2 or 4 or 8) ? TracepointFieldKind.Array : TracepointFieldKind.Number,
            offset,
            size,
            isSigned,
            length);
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : null;
}
