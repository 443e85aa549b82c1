namespace Instrumentation.Ebpf.Maps;

/// <summary>Takes an element of a map that has a value a processor.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
/// <param name="key">The key.</param>
/// <param name="values">The values; gone when the call returns.</param>
internal delegate void PerCpuVisitor<in TKey, TValue>(TKey key, PerCpuValues<TValue> values)
    where TValue : unmanaged;
