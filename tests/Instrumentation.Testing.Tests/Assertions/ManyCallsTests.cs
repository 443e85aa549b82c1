using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Assertions;

/// <summary>Assertions on several calls: their order, and that there are no others.</summary>
public sealed class ManyCallsTests
{
    [Fact]
    public async Task OrdersThatAreThere()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Run(calls);
        calls.Should()
            .HaveCalledInOrder(() => Cache.Get("a"), () => Stock.Depth(1), () => Stock.Depth(0), () => Cache.Get("b"), () => Clock.UtcNow)
            .HaveCalledInOrder(() => Cache.Get(Arg.Any<string>()), () => Cache.Get(Arg.Any<string>()));
    }

    [Fact]
    public async Task OrdersThatAreNot()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Run(calls);
        Failure.Says(
            """
            Expected calls in this order:
                1. Cache.Get("b")  was #4
                2. Cache.Get("a")  is missing
                3. Clock.UtcNow
            but after #4 there was no call of 2.

            Matching calls, but not after that:
              #1 Cache.Get("a") → null
                 called by ManyCallsTests.Run at ManyCallsTests.cs:0

            The nearest call of Cache.Get:
              #4 Cache.Get("b") → null
                   ✗ key is "b", not "a"
                 called by ManyCallsTests.Run at ManyCallsTests.cs:0

            The 5 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Stock.Depth(1) → 1
              #3   Stock.Depth(0) → 0
              #4 Cache.Get("b") → null
              #5 Clock.UtcNow → (now)
            """,
            () => calls.Should().HaveCalledInOrder(() => Cache.Get("b"), () => Cache.Get("a"), () => Clock.UtcNow));
        Failure.Says(
            """
            Expected calls in this order:
                1. Stock.Depth(7)  is missing
                2. Cache.Get("a")
            but there was no call of 1.

            Other calls of Stock.Depth, nearest first:
              #2 Stock.Depth(1) → 1
                   ✗ left is 1, not 7
                 called by ManyCallsTests.Run at ManyCallsTests.cs:0
              #3 Stock.Depth(0) → 0
                   ✗ left is 0, not 7
                 called by Stock.Depth at Stock.cs:0

            The 5 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Stock.Depth(1) → 1
              #3   Stock.Depth(0) → 0
              #4 Cache.Get("b") → null
              #5 Clock.UtcNow → (now)
            """,
            () => calls.Should().HaveCalledInOrder(() => Stock.Depth(7), () => Cache.Get("a")));
        Failure.Says(
            """
            Expected calls in this order:
                1. Clock.UtcNow  was #5
                2. Clock.UtcNow  is missing
            but after #5 there was no call of 2.

            Matching calls, but not after that:
              #5 Clock.UtcNow → (now)
                 called by ManyCallsTests.Run at ManyCallsTests.cs:0

            The 5 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Stock.Depth(1) → 1
              #3   Stock.Depth(0) → 0
              #4 Cache.Get("b") → null
              #5 Clock.UtcNow → (now)
            """,
            () => calls.Should().HaveCalledInOrder(() => Clock.UtcNow, () => Clock.UtcNow));
        Assert.Throws<SpecException>(() => calls.Should().HaveCalledInOrder(() => Clock.UtcNow));
    }

    [Fact]
    public async Task NoOthers()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Run(calls);
        calls.Should().OnlyHaveCalled(() => Cache.Get(Arg.Any<string>()), () => Stock.Depth(Arg.Any<int>()), () => Clock.UtcNow);
        calls.Should().HaveNoOtherCalls();
    }

    [Fact]
    public async Task Others()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Run(calls);
        calls.Should().HaveCalled(() => Cache.Get("a")).Once();
        calls.Should().HaveCalled(() => Stock.Depth(Arg.Any<int>())).Twice();
        Failure.Says(
            """
            Expected no calls besides those that assertions have found, but there were 2.

            Not expected:
              #4 Cache.Get("b") → null
                 called by ManyCallsTests.Run at ManyCallsTests.cs:0
              #5 Clock.UtcNow → (now)
                 called by ManyCallsTests.Run at ManyCallsTests.cs:0

            The 5 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Stock.Depth(1) → 1
              #3   Stock.Depth(0) → 0
              #4 Cache.Get("b") → null
              #5 Clock.UtcNow → (now)
            """,
            () => calls.Should().HaveNoOtherCalls());
        Failure.Says(
            """
            Expected no calls besides those of
                Cache.Get(Arg.Any<string>())
                Stock.Depth(1)
                Clock.UtcNow
            but there was 1.

            Not expected:
              #3 Stock.Depth(0) → 0
                 called by Stock.Depth at Stock.cs:0

            The nearest call of Stock.Depth:
              #3 Stock.Depth(0) → 0
                   ✗ left is 0, not 1
                 called by Stock.Depth at Stock.cs:0

            The 5 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Stock.Depth(1) → 1
              #3   Stock.Depth(0) → 0
              #4 Cache.Get("b") → null
              #5 Clock.UtcNow → (now)
            """,
            () => calls.Should().OnlyHaveCalled(() => Cache.Get(Arg.Any<string>()), () => Stock.Depth(1), () => Clock.UtcNow));
        Failure.Says(
            """
            Expected at least 1 call of
                Cache.Get("c")
            but there was none.

            Other calls of Cache.Get, nearest first:
              #1 Cache.Get("a") → null
                   ✗ key is "a", not "c"
                 called by ManyCallsTests.Run at ManyCallsTests.cs:0
              #4 Cache.Get("b") → null
                   ✗ key is "b", not "c"
                 called by ManyCallsTests.Run at ManyCallsTests.cs:0

            The 5 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Stock.Depth(1) → 1
              #3   Stock.Depth(0) → 0
              #4 Cache.Get("b") → null
              #5 Clock.UtcNow → (now)
            """,
            () => calls.Should().OnlyHaveCalled(() => Cache.Get("c")));
    }

    private static void Run(CallRecorder calls)
    {
        calls.Watch(typeof(Cache)).Watch(() => Clock.UtcNow).Watch(() => Stock.Depth(default));
        _ = Cache.Get("a");
        Stock.Depth(1);
        _ = Cache.Get("b");
        _ = Clock.UtcNow;
    }
}
