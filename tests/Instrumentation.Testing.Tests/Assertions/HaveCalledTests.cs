using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Assertions;

/// <summary>Calls that are demanded and counted, and what is said when they were not made.</summary>
public sealed class HaveCalledTests
{
    private static readonly Service Shop = new(new Gateway());

    [Fact]
    public async Task WhatWasCalledPasses()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Cache)).Watch((IGateway g) => g.PayAsync(default!, default, default));
        await Shop.CheckoutAsync(new Order("7", 2));
        await Shop.CheckoutAsync(new Order("8", 2));

        calls.Should().HaveCalled(() => Cache.Put(Arg.Is<string>(k => k.StartsWith("order:")), Arg.Any<Order>())).Twice().AtLeast(1).AtMost(2).Times(2);
        calls.Should().HaveCalled(() => Cache.Put("order:7", Arg.Is<Order>(o => o.Quantity == 2))).Once();
        MatchedCalls paid = calls.Should().HaveCalled((IGateway g) => g.PayAsync("rich", 20m, default)).Twice();
        Assert.Equal([2, 4], paid.Calls.Select(static call => call.Order));
        calls.Should().NeverHaveCalled(() => Cache.Get(Arg.Any<string>())).NeverHaveCalled(() => Cache.Put("order:9", Arg.Any<Order>()));
    }

    [Fact]
    public async Task AMissSaysWhatWasCalledInstead()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Stock));
        Stock stock = new("cellar");
        stock.Add("tea", 2);
        stock.Add("coffee", 30);
        Assert.Throws<ArgumentOutOfRangeException>(() => stock.Add("milk", -1));

        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Add(Arg.Is<string>(p => p.StartsWith("co")), Arg.Is<int>(n => n < 10))
            but there was none.

            Other calls of Stock.Add, nearest first:
              #3 Stock.Add("tea", 2)
                   ✗ product is "tea": p => p.StartsWith("co") is false
                 called by HaveCalledTests.AMissSaysWhatWasCalledInstead at HaveCalledTests.cs:0
              #6 Stock.Add("coffee", 30)
                   ✗ pieces is 30: n => n < 10 is false
                 called by HaveCalledTests.AMissSaysWhatWasCalledInstead at HaveCalledTests.cs:0
              #9 Stock.Add("milk", -1) threw ArgumentOutOfRangeException: pieces ('-1') must be a non-negative value. (Parameter 'pieces')…
                   ✗ product is "milk": p => p.StartsWith("co") is false
                 called by HaveCalledTests.AMissSaysWhatWasCalledInstead at HaveCalledTests.cs:0

            The 9 calls that were recorded, in order:
              #1 new Stock("cellar")
              #2   Stock.Place = "cellar"
              #3 Stock.Add("tea", 2)
              #4   Stock["tea"] → 0
              #5   Stock["tea"] = 2
              #6 Stock.Add("coffee", 30)
              #7   Stock["coffee"] → 0
              #8   Stock["coffee"] = 30
              #9 Stock.Add("milk", -1) threw ArgumentOutOfRangeException: pieces ('-1') must be a non-negative value. (Parameter 'pieces')…
            """,
            () => calls.Should().HaveCalled((Stock s) => s.Add(Arg.Is<string>(p => p.StartsWith("co")), Arg.Is<int>(n => n < 10))));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Double(3L)
            but there was none, nor any other call of Stock.Double.

            The 9 calls that were recorded, in order:
              #1 new Stock("cellar")
              #2   Stock.Place = "cellar"
              #3 Stock.Add("tea", 2)
              #4   Stock["tea"] → 0
              #5   Stock["tea"] = 2
              #6 Stock.Add("coffee", 30)
              #7   Stock["coffee"] → 0
              #8   Stock["coffee"] = 30
              #9 Stock.Add("milk", -1) threw ArgumentOutOfRangeException: pieces ('-1') must be a non-negative value. (Parameter 'pieces')…
            """,
            () => calls.Should().HaveCalled(() => Stock.Double(3)));
    }

    [Fact]
    public async Task NothingAtAllIsSaidSo()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Cache));
        Failure.Says(
            """
            Expected at least 1 call of
                Cache.Get("order:7")
            but there was none, nor any other call of Cache.Get.

            Nothing that is watched was called.
            """,
            () => calls.Should().HaveCalled(() => Cache.Get("order:7")));
    }

    [Fact]
    public async Task CountsThatDiffer()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Cache));
        string key = "a";
        _ = Cache.Get(key);
        _ = Cache.Get(key);
        _ = Cache.Get("b");

        Failure.Says(
            """
            Expected exactly 1 call of
                Cache.Get("a")
            but there were 2.

            Matching calls:
              #1 Cache.Get("a") → null
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0
              #2 Cache.Get("a") → null
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Cache.Get("a") → null
              #3 Cache.Get("b") → null
            """,
            () => calls.Should().HaveCalled(() => Cache.Get(key)).Once());
        Failure.Says(
            """
            Expected exactly 2 calls of
                Cache.Get("b")
            but there was 1.

            Matching calls:
              #3 Cache.Get("b") → null
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0

            Other calls of Cache.Get, nearest first:
              #1 Cache.Get("a") → null
                   ✗ key is "a", not "b"
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0
              #2 Cache.Get("a") → null
                   ✗ key is "a", not "b"
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Cache.Get("a") → null
              #3 Cache.Get("b") → null
            """,
            () => calls.Should().HaveCalled(() => Cache.Get("b")).Twice());
        Failure.Says(
            """
            Expected exactly 3 calls of
                Cache.Get("b")
            but there was 1.

            Matching calls:
              #3 Cache.Get("b") → null
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0

            Other calls of Cache.Get, nearest first:
              #1 Cache.Get("a") → null
                   ✗ key is "a", not "b"
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0
              #2 Cache.Get("a") → null
                   ✗ key is "a", not "b"
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Cache.Get("a") → null
              #3 Cache.Get("b") → null
            """,
            () => calls.Should().HaveCalled(() => Cache.Get("b")).Times(3));
        Failure.Says(
            """
            Expected at most 2 calls of
                Cache.Get(Arg.Any<string>())
            but there were 3.

            Matching calls:
              #1 Cache.Get("a") → null
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0
              #2 Cache.Get("a") → null
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0
              #3 Cache.Get("b") → null
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Cache.Get("a") → null
              #3 Cache.Get("b") → null
            """,
            () => calls.Should().HaveCalled(() => Cache.Get(Arg.Any<string>())).AtMost(2));
        Failure.Says(
            """
            Expected at least 2 calls of
                Cache.Get("b")
            but there was 1.

            Matching calls:
              #3 Cache.Get("b") → null
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0

            Other calls of Cache.Get, nearest first:
              #1 Cache.Get("a") → null
                   ✗ key is "a", not "b"
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0
              #2 Cache.Get("a") → null
                   ✗ key is "a", not "b"
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Cache.Get("a") → null
              #3 Cache.Get("b") → null
            """,
            () => calls.Should().HaveCalled(() => Cache.Get("b")).AtLeast(2));
        Failure.Says(
            """
            Expected no call of
                Cache.Get("b")
            but there was 1.

            Matching calls:
              #3 Cache.Get("b") → null
                 called by HaveCalledTests.CountsThatDiffer at HaveCalledTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Cache.Get("a") → null
              #2 Cache.Get("a") → null
              #3 Cache.Get("b") → null
            """,
            () => calls.Should().NeverHaveCalled(() => Cache.Get("b")));
    }

    [Fact]
    public async Task LongListsAreCut()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Double(default));
        for (int i = 0; i < 40; i++)
        {
            Stock.Double(i);
        }

        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Double(100L)
            but there was none.

            Other calls of Stock.Double, nearest first:
              #40 Stock.Double(39L) → 78L
                   ✗ number is 39L, not 100L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #39 Stock.Double(38L) → 76L
                   ✗ number is 38L, not 100L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #38 Stock.Double(37L) → 74L
                   ✗ number is 37L, not 100L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #37 Stock.Double(36L) → 72L
                   ✗ number is 36L, not 100L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #36 Stock.Double(35L) → 70L
                   ✗ number is 35L, not 100L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              … and 35 more

            The 40 calls that were recorded, in order:
               #1 Stock.Double(0L) → 0L
               #2 Stock.Double(1L) → 2L
               #3 Stock.Double(2L) → 4L
               #4 Stock.Double(3L) → 6L
               #5 Stock.Double(4L) → 8L
               #6 Stock.Double(5L) → 10L
               #7 Stock.Double(6L) → 12L
               #8 Stock.Double(7L) → 14L
               #9 Stock.Double(8L) → 16L
              #10 Stock.Double(9L) → 18L
              #11 Stock.Double(10L) → 20L
              #12 Stock.Double(11L) → 22L
              #13 Stock.Double(12L) → 24L
              #14 Stock.Double(13L) → 26L
              #15 Stock.Double(14L) → 28L
              #16 Stock.Double(15L) → 30L
              #17 Stock.Double(16L) → 32L
              #18 Stock.Double(17L) → 34L
              #19 Stock.Double(18L) → 36L
              #20 Stock.Double(19L) → 38L
              … and 20 more
            """,
            () => calls.Should().HaveCalled(() => Stock.Double(100)));
        Failure.Says(
            """
            Expected no call of
                Stock.Double(Arg.Is<long>(n => n > 20))
            but there were 19.

            Matching calls:
              #22 Stock.Double(21L) → 42L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #23 Stock.Double(22L) → 44L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #24 Stock.Double(23L) → 46L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #25 Stock.Double(24L) → 48L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #26 Stock.Double(25L) → 50L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #27 Stock.Double(26L) → 52L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #28 Stock.Double(27L) → 54L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #29 Stock.Double(28L) → 56L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #30 Stock.Double(29L) → 58L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              #31 Stock.Double(30L) → 60L
                 called by HaveCalledTests.LongListsAreCut at HaveCalledTests.cs:0
              … and 9 more

            The 40 calls that were recorded, in order:
               #1 Stock.Double(0L) → 0L
               #2 Stock.Double(1L) → 2L
               #3 Stock.Double(2L) → 4L
               #4 Stock.Double(3L) → 6L
               #5 Stock.Double(4L) → 8L
               #6 Stock.Double(5L) → 10L
               #7 Stock.Double(6L) → 12L
               #8 Stock.Double(7L) → 14L
               #9 Stock.Double(8L) → 16L
              #10 Stock.Double(9L) → 18L
              #11 Stock.Double(10L) → 20L
              #12 Stock.Double(11L) → 22L
              #13 Stock.Double(12L) → 24L
              #14 Stock.Double(13L) → 26L
              #15 Stock.Double(14L) → 28L
              #16 Stock.Double(15L) → 30L
              #17 Stock.Double(16L) → 32L
              #18 Stock.Double(17L) → 34L
              #19 Stock.Double(18L) → 36L
              #20 Stock.Double(19L) → 38L
              … and 20 more
            """,
            () => calls.Should().NeverHaveCalled(() => Stock.Double(Arg.Is<long>(n => n > 20))));
    }

    [Fact]
    public async Task LongTextsAreCutAroundTheDifference()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Write(default!));
        string text = string.Concat(Enumerable.Range(0, 100));
        Stock.Write(text);
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Write("0123456789101112131415161718192021222324252627282930313233343536373839404142434445464748495x51525354…" (190 characters))
            but there was none.

            The nearest call of Stock.Write:
              #1 Stock.Write("0123456789101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354…" (190 characters))
                   ✗ text is …"041424344454647484950515253545556575859606162636465666768697"…, not …"04142434445464748495x515253545556575859606162636465666768697"… (they differ from index 91 on; lengths 190 and 190)
                 called by HaveCalledTests.LongTextsAreCutAroundTheDifference at HaveCalledTests.cs:0

            The only call that was recorded:
              #1 Stock.Write("0123456789101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354…" (190 characters))
            """,
            () => calls.Should().HaveCalled(() => Stock.Write(text.Replace("50", "5x"))));
    }

    [Fact]
    public async Task NumbersThatMakeNoSenseAreRefused()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Cache));
        _ = Cache.Get("a");
        MatchedCalls found = calls.Should().HaveCalled(() => Cache.Get("a"));
        Assert.Throws<SpecException>(() => found.Times(0));
        Assert.Throws<SpecException>(() => found.AtLeast(0));
        Assert.Throws<SpecException>(() => found.AtMost(-1));
        Assert.Throws<SpecException>(() => found.Within(TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public async Task WhatIsNotWatchedCannotBeAssertedOn()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Cache.Put(default!, default!));
        SpecException error = Assert.Throws<SpecException>(() => calls.Should().NeverHaveCalled(() => Cache.Get("a")));
        Assert.Equal("""An assertion on Cache.Get cannot be used: the recorder does not watch it, so it has seen none of its calls. Watch it first, before the code under test runs: calls.Watch(() => Cache.Get…) or calls.Watch(typeof(Cache)).""", error.Message);
    }

    [Fact]
    public async Task AnEndedRecorderIsStillAsked()
    {
        CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Cache));
        _ = Cache.Get("a");
        await calls.DisposeAsync();
        _ = Cache.Get("a");
        calls.Should().HaveCalled(() => Cache.Get("a")).Once();
    }
}
