using Instrumentation.Spans;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Core.Tests.Spans;

/// <summary>Contexts belong to one thread each; frames nest, however deep; totals add up over threads and flows.</summary>
public sealed unsafe class ThreadContextsTests
{
    [Fact]
    public void Assign_ManyThreads_GivesEachItsOwnAmongItsPlaces()
    {
        const int First = 5_000_000;
        ThreadState* states = (ThreadState*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(100, (nuint)sizeof(ThreadState));
        try
        {
            HashSet<nint> seen = [];
            for (int i = 0; i < 100; i++)
            {
                states[i].ThreadId = First + (i * 7);
                ThreadContexts.Assign(states + i);
                Assert.True(seen.Add((nint)states[i].Context));
                Assert.Equal(states[i].ThreadId, states[i].Context->ThreadId);
                long place = states[i].Context - ThreadContexts.Memory;
                Assert.InRange((place - states[i].ThreadId) & (ThreadContexts.Capacity - 1), 0, ThreadContexts.Places - 1);
            }

            // The memory is exchanged for other memory: the ids are written anew.
            states[3].Context->ThreadId = 0;
            ThreadContexts.Republish();
            Assert.Equal(states[3].ThreadId, states[3].Context->ThreadId);
        }
        finally
        {
            for (int i = 0; i < 100; i++)
            {
                ThreadContexts.Release(states + i);
            }

            System.Runtime.InteropServices.NativeMemory.Free(states);
        }
    }

    [Fact]
    public void Assign_MoreThreadsThanPlaces_CountsThoseThatAreNotSeen()
    {
        const int Threads = ThreadContexts.Places + 2;
        ThreadState* states = (ThreadState*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(Threads, (nuint)sizeof(ThreadState));
        int before = ThreadContexts.Unseen;
        for (int i = 0; i < Threads; i++)
        {
            states[i].ThreadId = 6_000_000 + (i * ThreadContexts.Capacity);
            ThreadContexts.Assign(states + i);
            Assert.Equal(states[i].ThreadId, states[i].Context->ThreadId);
        }

        Assert.Equal(2, ThreadContexts.Unseen - before);
        for (int i = 0; i < Threads; i++)
        {
            ThreadContexts.Release(states + i);
        }

        Assert.Equal(before, ThreadContexts.Unseen);
        System.Runtime.InteropServices.NativeMemory.Free(states);
    }

    [Fact]
    public void Release_OfAnEndedThreadWhoseIdIsUsedAgain_LeavesTheNewOneItsContext()
    {
        ThreadState* states = (ThreadState*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(2, (nuint)sizeof(ThreadState));
        states[0].ThreadId = states[1].ThreadId = 7_000_001;
        ThreadContexts.Assign(states);
        ThreadContexts.Assign(states + 1);
        Assert.True(states[0].Context == states[1].Context);
        ThreadContexts.Release(states);
        Assert.Equal(7_000_001, states[1].Context->ThreadId);
        ThreadContexts.Release(states + 1);
        System.Runtime.InteropServices.NativeMemory.Free(states);
    }

    [Fact]
    public void Frames_PushedAndPoppedAtRandom_KeepWhatTheyHold()
    {
        ThreadState* state = (ThreadState*)System.Runtime.InteropServices.NativeMemory.AllocZeroed((nuint)sizeof(ThreadState));
        Random random = new(11);
        Stack<(nint Frame, long Id)> open = new();
        for (long i = 0; i < 50_000; i++)
        {
            if (open.Count == 0 || random.Next(100) < (i < 30_000 ? 60 : 40))
            {
                SpanFrame* frame = state->Frames.Push();
                frame->Id = i;
                open.Push(((nint)frame, i));
            }
            else
            {
                // Sometimes frames inside were left without being closed.
                for (int left = random.Next(20) == 0 ? random.Next(open.Count) : 0; left > 0; left--)
                {
                    open.Pop();
                }

                (nint pointer, long id) = open.Pop();
                Assert.Equal(id, ((SpanFrame*)pointer)->Id);
                state->Frames.Pop((SpanFrame*)pointer);
            }
        }

        state->Frames.Clear();
        SpanFrame* first = state->Frames.Push();
        state->Frames.Pop(first);
        Assert.True(state->Frames.Push() == first);
        System.Runtime.InteropServices.NativeMemory.Free(state);
    }

    [Fact]
    public void Innermost_SpanOfAnotherFlow_IsHidden()
    {
        ThreadContext context = new() { Flow = 5, Sync = 9, SyncFlow = 5 };
        Assert.Equal(9, ThreadContext.Innermost(&context));
        context.Flow = 6;
        Assert.Equal(6, ThreadContext.Innermost(&context));
        context.Flow = 0;
        Assert.Equal(0, ThreadContext.Innermost(&context));
    }

    [Fact]
    public void Take_ManyThreads_GivesEachNumberOnce()
    {
        long[][] taken = [.. Enumerable.Range(0, 4).Select(static _ => new long[100])];
        Parallel.For(0, 4, thread =>
        {
            for (int i = 0; i < 100; i++)
            {
                SpanId.Take(out taken[thread][i], out long end);
                Assert.Equal(4096, end - taken[thread][i]);
            }
        });
        Assert.Equal(400, taken.SelectMany(static one => one).Distinct().Count());
        Assert.Equal(77, SpanId.SiteOf(SpanId.Prefix(77) | 123));
        Assert.Equal(SpanId.UnknownSite, SpanId.SiteOf(SpanId.Prefix(int.MaxValue)));
        Assert.True(SpanId.Prefix(int.MaxValue) > 0);
    }

    [Fact]
    public void Totals_OfAFlowThatEnds_AreInTheOneAroundAsWell()
    {
        FlowSpan outer = new(1, 0, 0, null);
        FlowSpan inner = new(2, 1, 0, outer);
        Parallel.For(0, 1000, _ => inner.Add(new SpanTotals { Syscalls = 2, BytesRead = 10, Errors = 1 }));
        outer.Add(new SpanTotals { Syscalls = 5 });
        inner.End();
        inner.End();
        Assert.Equal(new SpanTotals { Syscalls = 2000, BytesRead = 10_000, Errors = 1000 }, inner.Totals);
        Assert.Equal(new SpanTotals { Syscalls = 2005, BytesRead = 10_000, Errors = 1000 }, outer.Totals);
        Assert.Equal(new SpanTotals { Syscalls = 5 }, outer.Totals - inner.Totals);
    }

    [Fact]
    public void Extension_OfAnyParts_IsReadAsWritten()
    {
        byte* room = stackalloc byte[RecordExtension.BytesOf(ExtensionParts.Activity | ExtensionParts.Totals)];
        for (int parts = 0; parts < 4; parts++)
        {
            ActivityIds ids = new() { TraceHigh = 1, TraceLow = 2, Span = 3 };
            SpanTotals totals = new() { Syscalls = 4, Errors = 5 };
            int bytes = RecordExtension.BytesOf((ExtensionParts)parts);
            Assert.True(RecordExtension.Write(room, (ExtensionParts)parts, &ids, &totals) == room + bytes);
            ReadOnlySpan<byte> extension = new(room, bytes);
            Assert.Equal((parts & 2) != 0 ? totals : null, RecordExtension.TotalsIn(extension));
            Assert.Equal((parts & 1) != 0, RecordExtension.ActivityIn(extension) is { } activity && activity.SpanId.ToHexString() == "0300000000000000");
            for (int cut = 0; cut < bytes; cut++)
            {
                // Whatever is cut off, nothing outside is read.
                _ = RecordExtension.ActivityIn(extension[..cut]);
                _ = RecordExtension.TotalsIn(extension[..cut]);
                Assert.InRange(RecordExtension.BytesIn(extension[..cut]), 0, cut);
            }
        }
    }
}
