using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Spans;

/// <summary>A span that is open on a thread's stack.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SpanFrame
{
    /// <summary>The span's number.</summary>
    public long Id;

    /// <summary>When it began; nanoseconds.</summary>
    public long Start;

    /// <summary>The span around it.</summary>
    public long Parent;

    /// <summary>What <see cref="ThreadContext.Sync"/> was before.</summary>
    public long Sync;

    /// <summary>What <see cref="ThreadContext.SyncFlow"/> was before.</summary>
    public long SyncFlow;

    /// <summary>The <see cref="ThreadContexts.Epoch"/> in which it began.</summary>
    public int Epoch;

    /// <summary>For a call that may go on after its frame has ended, where its span is kept, from 1 on; else 0.</summary>
    public int IsFlow;

    /// <summary>The thread's totals when it began.</summary>
    public SpanTotals Totals;
}

/// <summary>
/// The open spans of a thread: a stack in native memory that grows by blocks, so that frames stay where they are. Blocks are kept for the next spans, and for the next thread.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SpanFrames
{
    private const int FirstBlock = 32;
    private const int LargestBlock = 4096;

    // SAFETY: the pointers are into the block, which is never freed; only the owning thread uses them.
    private SpanFrame* _next;
    private SpanFrame* _end;
    private Block* _block;

    /// <summary>Opens a frame.</summary>
    /// <returns>The frame, not initialized; null when there is no memory.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SpanFrame* Push()
    {
        SpanFrame* frame = _next;
        if (frame == _end)
        {
            return PushIntoNextBlock();
        }

        _next = frame + 1;
        return frame;
    }

    /// <summary>Closes a frame, and all that were opened after it.</summary>
    /// <param name="frame">The frame.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Pop(SpanFrame* frame)
    {
        while (frame < _block->Frames || frame >= _end)
        {
            Enter(_block->Previous);
        }

        _next = frame;
    }

    /// <summary>Closes all frames: their thread has ended.</summary>
    public void Clear()
    {
        while (_block != null && _block->Previous != null)
        {
            Enter(_block->Previous);
        }

        _next = _block == null ? null : _block->Frames;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private SpanFrame* PushIntoNextBlock()
    {
        // SAFETY: a block is its head and Length frames.
        Block* next = _block == null ? null : _block->Next;
        if (next == null)
        {
            int length = _block == null ? FirstBlock : Math.Min(_block->Length * 2, LargestBlock);
            try
            {
                next = (Block*)NativeMemory.AllocZeroed((nuint)(sizeof(Block) + (length * sizeof(SpanFrame))));
            }
            catch (OutOfMemoryException)
            {
                return null;
            }

            next->Length = length;
            next->Previous = _block;
            next->Frames = (SpanFrame*)(next + 1);
            if (_block != null)
            {
                _block->Next = next;
            }
        }

        Enter(next);
        _next = next->Frames + 1;
        return next->Frames;
    }

    private void Enter(Block* block)
    {
        _block = block;
        _end = block->Frames + block->Length;
    }

    private struct Block
    {
        public Block* Previous;
        public Block* Next;
        public SpanFrame* Frames;
        public int Length;
    }
}
