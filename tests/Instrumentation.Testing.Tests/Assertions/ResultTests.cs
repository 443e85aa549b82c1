using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Assertions;

/// <summary>What came of calls: results, exceptions, durations, and calls that last.</summary>
public sealed class ResultTests
{
    [Fact]
    public async Task ResultsNarrow()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Double(default));
        Stock.Double(1);
        Stock.Double(2);

        MatchedCalls all = calls.Should().HaveCalled(() => Stock.Double(Arg.Any<long>())).Twice();
        all.Returning(4L).Once();
        all.Returning(4).Once();
        all.Returning((long n) => n > 1).Twice();
        all.Within(TimeSpan.FromMinutes(1)).Twice();
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Double(Arg.Any<long>())
                that returned 5L
            but there was none.

            Other calls of Stock.Double, nearest first:
              #2 Stock.Double(2L) → 4L
                   ✗ its result is 4L, not 5L
                 called by ResultTests.ResultsNarrow at ResultTests.cs:0
              #1 Stock.Double(1L) → 2L
                   ✗ its result is 2L, not 5L
                 called by ResultTests.ResultsNarrow at ResultTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Double(1L) → 2L
              #2 Stock.Double(2L) → 4L
            """,
            () => all.Returning(5L));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Double(Arg.Any<long>())
                with a result for which n => n > 100
            but there was none.

            Other calls of Stock.Double, nearest first:
              #1 Stock.Double(1L) → 2L
                   ✗ its result is 2L: n => n > 100 is false
                 called by ResultTests.ResultsNarrow at ResultTests.cs:0
              #2 Stock.Double(2L) → 4L
                   ✗ its result is 4L: n => n > 100 is false
                 called by ResultTests.ResultsNarrow at ResultTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Double(1L) → 2L
              #2 Stock.Double(2L) → 4L
            """,
            () => all.Returning((long n) => n > 100).Once());
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Double(Arg.Any<long>())
                with a result for which s => s.Length > 1
            but there was none.

            Other calls of Stock.Double, nearest first:
              #1 Stock.Double(1L) → 2L
                   ✗ its result is of type long, not string
                 called by ResultTests.ResultsNarrow at ResultTests.cs:0
              #2 Stock.Double(2L) → 4L
                   ✗ its result is of type long, not string
                 called by ResultTests.ResultsNarrow at ResultTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Double(1L) → 2L
              #2 Stock.Double(2L) → 4L
            """,
            () => all.Returning((string s) => s.Length > 1));
    }

    [Fact]
    public async Task ExceptionsNarrowAndAreDemanded()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.FailAsync(default!)).Watch(() => Stock.Double(default));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Stock.FailAsync("no shelf"));
        Stock.Double(1);

        Assert.Equal("no shelf", calls.Should().HaveThrown<InvalidOperationException>().Message);
        Assert.Equal("no shelf", calls.Should().HaveThrown<Exception>(m => m.EndsWith("shelf")).Message);
        MatchedCalls failed = calls.Should().HaveCalled(() => Stock.FailAsync("no shelf"));
        failed.Throwing<InvalidOperationException>().Once();
        failed.Throwing<SystemException>(m => m.Length == 8).Once();

        Failure.Says(
            """
            Expected a call that threw TimeoutException, but there was none.

            Calls that threw, or have not ended yet:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
                   ✗ it threw InvalidOperationException, not TimeoutException: no shelf
                 called by ResultTests.ExceptionsNarrowAndAreDemanded at ResultTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
              #2 Stock.Double(1L) → 2L
            """,
            () => calls.Should().HaveThrown<TimeoutException>());
        Failure.Says(
            """
            Expected a call that threw InvalidOperationException with a message for which m => m.Contains("room"), but there was none.

            Calls that threw, or have not ended yet:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
                   ✗ it threw InvalidOperationException, whose message is "no shelf": m => m.Contains("room") is false
                 called by ResultTests.ExceptionsNarrowAndAreDemanded at ResultTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
              #2 Stock.Double(1L) → 2L
            """,
            () => calls.Should().HaveThrown<InvalidOperationException>(m => m.Contains("room")));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.FailAsync("no shelf")
                that threw TimeoutException
            but there was none.

            The nearest call of Stock.FailAsync:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
                   ✗ it threw InvalidOperationException, not TimeoutException: no shelf
                 called by ResultTests.ExceptionsNarrowAndAreDemanded at ResultTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
              #2 Stock.Double(1L) → 2L
            """,
            () => failed.Throwing<TimeoutException>());
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.FailAsync("no shelf")
                that returned 1
            but there was none.

            The nearest call of Stock.FailAsync:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
                   ✗ it returned nothing: it threw InvalidOperationException: no shelf
                 called by ResultTests.ExceptionsNarrowAndAreDemanded at ResultTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
              #2 Stock.Double(1L) → 2L
            """,
            () => failed.Returning(1));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Double(1L)
                that threw TimeoutException
            but there was none.

            The nearest call of Stock.Double:
              #2 Stock.Double(1L) → 2L
                   ✗ it threw nothing
                 called by ResultTests.ExceptionsNarrowAndAreDemanded at ResultTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
              #2 Stock.Double(1L) → 2L
            """,
            () => calls.Should().HaveCalled(() => Stock.Double(1)).Throwing<TimeoutException>());
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.FailAsync("no shelf")
                that threw InvalidOperationException with a message for which m => m.Contains("room")
            but there was none.

            The nearest call of Stock.FailAsync:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
                   ✗ it threw InvalidOperationException, whose message is "no shelf": m => m.Contains("room") is false
                 called by ResultTests.ExceptionsNarrowAndAreDemanded at ResultTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.FailAsync("no shelf") threw InvalidOperationException: no shelf
              #2 Stock.Double(1L) → 2L
            """,
            () => failed.Throwing<InvalidOperationException>(m => m.Contains("room")));
    }

    [Fact]
    public async Task DurationsAreMeasuredToTheEndOfTheTask()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.CountAsync(default!));
        TaskCompletionSource<int> counted = new();
        Task<int> counting = Stock.CountAsync(counted);
        await Task.Delay(30);
        counted.SetResult(3);
        await counting;
        MatchedCalls call = calls.Should().HaveCalled(() => Stock.CountAsync(counted)).Returning(3);
        string message = Assert.Throws<Xunit.Sdk.XunitException>(() => call.Within(TimeSpan.FromMilliseconds(20))).Message;
        Assert.StartsWith("Expected at least 1 call of\n    Stock.CountAsync(TaskCompletionSource<int>", message, StringComparison.Ordinal);
        Assert.Contains("\n    that returned 3\n    that took at most 20 ms\nbut there was none.\n", message, StringComparison.Ordinal);
        Assert.Matches(@"\n       ✗ it took \d+(\.\d+)? ms\n", message);
    }

    [Fact]
    public async Task CallsUnderWayHaveNoResultYet()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((Gateway g) => g.PayAsync(default!, default, default));
        using CancellationTokenSource stop = new();
        TaskCompletionSource<int> counted = new();
        calls.Watch(() => Stock.CountAsync(default!));
        Task<int> counting = Stock.CountAsync(counted);

        calls.Should().HaveCalled(() => Stock.CountAsync(Arg.Any<TaskCompletionSource<int>>())).Once();
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.CountAsync(Arg.Any<TaskCompletionSource<int>>())
                that returned 3
            but there was none.

            The nearest call of Stock.CountAsync:
              #1 Stock.CountAsync(TaskCompletionSource<int> { … }) (has not ended yet)
                   ✗ it has not ended yet
                 called by ResultTests.CallsUnderWayHaveNoResultYet at ResultTests.cs:0

            The only call that was recorded:
              #1 Stock.CountAsync(TaskCompletionSource<int> { … }) (has not ended yet)
            """,
            () => calls.Should().HaveCalled(() => Stock.CountAsync(Arg.Any<TaskCompletionSource<int>>())).Returning(3));
        Failure.Says(
            """
            Expected a call that threw TimeoutException, but there was none.

            Calls that threw, or have not ended yet:
              #1 Stock.CountAsync(TaskCompletionSource<int> { … }) (has not ended yet)
                   ✗ it has not ended yet
                 called by ResultTests.CallsUnderWayHaveNoResultYet at ResultTests.cs:0

            The only call that was recorded:
              #1 Stock.CountAsync(TaskCompletionSource<int> { … }) (has not ended yet)
            """,
            () => calls.Should().HaveThrown<TimeoutException>());

        // One has ended and is found; whether it is the only one cannot be told yet.
        TaskCompletionSource<int> other = new();
        other.SetResult(3);
        await Stock.CountAsync(other);
        MatchedCalls three = calls.Should().HaveCalled(() => Stock.CountAsync(Arg.Any<TaskCompletionSource<int>>())).Returning(3);
        Failure.Says(
            """
            Expected exactly 1 call of
                Stock.CountAsync(Arg.Any<TaskCompletionSource<int>>())
                that returned 3
            and there was 1, but that is not certain.

            Matching calls:
              #2 Stock.CountAsync(TaskCompletionSource<int> { … }) → 3
                 called by ResultTests.CallsUnderWayHaveNoResultYet at ResultTests.cs:0

            Whether these are among them cannot be told:
              #1 Stock.CountAsync(TaskCompletionSource<int> { … }) (has not ended yet)
                   ✗ it has not ended yet
                 called by ResultTests.CallsUnderWayHaveNoResultYet at ResultTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.CountAsync(TaskCompletionSource<int> { … }) (has not ended yet)
              #2 Stock.CountAsync(TaskCompletionSource<int> { … }) → 3
            """,
            () => three.Once());
        counted.SetResult(4);
        await counting;
        three.Once();
    }
}
