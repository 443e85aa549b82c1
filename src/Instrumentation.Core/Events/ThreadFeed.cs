using System.Buffers;
using System.Runtime.CompilerServices;

namespace Instrumentation.Events;

/// <summary>
/// The pump's side of one thread: copies records out of its ring and holds them, in the thread's own order, until it is their turn.
/// Only the pump's thread uses it.
/// </summary>
internal sealed unsafe class ThreadFeed(ThreadState* state) : RecordFeed
{
    private const int SmallestBuffer = 4096;

    private byte[] _buffer = [];
    private int _start;
    private int _end;

    /// <summary>The thread's state.</summary>
    public ThreadState* State => state;

    /// <inheritdoc/>
    public override bool HasRecords => _start < _end;

    /// <inheritdoc/>
    public override int HeldBytes => _end - _start;

    /// <inheritdoc/>
    public override ref readonly EventRecordHeader First => ref Unsafe.As<byte, EventRecordHeader>(ref _buffer[_start]);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> FirstRecord => _buffer.AsSpan(_start, First.Length);

    /// <inheritdoc/>
    public override void Advance()
    {
        _start += First.Length;
        if (_start == _end)
        {
            _start = _end = 0;
            if (_buffer.Length > SmallestBuffer)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = [];
            }
        }
    }

    /// <summary>Looks at the guard, then takes what the ring holds.</summary>
    /// <param name="now">A time before the call, in nanoseconds.</param>
    /// <returns>The bytes taken.</returns>
    public override int Drain(long now)
    {
        // SAFETY: a state is never freed. The guard is read before the head: whatever a hook wrote before it was left is drained below.
        long safe = now - EventMerger.Slack;
        if (Volatile.Read(ref state->Guard) == ThreadState.InHook)
        {
            InHookSince = Math.Min(InHookSince, now);
        }
        else
        {
            InHookSince = long.MaxValue;
            SafeTime = Math.Max(SafeTime, safe);
        }

        EventRing* ring = &state->Ring;
        byte* memory = (byte*)Volatile.Read(ref *(nint*)&ring->Memory);
        long head = Volatile.Read(ref ring->Head);
        long tail = ring->Tail;
        if (memory == null || head == tail)
        {
            return 0;
        }

        int held = _end - _start;
        long size = ring->Mask + 1;
        bool sane = head > tail && head - tail <= size;
        while (sane && tail < head)
        {
            long offset = tail & ring->Mask;
            int run = (int)Math.Min(head - tail, size - offset);
            sane = Take(new ReadOnlySpan<byte>(memory + offset, run), safe);
            tail += run;
        }

        if (InHookSince != long.MaxValue)
        {
            InHookSince = now;
        }

        Damages += sane ? 0 : 1;
        Volatile.Write(ref ring->Tail, head);
        return _end - _start - held;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
        _start = _end = 0;
    }

    // Takes the records of a stretch without wrap. False when a length makes no sense: the records before it are kept.
    private bool Take(ReadOnlySpan<byte> run, long safe)
    {
        int good = 0;
        int at = 0;
        long last = SafeTime;
        while (at < run.Length)
        {
            int length = Unsafe.ReadUnaligned<int>(in run[at]);
            if (length < 0 && -(long)length == run.Length - at)
            {
                break;
            }

            if (length < EventRecordHeader.Size || (length & 7) != 0 || length > run.Length - at)
            {
                Append(run[..good]);
                return false;
            }

            last = Unsafe.ReadUnaligned<EventRecordHeader>(in run[at]).Timestamp;
            good = at += length;
        }

        Append(run[..good]);

        // A thread's records are in order: none of its later ones is earlier than the last.
        SafeTime = Math.Max(SafeTime, Math.Min(last, safe));
        return true;
    }

    private void Append(ReadOnlySpan<byte> records)
    {
        if (records.IsEmpty)
        {
            return;
        }

        int held = _end - _start;
        if (_buffer.Length - _end < records.Length)
        {
            byte[] target = _buffer.Length - held >= records.Length && _start > _buffer.Length / 2
                ? _buffer
                : ArrayPool<byte>.Shared.Rent(Math.Max(SmallestBuffer, (held + records.Length) * 2));
            _buffer.AsSpan(_start, held).CopyTo(target);
            if (target != _buffer && _buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = target;
            _start = 0;
            _end = held;
        }

        records.CopyTo(_buffer.AsSpan(_end));
        _end += records.Length;
    }
}
