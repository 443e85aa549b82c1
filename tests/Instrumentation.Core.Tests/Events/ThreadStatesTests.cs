using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Core.Tests.Events;

[Collection(ProcessWideCollection.Name)]
public sealed unsafe class ThreadStatesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Enter_InsideAHook_GivesNothing() => FakeSession.OnThread(static () =>
    {
        ThreadState* state = ThreadStates.Enter();
        Assert.True(state != null);
        Assert.Equal(ThreadState.InHook, state->Guard);
        Assert.True(ThreadStates.Enter() == null);
        state->Guard = ThreadState.Outside;
        Assert.True(ThreadStates.Enter() == state);
        state->Guard = ThreadState.Outside;
    });

    [Fact]
    public void Guard_OnAThread_KeepsHooksOutUntilItIsDisposed() => FakeSession.OnThread(static () =>
    {
        using (ThreadStates.Guard())
        {
            using (ThreadStates.Guard())
            {
                Assert.True(ThreadStates.Enter() == null);
            }

            Assert.True(ThreadStates.Enter() == null);
        }

        ThreadState* state = ThreadStates.Enter();
        Assert.True(state != null);
        state->Guard = ThreadState.Outside;
    });

    [Fact]
    public void Create_ManyShortThreadsWithoutAPump_ReusesTheirStates()
    {
        int before = ThreadStates.Snapshot().Length;
        for (int i = 0; i < 1000; i++)
        {
            FakeSession.OnThread(static () => ThreadStates.Guard().Dispose());
        }

        Assert.InRange(ThreadStates.Snapshot().Length - before, 0, 256);
    }

    [Fact]
    public void Recycle_ThreadIsAlive_DoesNothing() => FakeSession.OnThread(static () =>
    {
        ThreadState* state = ThreadStates.Enter();
        state->Guard = ThreadState.Outside;
        ThreadStates.FindEnded();
        Assert.Equal(0, state->Ended);
        Assert.False(ThreadStates.Recycle(state));
    });

    [Fact]
    public void FindEnded_ThreadHasEndedWithRecordsInItsRing_IsNotRecycledBeforeTheyAreDrained()
    {
        // No session, so no pump drains.
        ProbeRuntime runtime = new(FakeSession.Spec("undrained"), ProbeSlots.NextId(), 0);
        ProbeSlots.Add(runtime);
        nint pointer = 0;
        FakeSession.OnThread(() =>
        {
            ThreadState* state = ThreadStates.Enter();
            if (state->Ring.Memory == null)
            {
                ThreadStates.CreateRing(state);
            }

            EventRecordHeader* record = (EventRecordHeader*)EventRing.Reserve(&state->Ring, EventRecordHeader.Size);
            *record = new EventRecordHeader { Length = EventRecordHeader.Size, ProbeId = runtime.Id };
            EventRing.Commit(&state->Ring, EventRecordHeader.Size);
            state->Guard = ThreadState.Outside;
            pointer = (nint)state;
        });
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                ThreadStates.FindEnded();
                return ((ThreadState*)pointer)->Ended != 0;
            },
            TimeSpan.FromSeconds(20)));
        Assert.False(ThreadStates.Recycle((ThreadState*)pointer));
        ((ThreadState*)pointer)->Ring.Tail = ((ThreadState*)pointer)->Ring.Head;
        Assert.True(ThreadStates.Recycle((ThreadState*)pointer));
        Assert.False(ThreadStates.Recycle((ThreadState*)pointer));
        ProbeSlots.Remove(runtime);
    }

    [Fact]
    public void AllLeftTheirHooks_ThreadStaysInsideOne_IsFalse()
    {
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim leave = new();
        Thread thread = new(() =>
        {
            ThreadState* state = ThreadStates.Enter();
            inside.Set();
            leave.Wait();
            Volatile.Write(ref state->Guard, ThreadState.Outside);
        });
        thread.Start();
        inside.Wait(Cancellation);
        Assert.False(ThreadStates.AllLeftTheirHooks());
        leave.Set();
        thread.Join();
        Assert.True(ThreadStates.AllLeftTheirHooks());
    }
}
