using System.Diagnostics.Metrics;

namespace Shop;

/// <summary>The program that is looked into: it measures, as programs do, and knows nothing of probes.</summary>
public sealed class Till : IDisposable
{
    private readonly Meter _meter = new("Shop");
    private readonly Counter<int> _items;
    private readonly Histogram<double> _value;

    public Till()
    {
        _items = _meter.CreateCounter<int>("items.sold");
        _value = _meter.CreateHistogram<double>("order.value", "EUR");
        _meter.CreateObservableGauge("till.open", static () => 1);
    }

    public void Sell(string region, int items, double price)
    {
        _items.Add(items, new KeyValuePair<string, object?>("region", region));
        _value.Record(items * price, new KeyValuePair<string, object?>("region", region));
    }

    public void Dispose() => _meter.Dispose();
}
