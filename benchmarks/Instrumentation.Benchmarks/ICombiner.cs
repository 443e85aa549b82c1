namespace Instrumentation.Benchmarks;

/// <summary>What <see cref="ProxyFigure"/> calls; public, because the proxy is of another assembly.</summary>
public interface ICombiner
{
    /// <summary>Combines two numbers.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Something of both.</returns>
    int Combine(int left, int right);
}
