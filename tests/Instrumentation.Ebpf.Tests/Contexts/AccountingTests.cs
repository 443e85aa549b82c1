using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Contexts.Accounting;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Tests.Contexts;

/// <summary>What threads are accounted for that do known things.</summary>
[Collection(nameof(AloneCollection))]
[Trait("Kernel", "Matrix")]
public sealed partial class AccountingTests
{
    private const int Calls = 1000;
    private const int Pages = 256;
    private const int Continue = 18;

    [Fact]
    public async Task Calls_AreCountedExactly_WithTheirErrors()
    {
        SpanTotals totals = await ObserveAsync(static () =>
        {
            for (int i = 0; i < Calls; i++)
            {
                _ = NativeCalls.Fsync(-1);
            }
        });
        Assert.Equal((Calls, Calls), (totals.Syscalls, totals.Errors));
        Assert.InRange(totals.SyscallNanoseconds, Calls * 10, 10_000_000_000);
        Assert.Equal((0, 0), (totals.BytesRead, totals.BytesWritten));
    }

    [Fact]
    public async Task Sleeps_AreSleep_OfDotNetAndOfTheKernel()
    {
        const int Pause = 20;
        foreach (Action<int> sleep in new Action<int>[] { WaitCalls.Sleep, Thread.Sleep })
        {
            // A thread that is preempted while it is going to sleep waits for a processor instead.
            SpanTotals totals = default;
            for (int attempt = 0; totals.SleepNanoseconds < (Pause - 1) * 1_000_000L && attempt < 5; attempt++)
            {
                totals = await ObserveAsync(() => sleep(Pause));
            }

            Assert.InRange(totals.SleepNanoseconds + totals.RunQueueNanoseconds, (Pause - 1) * 1_000_000L, 2_000_000_000);
            Assert.InRange(totals.SleepNanoseconds, (Pause - 1) * 1_000_000L, 2_000_000_000);
            Assert.True(totals.Switches >= 1, "who sleeps is switched out");
            Assert.True(totals.SyscallNanoseconds >= totals.SleepNanoseconds, "the sleep is within a call");
            Assert.InRange(totals.LockNanoseconds, 0, Pause * 500_000L);
        }
    }

    [Fact]
    public async Task Bytes_OfFilesAndSockets_AreExact()
    {
        string path = Path.GetTempFileName();
        (int one, int other) = WaitCalls.Sockets();
        byte[] block = new byte[10_000];
        try
        {
            SpanTotals totals = await ObserveAsync(() =>
            {
                using SafeFile file = new(path);
                for (int i = 0; i < 10; i++)
                {
                    Assert.Equal(block.Length, WaitCalls.Write(file.Descriptor, block, block.Length));
                }

                Assert.Equal(1234, WaitCalls.PositionedRead(file.Descriptor, block, 1234, 17));
                Assert.Equal(77, WaitCalls.Send(other, block, 77, 0));
                Assert.Equal(77, WaitCalls.Receive(one, block, block.Length, 0));
            });
            Assert.Equal((100_077, 1311), (totals.BytesWritten, totals.BytesRead));
        }
        finally
        {
            File.Delete(path);
            Assert.All([one, other], static descriptor => Assert.Equal(0, WaitCalls.Close(descriptor)));
        }
    }

    [Fact]
    public async Task Waits_GoToTheirReasons()
    {
        // A thread that is preempted while it begins to wait waits for a processor instead.
        SpanTotals totals = default;
        for (int attempt = 0; (totals.NetworkNanoseconds < 30_000_000 || totals.LockNanoseconds < 40_000_000 || totals.SleepNanoseconds < 9_000_000) && attempt < 5; attempt++)
        {
            totals = await WaitAsync();
        }

        Assert.InRange(totals.NetworkNanoseconds, 30_000_000, 2_000_000_000);
        Assert.InRange(totals.LockNanoseconds, 40_000_000, 2_000_000_000);
        Assert.InRange(totals.SleepNanoseconds, 9_000_000, 2_000_000_000);
        Assert.True(totals.BytesRead >= 1, "a byte was read");
    }

    [Fact]
    public async Task Pages_ThatAreTouched_AreFaults()
    {
        int page = Environment.SystemPageSize;
        SpanTotals totals = await ObserveAsync(() =>
        {
            nint memory = WaitCalls.MapPages((nuint)(Pages * page));
            for (int i = 0; i < Pages; i++)
            {
                Marshal.WriteByte(memory, i * page, 1);
            }

            WaitCalls.UnmapPages(memory, (nuint)(Pages * page));
        });
        Assert.InRange(totals.PageFaults, Pages, Pages + 200);
    }

    [Fact]
    public async Task Signals_AreCounted()
    {
        using PosixSignalRegistration handler = PosixSignalRegistration.Create((PosixSignal)Continue, static context => context.Cancel = true);
        SpanTotals totals = await ObserveAsync(static () => Assert.Equal(0, WaitCalls.SignalThisThread(Continue)));
        Assert.Equal(1, totals.Signals);
    }

    [Fact]
    public async Task Accounting_IsSharedAndLeavesNothing()
    {
        Require.Bpf();
        ObjectCounts before = Settled.Counts();
        await using (InstrumentationSession session = await KernelSession.StartAsync())
        {
            Accounting one = await session.AccountAsync(TestContext.Current.CancellationToken);
            ObjectCounts during = ObjectCounts.OfProcess();
            Accounting other = await session.AccountAsync(TestContext.Current.CancellationToken);
            Assert.Empty(one.Gaps);
            Assert.Equal(during, ObjectCounts.OfProcess());
            Assert.NotEqual(0, ThreadContexts.Epoch);
            await one.DisposeAsync();
            await one.DisposeAsync();
            Assert.Equal(during, ObjectCounts.OfProcess());
            await other.DisposeAsync();
            Assert.Equal(before, ObjectCounts.OfProcess());
            Assert.Equal(0, ThreadContexts.Epoch);
            _ = await session.AccountAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public void Words_AreThoseOfTheTotals() =>
        Assert.All(Enum.GetValues<AccountTotal>(), static word =>
        {
            SpanTotals totals = default;
            SpanTotals.Words(ref totals)[(int)word] = 7;
            Assert.Equal(7L, typeof(SpanTotals).GetProperty(word.ToString())!.GetValue(totals));
        });

    private static async Task<SpanTotals> WaitAsync()
    {
        (int read, int write) = WaitCalls.Pipe();
        using SemaphoreSlim ready = new(0);
        object gate = new();
        Thread other = new(() =>
        {
            // Far longer than what is asked of the waits: the other thread may begin to wait late, on a machine that is busy with much else.
            ready.Wait();
            WaitCalls.Sleep(240);
            Assert.Equal(1, WaitCalls.Write(write, [1], 1));
            lock (gate)
            {
                ready.Wait();
                WaitCalls.Sleep(260);
            }
        });
        other.Start();
        SpanTotals totals = await ObserveAsync(() =>
        {
            ready.Release();
            Span<byte> room = stackalloc byte[1];
            Assert.Equal(1, WaitCalls.Read(read, room, 1));
            WaitCalls.Sleep(10);
            ready.Release();
            lock (gate)
            {
            }
        },
        isRepeatable: false);
        other.Join();
        Assert.All([read, write], static descriptor => Assert.Equal(0, WaitCalls.Close(descriptor)));
        return totals;
    }

    private static async Task<SpanTotals> ObserveAsync(Action act, bool isRepeatable = true)
    {
        SpanTotals totals = default;
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                // All code is compiled before.
                for (int i = isRepeatable ? 0 : 1; i < 2; i++)
                {
                    SpanTotals before = OwnSlot.Get().Totals;
                    act();
                    totals = OwnSlot.Get().Totals - before;
                }
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        await using (InstrumentationSession session = await KernelSession.StartAsync())
        {
            await session.AccountAsync(TestContext.Current.CancellationToken);
            thread.Start();
            thread.Join();
        }

        Assert.Null(failure);
        return totals;
    }

    private sealed class SafeFile(string path) : IDisposable
    {
        public int Descriptor { get; } = WaitCalls.OpenFile(path);

        public void Dispose() => Assert.Equal(0, WaitCalls.Close(Descriptor));
    }
}
