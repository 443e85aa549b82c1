using System.Reflection;

namespace Instrumentation.Testing.Tests.Assertions;

/// <summary>What stands for arguments: values and <see cref="Arg"/>.</summary>
public sealed class ArgumentTests
{
    [Fact]
    public async Task KindsOfArg()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Write(default!)).Watch(() => Stock.Book(default, default, default));
        Stock.Write("tea 7");
        Stock.Book(Stock.Reason.Loss, 'b', 3);
        string tea = "tea";

        calls.Should().HaveCalled(() => Stock.Write(Arg.Matches(@"^tea \d$")));
        calls.Should().HaveCalled(() => Stock.Write(Arg.Not("coffee")));
        calls.Should().HaveCalled(() => Stock.Write(Arg.Not<string>(t => t.Length > 5)));
        calls.Should().HaveCalled(() => Stock.Write(Arg.NotNull<string>()));
        calls.Should().HaveCalled(() => Stock.Write(Arg.Is("tea 7")));
        calls.Should().HaveCalled(() => Stock.Write(Arg.Is<string>(t => t.StartsWith(tea))));
        calls.Should().HaveCalled(() => Stock.Write(tea + " 7"));
        calls.Should().HaveCalled(() => Stock.Book(Arg.Is<Stock.Reason>(r => r == Stock.Reason.Loss), Arg.Is<char>(c => c == 'b'), Arg.Is<int>(n => n == 3)));
        calls.Should().HaveCalled(() => Stock.Book(Stock.Reason.Loss, 'b', 3));

        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Write(Arg.Matches("^coffee"))
            but there was none.

            The nearest call of Stock.Write:
              #1 Stock.Write("tea 7")
                   ✗ text is "tea 7", which does not match
                 called by ArgumentTests.KindsOfArg at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Write("tea 7")
              #2 Stock.Book(Reason.Loss, 'b', 3)
            """,
            () => calls.Should().HaveCalled(() => Stock.Write(Arg.Matches("^coffee"))));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Write(Arg.Not("tea 7"))
            but there was none.

            The nearest call of Stock.Write:
              #1 Stock.Write("tea 7")
                   ✗ text is "tea 7"
                 called by ArgumentTests.KindsOfArg at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Write("tea 7")
              #2 Stock.Book(Reason.Loss, 'b', 3)
            """,
            () => calls.Should().HaveCalled(() => Stock.Write(Arg.Not("tea 7"))));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Write(Arg.Not<string>(t => t.StartsWith(tea)))
            but there was none.

            The nearest call of Stock.Write:
              #1 Stock.Write("tea 7")
                   ✗ text is "tea 7": t => t.StartsWith(tea) is true, with tea = "tea"
                 called by ArgumentTests.KindsOfArg at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Write("tea 7")
              #2 Stock.Book(Reason.Loss, 'b', 3)
            """,
            () => calls.Should().HaveCalled(() => Stock.Write(Arg.Not<string>(t => t.StartsWith(tea)))));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Book(Arg.Is<Reason>(r => r == Reason.Sale), Arg.Is<char>(c => c == 'a'), Arg.Is<int?>(n => n == null))
            but there was none.

            The nearest call of Stock.Book:
              #2 Stock.Book(Reason.Loss, 'b', 3)
                   ✗ reason is Reason.Loss: r => r == Reason.Sale is false
                   ✗ shelf is 'b': c => c == 'a' is false
                   ✗ pieces is 3: n => n == null is false
                 called by ArgumentTests.KindsOfArg at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Write("tea 7")
              #2 Stock.Book(Reason.Loss, 'b', 3)
            """,
            () => calls.Should().HaveCalled(() => Stock.Book(Arg.Is<Stock.Reason>(r => r == Stock.Reason.Sale), Arg.Is<char>(c => c == 'a'), Arg.Is<int?>(n => n == null))));
        Func<string, bool> isLong = static text => text.Length > 10;
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Write(Arg.Is<string>(isLong))
            but there was none.

            The nearest call of Stock.Write:
              #1 Stock.Write("tea 7")
                   ✗ text is "tea 7": isLong is false
                 called by ArgumentTests.KindsOfArg at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Write("tea 7")
              #2 Stock.Book(Reason.Loss, 'b', 3)
            """,
            () => calls.Should().HaveCalled(() => Stock.Write(Arg.Is(isLong))));
        Assert.Throws<SpecException>(() => calls.Should().HaveCalled(() => Stock.Write(Arg.Matches("("))));
    }

    [Fact]
    public async Task NullIsAValue()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Write(default!)).Watch(() => Stock.Book(default, default, default));
        Stock.Write(null!);
        Stock.Book(Stock.Reason.Sale, 'a', null);

        calls.Should().HaveCalled(() => Stock.Write(null!)).Once();
        calls.Should().HaveCalled(() => Stock.Write(Arg.Any<string>())).Once();
        calls.Should().HaveCalled(() => Stock.Book(Stock.Reason.Sale, 'a', null)).Once();
        calls.Should().HaveCalled(() => Stock.Book(Stock.Reason.Sale, 'a', Arg.Any<int?>())).Once();
        calls.Should().NeverHaveCalled(() => Stock.Book(Stock.Reason.Sale, 'a', Arg.Any<int>()));
        calls.Should().NeverHaveCalled(() => Stock.Write(Arg.NotNull<string>()));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Write("tea")
            but there was none.

            The nearest call of Stock.Write:
              #1 Stock.Write(null)
                   ✗ text is null, not "tea"
                 called by ArgumentTests.NullIsAValue at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Write(null)
              #2 Stock.Book(Reason.Sale, 'a', null)
            """,
            () => calls.Should().HaveCalled(() => Stock.Write("tea")));
    }

    [Fact]
    public async Task APredicateThatThrowsIsNamed()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Write(default!));
        Stock.Write(null!);
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Write(Arg.Is<string>(t => t.Length > 2))
            but there was none.

            The nearest call of Stock.Write:
              #1 Stock.Write(null)
                   ✗ text is null: t => t.Length > 2 threw NullReferenceException: Object reference not set to an instance of an object.
                 called by ArgumentTests.APredicateThatThrowsIsNamed at ArgumentTests.cs:0

            The only call that was recorded:
              #1 Stock.Write(null)
            """,
            () => calls.Should().HaveCalled(() => Stock.Write(Arg.Is<string>(t => t.Length > 2))));
        Failure.Says(
            """
            Expected no call of
                Stock.Write(Arg.Is<string>(t => t.Length > 2))
            and there was none, but that is not certain.

            Whether these are among them cannot be told:
              #1 Stock.Write(null)
                   ✗ text is null: t => t.Length > 2 threw NullReferenceException: Object reference not set to an instance of an object.
                 called by ArgumentTests.APredicateThatThrowsIsNamed at ArgumentTests.cs:0

            The only call that was recorded:
              #1 Stock.Write(null)
            """,
            () => calls.Should().NeverHaveCalled(() => Stock.Write(Arg.Is<string>(t => t.Length > 2))));

        // What is found elsewhere is found.
        Stock.Write("tea");
        MatchedCalls found = calls.Should().HaveCalled(() => Stock.Write(Arg.Is<string>(t => t.Length > 2)));
        Failure.Says(
            """
            Expected exactly 1 call of
                Stock.Write(Arg.Is<string>(t => t.Length > 2))
            and there was 1, but that is not certain.

            Matching calls:
              #2 Stock.Write("tea")
                 called by ArgumentTests.APredicateThatThrowsIsNamed at ArgumentTests.cs:0

            Whether these are among them cannot be told:
              #1 Stock.Write(null)
                   ✗ text is null: t => t.Length > 2 threw NullReferenceException: Object reference not set to an instance of an object.
                 called by ArgumentTests.APredicateThatThrowsIsNamed at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Write(null)
              #2 Stock.Write("tea")
            """,
            () => found.Once());
    }

    [Fact]
    public async Task ValuesAreCompared()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Stock));
        Stock.Sum(1, 2, 3);
        Stock.Join("-", "a", 2, 'c');
        Stock.Double(4);

        calls.Should().HaveCalled(() => Stock.Sum(1, 2, 3)).Once();
        calls.Should().HaveCalled(() => Stock.Sum(Arg.Any<int>(), 2, Arg.Is<int>(n => n > 2))).Once();
        calls.Should().HaveCalled(() => Stock.Sum(Arg.Any<int[]>())).Once();
        calls.Should().HaveCalled(() => Stock.Join("-", "a", Arg.Any<object>(), 'c')).Once();
        calls.Should().HaveCalled(() => Stock.Double(Arg.Is<int>(n => n == 4))).Once();
        calls.Should().HaveCalled(() => Stock.Double(Arg.Any<int>())).Once();

        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Sum([1, 2, 4])
            but there was none.

            The nearest call of Stock.Sum:
              #1 Stock.Sum([1, 2, 3]) → 6
                   ✗ pieces [2] is 3, not 4
                 called by ArgumentTests.ValuesAreCompared at ArgumentTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Stock.Sum([1, 2, 3]) → 6
              #2 Stock.Join("-", ["a", 2, 'c']) → "a-2-c"
              #3 Stock.Double(4L) → 8L
            """,
            () => calls.Should().HaveCalled(() => Stock.Sum(1, 2, 4)));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Sum([1, Arg.Any<int>()])
            but there was none.

            The nearest call of Stock.Sum:
              #1 Stock.Sum([1, 2, 3]) → 6
                   ✗ pieces has 3 elements, not 2: [1, 2, 3]
                 called by ArgumentTests.ValuesAreCompared at ArgumentTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Stock.Sum([1, 2, 3]) → 6
              #2 Stock.Join("-", ["a", 2, 'c']) → "a-2-c"
              #3 Stock.Double(4L) → 8L
            """,
            () => calls.Should().HaveCalled(() => Stock.Sum(1, Arg.Any<int>())));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Join("-", ["a", Arg.Any<string>(), 'c'])
            but there was none.

            The nearest call of Stock.Join:
              #2 Stock.Join("-", ["a", 2, 'c']) → "a-2-c"
                   ✗ parts [1] is of type int, not string
                 called by ArgumentTests.ValuesAreCompared at ArgumentTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Stock.Sum([1, 2, 3]) → 6
              #2 Stock.Join("-", ["a", 2, 'c']) → "a-2-c"
              #3 Stock.Double(4L) → 8L
            """,
            () => calls.Should().HaveCalled(() => Stock.Join("-", "a", Arg.Any<string>(), 'c')));
    }

    [Fact]
    public async Task CollectionsAreComparedByWhatTheyHold()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Stock));
        Stock.Mark(["tea", "milk"], new Dictionary<string, int> { ["tea"] = 1, ["milk"] = 2 });
        HashSet<string> products = ["milk", "tea"];
        Dictionary<string, int> pieces = new() { ["milk"] = 2, ["tea"] = 1 };
        Dictionary<string, int> fewer = new() { ["milk"] = 2 };

        calls.Should().HaveCalled(() => Stock.Mark(products, pieces)).Once();
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Mark(["milk", "tea"], { ["milk"] = 2 })
            but there was none.

            The nearest call of Stock.Mark:
              #1 Stock.Mark(["tea", "milk"], { ["tea"] = 1, ["milk"] = 2 })
                   ✗ pieces has ["tea"] besides: { ["tea"] = 1, ["milk"] = 2 }
                 called by ArgumentTests.CollectionsAreComparedByWhatTheyHold at ArgumentTests.cs:0

            The only call that was recorded:
              #1 Stock.Mark(["tea", "milk"], { ["tea"] = 1, ["milk"] = 2 })
            """,
            () => calls.Should().HaveCalled(() => Stock.Mark(products, fewer)));
        products.Add("coffee");
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Mark(["milk", "tea", "coffee"], { ["milk"] = 2, ["tea"] = 1 })
            but there was none.

            The nearest call of Stock.Mark:
              #1 Stock.Mark(["tea", "milk"], { ["tea"] = 1, ["milk"] = 2 })
                   ✗ products has no "coffee": ["tea", "milk"]
                 called by ArgumentTests.CollectionsAreComparedByWhatTheyHold at ArgumentTests.cs:0

            The only call that was recorded:
              #1 Stock.Mark(["tea", "milk"], { ["tea"] = 1, ["milk"] = 2 })
            """,
            () => calls.Should().HaveCalled(() => Stock.Mark(products, pieces)));
    }

    [Fact]
    public async Task ArgumentsAreThoseOfTheCall()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Load(default!)).Watch(() => Shop.Cache.Put(default!, default!));
        List<int> pieces = [1];
        Stock.Load(pieces);
        Shop.Order order = new("7", 2);
        Shop.Cache.Put("order:7", order);

        // Both have changed since: the list is the one that was, not the one that is; an object is found by what its type calls equal, or by itself.
        calls.Should().HaveCalled(() => Stock.Load(new List<int> { 1 })).Once();
        calls.Should().HaveCalled(() => Stock.Load(Arg.Same(pieces))).Once();
        calls.Should().HaveCalled(() => Shop.Cache.Put("order:7", order)).Once();
        calls.Should().HaveCalled(() => Shop.Cache.Put("order:7", Arg.Is<Shop.Order>(o => o.Lines.Count == 0))).Once();
        calls.Should().NeverHaveCalled(() => Shop.Cache.Put("order:7", Arg.Same(new Shop.Order("7", 2))));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Load([1, 1])
            but there was none.

            The nearest call of Stock.Load:
              #1 Stock.Load([1])
                   ✗ pieces is the same object, but it was [1] at the call and has changed since (Arg.Same asks for the object alone)
                 called by ArgumentTests.ArgumentsAreThoseOfTheCall at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Load([1])
              #2 Cache.Put("order:7", Order { Id = "7", Quantity = 2, Lines = [] })
            """,
            () => calls.Should().HaveCalled(() => Stock.Load(pieces)));
        Failure.Says(
            """
            Expected at least 1 call of
                Cache.Put("order:7", Order { Id = "7", Quantity = 3, Lines = [] })
            but there was none.

            The nearest call of Cache.Put:
              #2 Cache.Put("order:7", Order { Id = "7", Quantity = 2, Lines = [] })
                   ✗ order differs: Quantity is 2, not 3
                 called by ArgumentTests.ArgumentsAreThoseOfTheCall at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Load([1])
              #2 Cache.Put("order:7", Order { Id = "7", Quantity = 2, Lines = [] })
            """,
            () => calls.Should().HaveCalled(() => Shop.Cache.Put("order:7", new Shop.Order("7", 3))));
        Failure.Says(
            """
            Expected at least 1 call of
                Cache.Put("order:7", null)
            but there was none.

            The nearest call of Cache.Put:
              #2 Cache.Put("order:7", Order { Id = "7", Quantity = 2, Lines = [] })
                   ✗ order is Order { Id = "7", Quantity = 2, Lines = [] }, not null
                 called by ArgumentTests.ArgumentsAreThoseOfTheCall at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Load([1])
              #2 Cache.Put("order:7", Order { Id = "7", Quantity = 2, Lines = [] })
            """,
            () => calls.Should().HaveCalled(() => Shop.Cache.Put("order:7", null!)));
        Failure.Says(
            """
            Expected at least 1 call of
                Cache.Put("order:7", Order { Id = "7", Quantity = 2, Lines = [] })
            but there was none.

            The nearest call of Cache.Put:
              #2 Cache.Put("order:7", Order { Id = "7", Quantity = 2, Lines = [] })
                   ✗ order is another Order that holds the same, and Order.Equals says that they differ: Arg.Is<Order>(predicate) looks into it
                 called by ArgumentTests.ArgumentsAreThoseOfTheCall at ArgumentTests.cs:0

            The 2 calls that were recorded, in order:
              #1 Stock.Load([1])
              #2 Cache.Put("order:7", Order { Id = "7", Quantity = 2, Lines = [] })
            """,
            () => calls.Should().HaveCalled(() => Shop.Cache.Put("order:7", new Shop.Order("7", 2))));
    }

    [Theory]
    [InlineData(RecordingScope.Flow)]
    [InlineData(RecordingScope.Process)]
    public async Task WhatAssertionsComputeIsNotRecorded(RecordingScope scope)
    {
        await using CallRecorder calls = await CallRecorder.StartAsync(new RecorderOptions { Scope = scope, Kernel = false });
        calls.Watch(() => Stock.Note(default!, default)).Watch((Stock s) => s.Twofold(default)).Watch((Stock.Parcel p) => p.Weight);
        Stock.Parcel parcel = new(21);
        Stock.Note(parcel, 42);
        Stock stock = new("cellar");

        calls.Should().HaveCalled(() => Stock.Note(Arg.Is<Stock.Parcel>(p => p.Weight == 21), stock.Twofold(21))).Once();
        calls.Should().HaveNoOtherCalls();

        // Stand-ins act there as they do in the test.
        calls.Replace((Stock s) => s.Twofold(21)).With(43);
        calls.Should().NeverHaveCalled(() => Stock.Note(Arg.Any<Stock.Parcel>(), stock.Twofold(21)));
        calls.Should().HaveNoOtherCalls();
    }

    [Fact]
    public async Task ArgumentsByReference()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Stock));
        int left = 5;
        Stock.TryTake("tea", ref left, out int taken);
        int five = 5;
        int six = 6;

        calls.Should().HaveCalled(() => Stock.TryTake("tea", ref five, out taken)).Once();
        calls.Should().HaveCalled(() => Stock.TryTake("tea", ref Arg.Ref<int>.Any, out Arg.Ref<int>.Any)).Once();
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.TryTake("tea", 6, out _)
            but there was none.

            The nearest call of Stock.TryTake:
              #1 Stock.TryTake("tea", 5, 0) → true
                   ✗ left is 5, not 6
                 called by ArgumentTests.ArgumentsByReference at ArgumentTests.cs:0

            The only call that was recorded:
              #1 Stock.TryTake("tea", 5, 0) → true
            """,
            () => calls.Should().HaveCalled(() => Stock.TryTake("tea", ref six, out taken)));
    }

    [Fact]
    public async Task MethodsByReflection()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Stock));
        new Stock("cellar").Audit(7);
        Stock.Count("tea");
        MethodInfo secret = typeof(Stock).GetMethod("Secret", BindingFlags.NonPublic | BindingFlags.Instance)!;
        MethodInfo count = typeof(Stock).GetMethod(nameof(Stock.Count))!;

        calls.Should().HaveCalled(secret).Once();
        calls.Should().HaveCalled(secret, 7).Once().Returning(42);
        calls.Should().HaveCalled(secret, 7L).Once();
        calls.Should().HaveCalled(secret, () => new object?[] { Arg.Is<int>(k => k > 6) }).Once();
        calls.Should().HaveCalled(count, "tea").Once();
        calls.Should().NeverHaveCalled(secret, 8).NeverHaveCalled(secret, () => new object?[] { Arg.Is<int>(k => k > 7) });
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Secret(8)
            but there was none.

            The nearest call of Stock.Secret:
              #4 Stock.Secret(7) → 42
                   ✗ key is 7, not 8
                 called by Stock.Audit at Stock.cs:0

            The 6 calls that were recorded, in order:
              #1 new Stock("cellar")
              #2   Stock.Place = "cellar"
              #3 Stock.Audit(7) → 43
              #4   Stock.Secret(7) → 42
              #5     Stock.Place → "cellar"
              #6 Stock.Count("tea") → 3
            """,
            () => calls.Should().HaveCalled(secret, 8));
        Failure.Says(
            """
            Expected no call of
                Stock.Secret(…)
            but there was 1.

            Matching calls:
              #4 Stock.Secret(7) → 42
                 called by Stock.Audit at Stock.cs:0

            The 6 calls that were recorded, in order:
              #1 new Stock("cellar")
              #2   Stock.Place = "cellar"
              #3 Stock.Audit(7) → 43
              #4   Stock.Secret(7) → 42
              #5     Stock.Place → "cellar"
              #6 Stock.Count("tea") → 3
            """,
            () => calls.Should().NeverHaveCalled(secret));
        Assert.Throws<SpecException>(() => calls.Should().HaveCalled(secret, 7, 8));
        Assert.Throws<SpecException>(() => calls.Should().HaveCalled(secret, () => new object?[] { 7, 8 }));
    }

    [Fact]
    public void ArgIsNotToBeRun()
    {
        Func<object>[] runs =
        [
            Arg.Any<string>, static () => Arg.Is("a"), static () => Arg.Is<string>(static t => t.Length > 1), static () => Arg.Not("a"), static () => Arg.Not<string>(static t => t.Length > 1),
            Arg.NotNull<string>, static () => Arg.Matches("a"), static () => Arg.Same("a"),
        ];
        Assert.All(runs, static run => Assert.Contains("it stands for an argument in the lambda of an assertion", Assert.Throws<SpecException>(run).Message, StringComparison.Ordinal));
        Assert.Equal("""Arg.Any<T>() where it is run cannot be used: it stands for an argument in the lambda of an assertion, which is read and not run. Write it as a whole argument there, for example calls.Should().HaveCalled(() => Cache.Put(Arg.Any<string>(), order)).""", Assert.Throws<SpecException>(runs[0]).Message);
    }

    [Fact]
    public async Task LambdasThatMeanNothingAreRefused()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Stock));
        string? none = null;
        Stock? nobody = null;
        Assert.Equal("""'Arg.Any() + "x"' in the assertion's lambda cannot be used: Arg.Any() stands for a whole argument, and is a part of one here. Write Arg.Is<T>(predicate) for the whole argument.""", Assert.Throws<SpecException>(() => calls.Should().HaveCalled(() => Stock.Write(Arg.Any<string>() + "x"))).Message);
        Assert.Equal("""'(long)none.Length' in the assertion's lambda cannot be used: its value was asked for and it threw NullReferenceException: Object reference not set to an instance of an object. Give a value that can be computed, or Arg.Any<T>().""", Assert.Throws<SpecException>(() => calls.Should().HaveCalled(() => Stock.Double(none!.Length))).Message);
        Assert.Equal("""'nobody' in the assertion's lambda cannot be used: it is null, and nothing is called on null. Give the object that is called, or a parameter of its type for any: (Service s) => s.Run().""", Assert.Throws<SpecException>(() => calls.Should().HaveCalled(() => nobody!.Audit(1))).Message);
        Assert.Equal("""'s.Place.Length' in the assertion's lambda cannot be used: s stands for any instance there, and has no value. Call the method on s itself, or capture the object that you mean in a variable.""", Assert.Throws<SpecException>(() => calls.Should().HaveCalled((Stock s) => s.Audit(s.Place.Length))).Message);
        Assert.Throws<SpecException>(() => calls.Should().HaveCalled(() => 5 + 6));
    }
}
