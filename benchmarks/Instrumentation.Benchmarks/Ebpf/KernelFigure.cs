namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>Claims about the eBPF backend, each of which is measured side by side with another tool, or with none, in this run.</summary>
internal abstract class KernelFigure
{
    /// <summary>The names of the lines.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>The capabilities that it cannot be measured without.</summary>
    public abstract IReadOnlyList<string> Needs { get; }

    /// <summary>Measures.</summary>
    /// <returns>A reading for each of <see cref="Names"/>.</returns>
    public abstract Task<IReadOnlyList<Reading>> MeasureAsync();

    /// <summary>The middle one of some numbers.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <returns>Their median.</returns>
    protected static double Median(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return sorted[sorted.Length / 2];
    }
}
