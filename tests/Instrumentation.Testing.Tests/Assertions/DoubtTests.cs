using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Assertions;

/// <summary>No assertion passes by not seeing.</summary>
public sealed class DoubtTests
{
    [Fact]
    public async Task CallsThatWereNotKept()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync(new RecorderOptions { MaximumCalls = 2 });
        calls.Watch(() => Stock.Double(default));
        for (int i = 0; i < 5; i++)
        {
            Stock.Double(i);
        }

        MatchedCalls found = calls.Should().HaveCalled(() => Stock.Double(1)).AtLeast(1);
        Failure.Says(
            """
            Expected exactly 1 call of
                Stock.Double(1L)
            and there was 1, but that is not certain.
            Calls may have been missed:
              - 3 calls were not kept: the recorder keeps 2 (RecorderOptions.MaximumCalls).

            Matching calls:
              #2 Stock.Double(1L) → 2L
                 called by DoubtTests.CallsThatWereNotKept at DoubtTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Double(0L) → 0L
              #2 Stock.Double(1L) → 2L
            """,
            () => found.Once());
        Failure.Says(
            """
            Expected no call of
                Stock.Double(9L)
            and there was none, but that is not certain.
            Calls may have been missed:
              - 3 calls were not kept: the recorder keeps 2 (RecorderOptions.MaximumCalls).

            The 2 calls that were recorded, in order:
              #1 Stock.Double(0L) → 0L
              #2 Stock.Double(1L) → 2L
            """,
            () => calls.Should().NeverHaveCalled(() => Stock.Double(9)));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Double(4L)
            but there was none.
            Calls may also have been missed:
              - 3 calls were not kept: the recorder keeps 2 (RecorderOptions.MaximumCalls).

            Other calls of Stock.Double, nearest first:
              #2 Stock.Double(1L) → 2L
                   ✗ number is 1L, not 4L
                 called by DoubtTests.CallsThatWereNotKept at DoubtTests.cs:0
              #1 Stock.Double(0L) → 0L
                   ✗ number is 0L, not 4L
                 called by DoubtTests.CallsThatWereNotKept at DoubtTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Double(0L) → 0L
              #2 Stock.Double(1L) → 2L
            """,
            () => calls.Should().HaveCalled(() => Stock.Double(4)));
        Failure.Says(
            """
            Expected calls in this order:
                1. Stock.Double(0L)  was #1
                2. Stock.Double(1L)  was #2
            and so they were, but that is not certain.
            Calls may have been missed:
              - 3 calls were not kept: the recorder keeps 2 (RecorderOptions.MaximumCalls).

            The 2 calls that were recorded, in order:
              #1 Stock.Double(0L) → 0L
              #2 Stock.Double(1L) → 2L
            """,
            () => calls.Should().HaveCalledInOrder(() => Stock.Double(0), () => Stock.Double(1)));
        Failure.Says(
            """
            Expected no calls besides those of
                Stock.Double(Arg.Any<long>())
            and there was none, but that is not certain.
            Calls may have been missed:
              - 3 calls were not kept: the recorder keeps 2 (RecorderOptions.MaximumCalls).

            The 2 calls that were recorded, in order:
              #1 Stock.Double(0L) → 0L
              #2 Stock.Double(1L) → 2L
            """,
            () => calls.Should().OnlyHaveCalled(() => Stock.Double(Arg.Any<long>())));
        calls.Should().HaveCalled(() => Stock.Double(Arg.Any<long>()));
        Failure.Says(
            """
            Expected no calls besides those that assertions have found, and there was none, but that is not certain.
            Calls may have been missed:
              - 3 calls were not kept: the recorder keeps 2 (RecorderOptions.MaximumCalls).

            The 2 calls that were recorded, in order:
              #1 Stock.Double(0L) → 0L
              #2 Stock.Double(1L) → 2L
            """,
            () => calls.Should().HaveNoOtherCalls());
        Failure.Says(
            """
            Expected a call that threw TimeoutException, but there was none.
            Calls may also have been missed:
              - 3 calls were not kept: the recorder keeps 2 (RecorderOptions.MaximumCalls).

            The 2 calls that were recorded, in order:
              #1 Stock.Double(0L) → 0L
              #2 Stock.Double(1L) → 2L
            """,
            () => calls.Should().HaveThrown<TimeoutException>());
        Failure.Says(
            """
            Expected at most 3 calls of
                Stock.Double(1L)
            and there was 1, but that is not certain.
            Calls may have been missed:
              - 3 calls were not kept: the recorder keeps 2 (RecorderOptions.MaximumCalls).

            Matching calls:
              #2 Stock.Double(1L) → 2L
                 called by DoubtTests.CallsThatWereNotKept at DoubtTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Double(0L) → 0L
              #2 Stock.Double(1L) → 2L
            """,
            () => found.AtMost(3));
        Failure.Says(
            """
            Expected exactly 2 calls of
                Stock.Double(Arg.Any<long>())
            and there were 2, but that is not certain.
            Calls may have been missed:
              - 3 calls were not kept: the recorder keeps 2 (RecorderOptions.MaximumCalls).

            Matching calls:
              #1 Stock.Double(0L) → 0L
                 called by DoubtTests.CallsThatWereNotKept at DoubtTests.cs:0
              #2 Stock.Double(1L) → 2L
                 called by DoubtTests.CallsThatWereNotKept at DoubtTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Double(0L) → 0L
              #2 Stock.Double(1L) → 2L
            """,
            () => calls.Should().HaveCalled(() => Stock.Double(Arg.Any<long>())).Times(2));
    }

    [Fact]
    public async Task MethodsThatCannotBeSeen()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Math.Sqrt(default));
        _ = Math.Sqrt(4);
        Failure.Says(
            """
            Expected no call of
                Math.Sqrt(4.0)
            and there was none, but that is not certain.
            Calls may have been missed:
              - System.Math::Sqrt(double) is not seen: it has no IL: the runtime or a native library implements it. Probe a managed method that calls it.

            Nothing that is watched was called.
            """,
            () => calls.Should().NeverHaveCalled(() => Math.Sqrt(4)));
    }

    [Fact]
    public async Task ImplementationsThatAreNotWatched()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((Gateway g) => g.PayAsync(default!, default, default));
        await new FreeGateway().PayAsync("rich", 1);
        Failure.Says(
            """
            Expected no call of
                IGateway.PayAsync(Arg.Any<string>(), Arg.Any<decimal>(), Arg.Any<CancellationToken>())
            and there was none, but that is not certain.
            Calls may have been missed:
              - FreeGateway.PayAsync is one of them too, and is not watched.

            Nothing that is watched was called.
            """,
            () => calls.Should().NeverHaveCalled((IGateway g) => g.PayAsync(Arg.Any<string>(), Arg.Any<decimal>(), Arg.Any<CancellationToken>())));
        calls.Should().NeverHaveCalled((Gateway g) => g.PayAsync(Arg.Any<string>(), Arg.Any<decimal>(), Arg.Any<CancellationToken>()));
    }

    private sealed class FreeGateway : IGateway
    {
        public Task<bool> PayAsync(string account, decimal amount, CancellationToken cancellationToken = default) => Task.FromResult(true);
    }
}
