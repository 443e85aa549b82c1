using System.Runtime.InteropServices;
using Instrumentation.Events;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Core.Tests.Fakes;

/// <summary>A thread's state outside of the process's table, driven by hand: guards and records as a test wants them.</summary>
internal sealed unsafe class FakeThread : IDisposable
{
    public FakeThread(int ringBytes = 64 * 1024)
    {
        State = (ThreadState*)NativeMemory.AllocZeroed((nuint)sizeof(ThreadState));
        State->Ring.Memory = (byte*)NativeMemory.AllocZeroed((nuint)ringBytes);
        State->Ring.Mask = ringBytes - 1;
        State->ThreadId = 4711;
    }

    public ThreadState* State { get; }

    public int Guard
    {
        get => Volatile.Read(ref State->Guard);
        set => Volatile.Write(ref State->Guard, value);
    }

    /// <summary>Writes a record; false when the ring is full.</summary>
    public bool Write(int probeId, long timestamp, int length = EventRecordHeader.Size, int? writtenLength = null)
    {
        byte* record = EventRing.Reserve(&State->Ring, length);
        if (record == null)
        {
            return false;
        }

        *(EventRecordHeader*)record = new EventRecordHeader { Length = writtenLength ?? length, ProbeId = probeId, Timestamp = timestamp, ThreadId = State->ThreadId };
        EventRing.Commit(&State->Ring, length);
        return true;
    }

    public void Dispose()
    {
        NativeMemory.Free(State->Ring.Memory);
        NativeMemory.Free(State);
    }
}
