using Instrumentation.Aggregations;
using Instrumentation.Events;
using Instrumentation.Expressions;
using Instrumentation.Limits;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Backends.Extending;

/// <summary>What is done with the hits of a probe: its spec made ready, as it stands or as a budget has reduced it. Exchanged as a whole, so that one spec judges a hit.</summary>
internal sealed unsafe class HitPlan
{
    // SAFETY: states and blocks are those of the current thread, which is inside of its hook; the cells behind a block are as many as the aggregation says, which never changes.
    private readonly HitNode? _condition;
    private readonly HitField[] _fields;
    private readonly HitNode? _key;
    private readonly HitNode? _value;
    private readonly AggregationSpec? _aggregation;
    private readonly bool _keyIsText;
    private readonly bool _valueIsUnsigned;
    private readonly bool _hasLimits;
    private readonly bool _readsClock;
    private readonly bool _onlyCounts;
    private readonly bool _countsAsSuppressed;
    private readonly ushort _version;

    /// <summary>Makes a spec ready.</summary>
    /// <param name="runtime">The probe.</param>
    /// <param name="spec">The spec.</param>
    /// <param name="binder">Knows what hits have.</param>
    /// <param name="level">How much of it is done; not <see cref="ProbeLevel.Off"/>.</param>
    /// <exception cref="InstrumentationException">The spec asks for what hits of the point do not have.</exception>
    public HitPlan(ProbeRuntime runtime, ProbeSpec spec, HitBinder binder, ProbeLevel level)
    {
        _condition = spec.Condition is null ? null : binder.Bind(spec.Condition);
        _fields = [.. (spec.CaptureShape?.Fields ?? []).Select(field => new HitField(binder.Bind(field.Value), field.Value.Type == typeof(string)))];
        _aggregation = (spec.Aggregation as KeyedAggregation)?.Inner ?? spec.Aggregation;
        if (spec.Aggregation is KeyedAggregation table)
        {
            _key = binder.Bind(table.Key);
            _keyIsText = table.Key.Type == typeof(string);
            Capacity = table.Capacity;
        }

        if (_aggregation is ValueAggregation value)
        {
            _value = binder.Bind(value.Value);
            _valueIsUnsigned = ExpressionTypes.RepresentationOf(value.Value.Type) == TypeCode.UInt64;
        }

        _hasLimits = spec.Limits.AreDecidedByHooks;
        _readsClock = ExpressionWalk.Nodes(spec.Condition).Concat((spec.Aggregation?.Expressions ?? []).SelectMany(ExpressionWalk.Nodes)).Reads(ContextValue.Duration, ContextValue.Timestamp);
        _onlyCounts = level == ProbeLevel.Counted;
        _countsAsSuppressed = spec.Condition is null;
        _version = (ushort)runtime.Captures.NumberOf(spec.CaptureShape);
    }

    private int Capacity { get; }

    /// <summary>Judges one hit, and reports or aggregates it. Neither throws nor locks; allocates nothing but for texts as keys that were never seen.</summary>
    /// <param name="runtime">The probe.</param>
    /// <param name="state">The current thread's state, its guard set.</param>
    /// <param name="input">The hit.</param>
    /// <param name="flags">The marks of its record.</param>
    public void Take(ProbeRuntime runtime, ThreadState* state, ref HitInput input, EventFlags flags)
    {
        ProbeBlock* block = ThreadStates.Block(state, runtime.Slot);
        if (block == null)
        {
            return;
        }

        block->Hits++;
        if (_onlyCounts)
        {
            block->Suppressed += _countsAsSuppressed ? 1 : 0;
            return;
        }

        if (_readsClock)
        {
            input.ReadClock();
        }

        if (!Wants(runtime, block, ref input))
        {
            return;
        }

        block->Passed++;
        if (_aggregation is not null)
        {
            Aggregate(block, ref input);
        }
        else
        {
            Record(runtime, state, block, ref input, flags);
        }
    }

    private bool Wants(ProbeRuntime runtime, ProbeBlock* block, ref HitInput input)
    {
        if (_condition is not null)
        {
            bool holds = _condition.Bits(ref input) != 0;
            if (input.Faulted)
            {
                block->Faults++;
                return false;
            }

            if (!holds)
            {
                return false;
            }
        }

        return !_hasLimits || LimitCells.Admits(block, runtime.Slot);
    }

    private void Aggregate(ProbeBlock* block, ref HitInput input)
    {
        if (_aggregation is CountAggregation && _key is null)
        {
            return;
        }

        long key = _key is null ? 0 : _keyIsText ? TextKeys.NumberOf(_key.Text(ref input)) : _key.Bits(ref input);
        long value = _value?.Bits(ref input) ?? 0;
        if (input.Faulted)
        {
            block->Faults++;
            return;
        }

        value = _valueIsUnsigned ? AggregateCells.Signed((ulong)value) : value;
        byte* cells = (byte*)(block + 1);
        cells = _key is null ? cells : KeyedCells.Find(cells, key, Capacity, AggregateCells.Words(_aggregation!));
        switch (_aggregation)
        {
            case SumAggregation:
                AggregateCells.AddSum(cells, value);
                break;
            case SummaryAggregation:
                AggregateCells.AddSummary(cells, value);
                break;
            case Log2HistogramAggregation:
                AggregateCells.AddLog2(cells, value);
                break;
            case LinearHistogramAggregation linear:
                AggregateCells.AddLinear(cells, value, linear.Minimum, linear.Width, linear.Buckets);
                break;
            default:
                AggregateCells.AddCount(cells);
                break;
        }
    }

    private void Record(ProbeRuntime runtime, ThreadState* state, ProbeBlock* block, ref HitInput input, EventFlags flags)
    {
        input.ReadClock();
        TextBuffer texts = default;
        long* numbers = stackalloc long[CaptureShape.MaximumFields];
        int length = EventRecordHeader.Size;
        uint faults = 0;
        int most = runtime.MaximumStringLength;
        for (int i = 0; i < _fields.Length; i++)
        {
            input.Faulted = false;
            if (_fields[i].IsText)
            {
                texts[i] = _fields[i].Node.Text(ref input);
                length += RecordWriting.StringBytes(texts[i], most);
                flags |= (EventFlags)RecordWriting.CutFlag(texts[i], most);
            }
            else
            {
                numbers[i] = _fields[i].Node.Bits(ref input);
                length += sizeof(long);
            }

            if (input.Faulted)
            {
                block->Faults++;
                faults |= 1u << i;
            }
        }

        byte* record = RecordWriting.Reserve(state, block, length);
        if (record == null)
        {
            return;
        }

        *(EventRecordHeader*)record = new EventRecordHeader
        {
            Length = length,
            ProbeId = runtime.Id,
            Timestamp = input.Timestamp,
            Duration = input.Duration,
            ThreadId = input.ThreadId,
            Site = input.Place.Number,
            Edge = ProbeEdge.Call,
            Flags = flags,
            Version = _version,
            Faults = faults,
            Span = input.Span,
        };
        byte* cursor = record + EventRecordHeader.Size;
        for (int i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].IsText)
            {
                cursor = RecordWriting.WriteString(cursor, texts[i], most);
            }
            else
            {
                *(long*)cursor = numbers[i];
                cursor += sizeof(long);
            }
        }

        RecordWriting.Commit(state, block, length);
    }

    private readonly record struct HitField(HitNode Node, bool IsText);

    [System.Runtime.CompilerServices.InlineArray(CaptureShape.MaximumFields)]
    private struct TextBuffer
    {
        private string? _first;
    }
}
