namespace WebShop.Observation;

/// <summary>What is known of one SQL text that was slow at least once.</summary>
/// <param name="Sql">The text.</param>
/// <param name="Count">How often it was slow.</param>
/// <param name="Mean">The mean duration of the slow ones.</param>
/// <param name="Maximum">The longest.</param>
public sealed record SlowSqlRow(string Sql, long Count, TimeSpan Mean, TimeSpan Maximum);

/// <summary>Slow SQL commands by text.</summary>
public sealed class SlowSqlTable
{
    private readonly Dictionary<string, LatencyDigest> _entries = [];

    /// <summary>Adds one slow command.</summary>
    public void Add(SqlSeen command)
    {
        if (!_entries.TryGetValue(command.Text, out LatencyDigest? durations))
        {
            _entries.Add(command.Text, durations = new LatencyDigest());
        }

        durations.Add(command.Duration);
    }

    /// <summary>The texts, the one that cost most first.</summary>
    public List<SlowSqlRow> Rows() =>
    [
        .. _entries.Select(entry => new SlowSqlRow(entry.Key, entry.Value.Count, entry.Value.Mean, entry.Value.Maximum))
            .OrderByDescending(row => row.Mean * row.Count),
    ];
}
