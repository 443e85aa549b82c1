using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Shapes;

/// <summary>Signatures and bodies that deal with memory: spans, ref structs, by-ref results, pointers, the stack.</summary>
public sealed class MemoryTests
{
    [Fact]
    public Task SpanAndRefStructParameters_EveryCall_IsSeenOnce() => Shape.CheckAsync(Probe.Method(typeof(Memory), nameof(Memory.SumSpan)), 2, static () =>
    {
        int[] items = [1, 2, 3];
        return Memory.SumSpan(items, new Window(items)) + Memory.SumSpan([], default);
    });

    [Fact]
    public async Task SpanParameter_ItsLength_CanBeCaptured()
    {
        IReadOnlyList<int> lengths = await Watch.CapturesAsync(
            Probe.Method(typeof(Memory), nameof(Memory.Slice)).Capture(c => c.Field<int>(c.Arg<object>("items"), "_length")),
            static () => Assert.Equal(2, Memory.Slice(new int[5], 3).Length));

        Assert.Equal([5], lengths);
    }

    [Fact]
    public Task SpanResult_EveryCall_IsSeenOnceAndIntact() => Shape.CheckAsync(Probe.Method(typeof(Memory), nameof(Memory.Slice)), 3, static () =>
    {
        int[] items = [1, 2, 3, 4];
        Span<int> rest = Memory.Slice(items, 2);
        rest[0] = 30;
        return (rest.Length, items[2], Memory.Slice(items, 4).Length, Assert.Throws<ArgumentOutOfRangeException>(() => Memory.Slice(items, 5).Length).GetType());
    });

    [Fact]
    public Task RefResult_EveryCall_GivesTheSamePlace() => Shape.CheckAsync(Probe.Method(typeof(Memory), nameof(Memory.Element)), 3, static () =>
    {
        ref int element = ref Memory.Element(1);
        element = 21;
        int seen = Memory.Element(1);
        Memory.Element(1) = 20;
        return (seen, element);
    });

    [Fact]
    public async Task RefReadonlyResult_Capture_IsWhatItRefersTo()
    {
        System.Reflection.MethodInfo method = typeof(Memory).GetMethod(nameof(Memory.ReadOnlyElement))!;
        var values = await Watch.CapturesAsync(
            Probe.Method(method).Capture(c => new { Index = c.Arg<int>(0), Result = c.Return<int>() }),
            static () => Assert.Equal(30, Memory.ReadOnlyElement(2)));

        Assert.Equal(new { Index = 2, Result = 30 }, Assert.Single(values));
    }

    [Fact]
    public async Task RefStructMethod_EveryCall_IsSeenOnceAndChangesItsInstance()
    {
        await Shape.CheckAsync(Probe.Method(typeof(Window), nameof(Window.First)), 2, static () =>
        {
            int[] items = [7, 8];
            Window window = new(items);
            return (window.First() + window.First(), window.Reads);
        });
    }

    [Fact]
    public async Task Pointers_EveryCall_AreSeenWithTheirAddresses()
    {
        nint start = 0;
        var values = await Watch.CapturesAsync(
            Probe.Method(typeof(Memory), nameof(Memory.Advance)).Capture(c => new { Start = c.Arg<nint>(0), Result = c.Return<nint>() }),
            () => start = Advance());

        Assert.Equal(new { Start = start, Result = start + 12 }, Assert.Single(values));
    }

    [Fact]
    public Task Stackalloc_EveryCall_IsSeenOnce() => Shape.CheckAsync(Probe.Method(() => Memory.OnTheStack(0)), 2, static () =>
        Memory.OnTheStack(4) + Memory.OnTheStack(0));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(9)]
    public async Task NestedHandlers_EveryWay_IsSeenOnce(int kind)
    {
        await Shape.CheckAsync(Probe.Method(() => Handlers.Nested(0)), 1, () => Handlers.Nested(kind));
        await Shape.CheckAsync(Probe.Method(() => Handlers.Nested(0)).OnCatch(), kind is 0 or 1 ? 1 : 0, () => Handlers.Nested(kind));
    }

    [Fact]
    public async Task NestedHandlers_ExceptionLeaves_IsSeenOnce()
    {
        IReadOnlyList<ProbeEvent> events = await Shape.CheckAsync(
            Probe.Method(() => Handlers.Nested(0)),
            1,
            static () => Assert.Throws<InvalidOperationException>(static () => Handlers.Nested(2)).Message);

        Assert.True(events[0].Failed);
    }

    [Fact]
    public Task FaultBlock_ConsumerLeavesEarlyOrFails_RunsOnce() => Shape.CheckAsync(Probe.Methods("Probed.Handlers+<WithFault>*::MoveNext"), 1 + 3, static () =>
    {
        List<string> steps = [];
        foreach (int number in Handlers.WithFault(steps))
        {
            steps.Add("left at " + number);
            break;
        }

        steps.Add("sum " + Handlers.WithFault(steps).Sum());
        return string.Join(",", steps);
    });

    private static unsafe nint Advance()
    {
        int* numbers = stackalloc int[4];
        return Memory.Advance(numbers, 3) == numbers + 3 ? (nint)numbers : 0;
    }
}
