using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Instrumentation.Events;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Fakes;

/// <summary>Makes events without threads and rings.</summary>
internal static class FakeEvents
{
    public static ProbeEvent Of(string probe, EventRecordHeader header, CaptureShape? capture = null, byte[]? fields = null, ProbeSite? site = null)
    {
        ProbeRuntime runtime = new(FakeSession.Spec(probe) with { CaptureShape = capture }, 1, 0);
        byte[] record = new byte[EventRecordHeader.Size + (fields?.Length ?? 0)];
        header.Length = record.Length;
        header.Site = site?.Number ?? -1;
        MemoryMarshal.Write(record, in header);
        fields?.CopyTo(record, EventRecordHeader.Size);
        return new ProbeEvent(runtime, record);
    }

    /// <summary>A synchronous call.</summary>
    public static ProbeEvent Call(string name, int thread, long start, long end, EventFlags flags = EventFlags.None, long callId = 0) =>
        Of(name, new EventRecordHeader { ThreadId = thread, Timestamp = end, Duration = end - start, Edge = ProbeEdge.Call, Flags = flags, CallId = callId });

    public static async IAsyncEnumerable<ProbeEvent> Stream(IEnumerable<ProbeEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ProbeEvent item in events)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }
}
