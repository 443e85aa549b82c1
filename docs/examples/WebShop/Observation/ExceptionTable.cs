namespace WebShop.Observation;

/// <summary>What is known of one way of an exception.</summary>
/// <param name="Type">The exception's type.</param>
/// <param name="ThrownBy">The method that threw it.</param>
/// <param name="CaughtBy">The method that caught it.</param>
/// <param name="Count">How often.</param>
/// <param name="Message">One message, the first.</param>
public sealed record ExceptionRow(string Type, string ThrownBy, string CaughtBy, long Count, string Message);

/// <summary>Exceptions by type, by the method that threw and by the method that caught.</summary>
public sealed class ExceptionTable
{
    private readonly Dictionary<(string Type, string? ThrownBy, string CaughtBy), (long Count, string Message)> _entries = [];

    /// <summary>Adds one.</summary>
    public void Add(CaughtSeen caught, string caughtBy)
    {
        (string, string?, string) key = (caught.Type, caught.ThrownBy, caughtBy);
        (long count, string message) = _entries.GetValueOrDefault(key, (0, caught.Message));
        _entries[key] = (count + 1, message);
    }

    /// <summary>The ways, the most frequent first.</summary>
    public List<ExceptionRow> Rows() =>
    [
        .. _entries.OrderByDescending(entry => entry.Value.Count).Select(entry => new ExceptionRow(
            entry.Key.Type, entry.Key.ThrownBy ?? "(unknown)", entry.Key.CaughtBy, entry.Value.Count, entry.Value.Message)),
    ];
}
