namespace Instrumentation.Spans;

/// <summary>
/// How the number of a span is made: the site's number in the upper bits, then a number that no other span of the process has. So the number alone says which
/// method the span is a call of, also to a program in the kernel.
/// </summary>
internal static class SpanId
{
    /// <summary>The lower bits, which tell spans apart.</summary>
    public const int NumberBits = 44;

    /// <summary>What stands for sites whose number is too great for the upper bits.</summary>
    public const int UnknownSite = (1 << (63 - NumberBits)) - 1;

    private const int Block = 4096;

    private static long _taken;

    /// <summary>The part of a span's number that says which method it is a call of.</summary>
    /// <param name="site">The site's number.</param>
    /// <returns>The bits.</returns>
    public static long Prefix(int site) => (long)(site < UnknownSite ? site : UnknownSite) << NumberBits;

    /// <summary>The site that a span is a call of.</summary>
    /// <param name="id">The span's number.</param>
    /// <returns>The site's number; 0 for what is no span.</returns>
    public static int SiteOf(long id) => (int)(id >>> NumberBits);

    /// <summary>Takes numbers for one thread: so that it need not share a counter with others at each span.</summary>
    /// <param name="first">The first.</param>
    /// <param name="end">The one after the last.</param>
    public static void Take(out long first, out long end)
    {
        // 2^44 numbers: a billion spans a second use them up in five hours, the fastest method that was ever measured in days. Then they begin anew.
        end = Interlocked.Add(ref _taken, Block) & ((1L << NumberBits) - 1);
        first = end - Block;
        if (first < 0)
        {
            Take(out first, out end);
        }
    }
}
