namespace Instrumentation.Ebpf.Backend;

/// <summary>The cells of one key on all processors, copied.</summary>
/// <param name="Key">The key; null for an aggregate without one, and for hits that found no room.</param>
/// <param name="Cells">The cells, a processor after the other, each laid out as <see cref="Compiler.Programs.AggregateLayout"/> says.</param>
internal readonly record struct AggregateRow(long? Key, long[] Cells);
