namespace Instrumentation.Aggregations;

/// <summary>
/// How often a reader copies cells again that were being written: many times in short order, and then a few times after real pauses, for a writer that was stopped amid
/// an update. A histogram takes so long to copy that its writer may always be amid an update, so it gets no pauses.
/// </summary>
/// <param name="aggregation">The aggregation of the cells, without its key.</param>
internal struct CellsRetry(AggregationSpec aggregation)
{
    private const int Attempts = 64;
    private const int Pauses = 10;

    private readonly int _most = HistogramBuckets.CountOf(aggregation) == 0 ? Attempts + Pauses : Attempts;
    private SpinWait _spin;

    /// <summary>Lets the writer go on for a moment.</summary>
    /// <returns>False, at once, when the reader has to be content with its last copy.</returns>
    public bool Wait()
    {
        if (_spin.Count == _most)
        {
            return false;
        }

        _spin.SpinOnce(sleep1Threshold: Attempts);
        return true;
    }
}
