using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Assertions;

/// <summary>The kinds of members that lambdas name, and on what they are called.</summary>
public sealed class MemberTests
{
    [Fact]
    public async Task InstancesAreTold()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Stock));
        Stock cellar = new("cellar");
        Stock attic = new("attic");
        cellar.Add("tea", 1);

        calls.Should().HaveCalled(() => cellar.Add("tea", 1)).Once();
        calls.Should().HaveCalled((Stock s) => s.Add("tea", 1)).Once();
        calls.Should().NeverHaveCalled(() => attic.Add("tea", 1));
        Failure.Says(
            """
            Expected at least 1 call of
                attic.Add("tea", 1)
            but there was none.

            The nearest call of Stock.Add:
              #5 Stock.Add("tea", 1)
                   ✗ the instance is another Stock: Stock { _pieces = { ["tea"] = 1 }, Place = "cellar" }
                 called by MemberTests.InstancesAreTold at MemberTests.cs:0

            The 7 calls that were recorded, in order:
              #1 new Stock("cellar")
              #2   Stock.Place = "cellar"
              #3 new Stock("attic")
              #4   Stock.Place = "attic"
              #5 Stock.Add("tea", 1)
              #6   Stock["tea"] → 0
              #7   Stock["tea"] = 1
            """,
            () => calls.Should().HaveCalled(() => attic.Add("tea", 1)));
    }

    [Fact]
    public async Task ConstructorsPropertiesAndIndexers()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Stock)).Watch(() => Clock.UtcNow);
        Stock cellar = new("cellar") { Place = "attic" };
        cellar["tea"] = 3;
        _ = cellar["tea"];
        _ = cellar.Place;
        _ = Clock.UtcNow;

        calls.Should().HaveCalled(() => new Stock("cellar")).Once();
        calls.Should().HaveCalled(() => Clock.UtcNow).Once();
        calls.Should().HaveCalled(() => cellar.Place).Once().Returning("attic");
        calls.Should().HaveCalled((Stock s) => s["tea"]).Once().Returning(3);
        calls.Should().HaveSet(() => cellar.Place, "attic").Once();
        calls.Should().HaveSet((Stock s) => s["tea"], 3).Once();
        calls.Should().HaveSet((Stock s) => s[Arg.Any<string>()], () => Arg.Is<int>(n => n > 2)).Once();
        calls.Should().NeverHaveSet(() => cellar.Place, "garage").NeverHaveSet((Stock s) => s["milk"], () => Arg.Any<int>());
        Failure.Says(
            """
            Expected at least 1 call of
                Stock["tea"] = 4
            but there was none.

            The nearest call of Stock[…]:
              #4 Stock["tea"] = 3
                   ✗ value is 3, not 4
                 called by MemberTests.ConstructorsPropertiesAndIndexers at MemberTests.cs:0

            The 7 calls that were recorded, in order:
              #1 new Stock("cellar")
              #2   Stock.Place = "cellar"
              #3 Stock.Place = "attic"
              #4 Stock["tea"] = 3
              #5 Stock["tea"] → 3
              #6 Stock.Place → "attic"
              #7 Clock.UtcNow → (now)
            """,
            () => calls.Should().HaveSet((Stock s) => s["tea"], 4));
        Failure.Says(
            """
            Expected no call of
                cellar.Place = Arg.Any<string>()
            but there were 2.

            Matching calls:
              #2 Stock.Place = "cellar"
                 called by new Stock at Stock.cs:0
              #3 Stock.Place = "attic"
                 called by MemberTests.ConstructorsPropertiesAndIndexers at MemberTests.cs:0

            The 7 calls that were recorded, in order:
              #1 new Stock("cellar")
              #2   Stock.Place = "cellar"
              #3 Stock.Place = "attic"
              #4 Stock["tea"] = 3
              #5 Stock["tea"] → 3
              #6 Stock.Place → "attic"
              #7 Clock.UtcNow → (now)
            """,
            () => calls.Should().NeverHaveSet(() => cellar.Place, () => Arg.Any<string>()));
        Failure.Says(
            """
            Expected at least 1 call of
                new Stock("attic")
            but there was none.

            The nearest call of new Stock:
              #1 new Stock("cellar")
                   ✗ place is "cellar", not "attic"
                 called by MemberTests.ConstructorsPropertiesAndIndexers at MemberTests.cs:0

            The 7 calls that were recorded, in order:
              #1 new Stock("cellar")
              #2   Stock.Place = "cellar"
              #3 Stock.Place = "attic"
              #4 Stock["tea"] = 3
              #5 Stock["tea"] → 3
              #6 Stock.Place → "attic"
              #7 Clock.UtcNow → (now)
            """,
            () => calls.Should().HaveCalled(() => new Stock("attic")));
        Failure.Says(
            """
            Expected no call of
                Stock["tea"] = 3
            but there was 1.

            Matching calls:
              #4 Stock["tea"] = 3
                 called by MemberTests.ConstructorsPropertiesAndIndexers at MemberTests.cs:0

            The 7 calls that were recorded, in order:
              #1 new Stock("cellar")
              #2   Stock.Place = "cellar"
              #3 Stock.Place = "attic"
              #4 Stock["tea"] = 3
              #5 Stock["tea"] → 3
              #6 Stock.Place → "attic"
              #7 Clock.UtcNow → (now)
            """,
            () => calls.Should().NeverHaveSet((Stock s) => s["tea"], 3));
        Failure.Says(
            """
            Expected at least 1 call of
                cellar.Place = Arg.Matches("^garage")
            but there was none.

            Other calls of Stock.Place, nearest first:
              #2 Stock.Place = "cellar"
                   ✗ value is "cellar", which does not match
                 called by new Stock at Stock.cs:0
              #3 Stock.Place = "attic"
                   ✗ value is "attic", which does not match
                 called by MemberTests.ConstructorsPropertiesAndIndexers at MemberTests.cs:0

            The 7 calls that were recorded, in order:
              #1 new Stock("cellar")
              #2   Stock.Place = "cellar"
              #3 Stock.Place = "attic"
              #4 Stock["tea"] = 3
              #5 Stock["tea"] → 3
              #6 Stock.Place → "attic"
              #7 Clock.UtcNow → (now)
            """,
            () => calls.Should().HaveSet(() => cellar.Place, () => Arg.Matches("^garage")));
        Assert.Throws<SpecException>(() => calls.Should().HaveSet(() => Clock.UtcNow, DateTime.UnixEpoch));
    }

    [Fact]
    public async Task GenericMethods()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Stock));
        Stock.Echo("tea");
        Stock.Make<int>();
        Stock.Make<string>();

        calls.Should().HaveCalled(() => Stock.Echo("tea")).Once();
        calls.Should().HaveCalled(() => Stock.Echo(Arg.Any<string>())).Once();
        calls.Should().NeverHaveCalled(() => Stock.Echo(Arg.Any<int>()));
        calls.Should().HaveCalled(() => Stock.Make<int>()).Once();
        calls.Should().NeverHaveCalled(() => Stock.Make<long>());
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Echo<int>(Arg.Any<int>())
            but there was none.

            The nearest call of Stock.Echo<int>:
              #1 Stock.Echo<T>("tea") → "tea"
                   ✗ it was called with other type arguments: it returns string, not int
                 called by MemberTests.GenericMethods at MemberTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Stock.Echo<T>("tea") → "tea"
              #2 Stock.Make<T>() → 0
              #3 Stock.Make<T>() → null
            """,
            () => calls.Should().HaveCalled(() => Stock.Echo(Arg.Any<int>())));
        Failure.Says(
            """
            Expected at least 1 call of
                Stock.Make<long>()
            but there was none.

            Other calls of Stock.Make<long>, nearest first:
              #2 Stock.Make<T>() → 0
                   ✗ it was called with other type arguments: it returns int, not long
                 called by MemberTests.GenericMethods at MemberTests.cs:0
              #3 Stock.Make<T>() → null
                   ✗ it was called with other type arguments: it returns string, not long
                 called by MemberTests.GenericMethods at MemberTests.cs:0

            The 3 calls that were recorded, in order:
              #1 Stock.Echo<T>("tea") → "tea"
              #2 Stock.Make<T>() → 0
              #3 Stock.Make<T>() → null
            """,
            () => calls.Should().HaveCalled(() => Stock.Make<long>()));
        Assert.Equal("""'Stock.Register' with type arguments cannot be used: neither its parameters nor its result show what T is in a call, so calls with other types would count too. Give the method's definition as a MethodBase to count them all.""", Assert.Throws<SpecException>(() => calls.Should().HaveCalled(() => Stock.Register<int>())).Message);
        calls.Should().NeverHaveCalled(typeof(Stock).GetMethod(nameof(Stock.Register))!);
    }

    [Fact]
    public async Task InterfacesMeanWhatImplementsThem()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((IGateway g) => g.PayAsync(default!, default, default));
        Gateway gateway = new();
        IGateway same = gateway;
        await gateway.PayAsync("rich", 1);

        calls.Should().HaveCalled((IGateway g) => g.PayAsync("rich", 1, default)).Once();
        calls.Should().HaveCalled((Gateway g) => g.PayAsync("rich", 1, default)).Once();
        calls.Should().HaveCalled(() => same.PayAsync("rich", 1, default)).Once();
        Failure.Says(
            """
            Expected at least 1 call of
                IGateway.PayAsync("poor", 1m, CancellationToken.None)
            but there was none.

            The nearest call of IGateway.PayAsync:
              #1 Gateway.PayAsync("rich", 1m, CancellationToken.None) → true
                   ✗ account is "rich", not "poor"
                 called by MemberTests.InterfacesMeanWhatImplementsThem at MemberTests.cs:0

            The only call that was recorded:
              #1 Gateway.PayAsync("rich", 1m, CancellationToken.None) → true
            """,
            () => calls.Should().HaveCalled((IGateway g) => g.PayAsync("poor", 1, default)));
    }
}
