using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Events;

[Collection(ProcessWideCollection.Name)]
public sealed unsafe class ProbeSlotsTests
{
    [Fact]
    public void Remove_Slot_RestsBeforeItIsGivenAgain()
    {
        ProbeRuntime first = Add();
        int slot = first.Slot;
        ProbeSlots.Open(first);
        ProbeSlots.Remove(first);
        Assert.Equal(0, ProbeSlots.Tickets[slot]);
        Assert.Null(ProbeSlots.Find(slot));
        Assert.Null(ProbeSlots.FindById(first.Id));
        ProbeRuntime second = Add();
        Assert.NotEqual(slot, second.Slot);
        ProbeSlots.Remove(second);
    }

    [Fact]
    public void Remove_Twice_FreesTheSlotOnce()
    {
        ProbeRuntime first = Add();
        ProbeSlots.Remove(first);
        ProbeSlots.Remove(first);
        ProbeRuntime second = Add();
        ProbeSlots.Remove(first);
        Assert.Same(second, ProbeSlots.FindById(second.Id));
        Assert.Same(second, ProbeSlots.Find(second.Slot));
        ProbeSlots.Remove(second);
    }

    [Fact]
    public void Open_Probe_HasItsTicketUntilItIsClosed()
    {
        ProbeRuntime probe = Add();
        Assert.Equal(0, ProbeSlots.Tickets[probe.Slot]);
        ProbeSlots.Open(probe);
        Assert.Equal(probe.Ticket, ProbeSlots.Tickets[probe.Slot]);
        Assert.Equal(probe.Slot, probe.Ticket & (ProbeSlots.Capacity - 1));
        Assert.NotEqual(0, probe.Ticket);
        ProbeSlots.Close(probe);
        Assert.Equal(0, ProbeSlots.Tickets[probe.Slot]);
        Assert.Same(probe, ProbeSlots.FindById(probe.Id));
        ProbeSlots.Remove(probe);
    }

    private static ProbeRuntime Add()
    {
        ProbeRuntime runtime = new(FakeSession.Spec("slot"), ProbeSlots.NextId(), 0);
        ProbeSlots.Add(runtime);
        return runtime;
    }
}
