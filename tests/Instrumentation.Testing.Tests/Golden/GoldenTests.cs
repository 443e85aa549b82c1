using System.Globalization;
using System.Runtime.CompilerServices;
using Instrumentation.Testing.Golden;
using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Golden;

/// <summary>Golden traces of real calls, with the files beside this one.</summary>
public sealed class GoldenTests
{
    private static readonly Service Shop = new(new Gateway());
    private static readonly GoldenOptions Years = new GoldenOptions().Replacing(@"at \d{4}", "at <year>");

    [Fact]
    public async Task CallsMatchTheirGoldenTrace()
    {
        await using CallRecorder calls = await WatchShopAsync();
        _ = await Shop.CheckoutAsync(new Order("7", 2));
        _ = await Shop.CheckoutAsync(new Order("8", 200));
        await Assert.ThrowsAsync<TimeoutException>(() => Shop.CheckoutAsync(new Order("9", 2), "broke"));
        Assert.Throws<ArgumentException>(() => Cache.Put(string.Empty, new Order("10", 1)));
        await calls.MatchesGoldenAsync("checkout", Years);
    }

    [Fact]
    public async Task WhatRunsConcurrentlyMatchesWhicheverComesFirst()
    {
        for (int run = 0; run < 50; run++)
        {
            await using CallRecorder calls = await CallRecorder.StartAsync(new RecorderOptions { Kernel = false });
            calls.Watch(typeof(Works));
            await Works.AllAsync();
            await calls.MatchesGoldenAsync("concurrent");
        }
    }

    [Fact]
    public async Task CallsUnderWayAreWaitedFor()
    {
        using GoldenFolder folder = new("no\n");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Works.WaitAsync(default!));
        TaskCompletionSource end = new();
        Task work = Works.WaitAsync(end.Task);
        string failure = await FailureAsync(calls, folder, new GoldenOptions { Timeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal("The calls cannot be compared with the golden trace \"trace\": after 0.05 s (GoldenOptions.Timeout) these have not ended.\n  Works.WaitAsync(Task (under way))", failure);

        Task<string> comparing = FailureAsync(calls, folder, new GoldenOptions());
        await Task.Delay(20);
        Assert.False(comparing.IsCompleted);
        end.SetResult();
        await work;
        Assert.Contains("\n-no\n+Works.WaitAsync(Task)\n", await comparing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADifferenceIsShownByLines()
    {
        using GoldenFolder folder = new("""
            Service.CheckoutAsync(Order { Id = "7", Quantity = 2, Lines = [] }, "rich") → "7 at <year>"
              Cache.Put("order:6", Order { Id = "7", Quantity = 2, Lines = [] })
              Gateway.PayAsync("rich", 20m, CancellationToken.None) → true
              Clock.UtcNow → <time>
              Clock.UtcNow → <time>

            """);
        await using CallRecorder calls = await WatchShopAsync();
        _ = await Shop.CheckoutAsync(new Order("7", 2));
        string failure = await FailureAsync(calls, folder, Years);
        Assert.Equal(
            $"""
            The calls differ from the golden trace "trace".

            --- GoldenTests.trace.golden.txt
            +++ received
            @@ -1,5 +1,4 @@
             Service.CheckoutAsync(Order {"{"} Id = "7", Quantity = 2, Lines = [] {"}"}, "rich") → "7 at <year>"
            -  Cache.Put("order:6", Order {"{"} Id = "7", Quantity = 2, Lines = [] {"}"})
            +  Cache.Put("order:7", Order {"{"} Id = "7", Quantity = 2, Lines = [] {"}"})
               Gateway.PayAsync("rich", 20m, CancellationToken.None) → true
            -  Clock.UtcNow → <time>
               Clock.UtcNow → <time>

            Golden:   {folder.Golden}
            Received: {folder.Received}
            To accept what was received, run the test with INSTRUMENTATION_ACCEPT_GOLDEN=1, or rename the received file to the golden one.
            """,
            failure);

        File.Move(folder.Received, folder.Golden, overwrite: true);
        await calls.MatchesGoldenAsync("trace", Years with { Folder = folder.Path });
    }

    [Fact]
    public async Task WhatIsMissingFailsAndIsAcceptedOnASwitch()
    {
        using GoldenFolder folder = new(null);
        await using CallRecorder calls = await WatchShopAsync();
        _ = Cache.HashOf("abc");
        string failure = await FailureAsync(calls, folder, new GoldenOptions());
        Assert.Equal(
            $"""
            There is no golden trace "trace" to compare the calls with: {folder.Golden} does not exist.

            Received:
              Cache.HashOf("abc") → 93
                Cache.Hash("abc") → 93

            Golden:   {folder.Golden}
            Received: {folder.Received}
            To accept what was received, run the test with INSTRUMENTATION_ACCEPT_GOLDEN=1, or rename the received file to the golden one.
            """,
            failure);
        Assert.Equal("Cache.HashOf(\"abc\") → 93\n  Cache.Hash(\"abc\") → 93\n", await File.ReadAllTextAsync(folder.Received));

        // Where CI is set, nothing is accepted, whoever asks for it.
        failure = await FailureAsync(calls, folder, new GoldenOptions { Accept = true }, new GoldenEnvironment(IsContinuous: true, Accepts: true));
        Assert.EndsWith("Nothing is accepted here, since CI is set: accept it where the sources are, and commit the golden file.", failure, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Golden));

        await calls.MatchesGoldenAsync("trace", new GoldenOptions { Folder = folder.Path }, folder.Source, new GoldenEnvironment(IsContinuous: false, Accepts: true));
        Assert.Equal("Cache.HashOf(\"abc\") → 93\n  Cache.Hash(\"abc\") → 93\n", await File.ReadAllTextAsync(folder.Golden));
        Assert.False(File.Exists(folder.Received));
        await calls.MatchesGoldenAsync("trace", new GoldenOptions { Folder = folder.Path });

        // Line ends are the version control's.
        await File.WriteAllTextAsync(folder.Golden, "\ufeffCache.HashOf(\"abc\") → 93\r\n  Cache.Hash(\"abc\") → 93\r\n");
        await calls.MatchesGoldenAsync("trace", new GoldenOptions { Folder = folder.Path });
        _ = Cache.HashOf("abcd");
        failure = await FailureAsync(calls, folder, new GoldenOptions { Accept = false }, new GoldenEnvironment(IsContinuous: false, Accepts: true));
        Assert.Contains("+Cache.HashOf(\"abcd\") → 124\n+  Cache.Hash(\"abcd\") → 124\n", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatWasNotSeenDoesNotPass()
    {
        using GoldenFolder folder = new("Cache.Get(\"a\") → null\n");
        await using (CallRecorder calls = await CallRecorder.StartAsync())
        {
            SpecException error = await Assert.ThrowsAsync<SpecException>(() => calls.MatchesGoldenAsync("trace"));
            Assert.Contains("Watch it first", error.Message, StringComparison.Ordinal);
            calls.Watch(() => Cache.Get(default!));
            string failure = await FailureAsync(calls, folder, new GoldenOptions());
            Assert.Contains("@@ -1,1 +1,1 @@\n-Cache.Get(\"a\") → null\n+(no calls)\n", failure, StringComparison.Ordinal);
        }

        await using CallRecorder small = await CallRecorder.StartAsync(new RecorderOptions { MaximumCalls = 1 });
        small.Watch(() => Cache.Get(default!));
        _ = Cache.Get("a");
        await small.MatchesGoldenAsync("trace", new GoldenOptions { Folder = folder.Path });
        _ = Cache.Get("b");
        string missed = await FailureAsync(small, folder, new GoldenOptions { Accept = true });
        Assert.StartsWith("The calls cannot be compared with the golden trace \"trace\": some may have been missed.\n  1 calls were not kept", missed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilesAreFoundWhereTheSourcesAre()
    {
        string source = SourceFile();
        await using CallRecorder calls = await WatchShopAsync();
        _ = Cache.HashOf("abc");
        string folder = Path.GetDirectoryName(source)!;
        Assert.Equal(Path.Combine(folder, "GoldenTests.a.golden.txt"), GoldenFiles.Find("a", null, source).Golden);
        Assert.Equal(Path.Combine(folder, "GoldenTests.a.golden.txt"), GoldenFiles.Find("a", null, "/_/tests/Instrumentation.Testing.Tests/Golden/GoldenTests.cs").Golden);
        Assert.Equal(Path.Combine(folder, "GoldenTests.a.golden.txt"), GoldenFiles.Find("a", null, @"D:\a\1\s\tests\Instrumentation.Testing.Tests\Golden\GoldenTests.cs").Golden);
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "g", "GoldenTests.a.golden.txt"), GoldenFiles.Find("a", "g", "/_/GoldenTests.cs").Golden);

        SpecException error = await Assert.ThrowsAsync<SpecException>(() => calls.MatchesGoldenAsync("trace", sourceFile: "/_/elsewhere/OrderTests.cs"));
        Assert.Equal(
            "The golden trace \"trace\" cannot be used: its file belongs beside /_/elsewhere/OrderTests.cs, which is not on this machine: the test was built elsewhere, or with source paths that are the same everywhere. Set GoldenOptions.Folder, or run the test below the folder of its sources.",
            error.Message);
        Assert.Throws<SpecException>(() => GoldenFiles.Find("a/b", null, source));
        Assert.Throws<SpecException>(() => GoldenFiles.Find(string.Empty, null, source));
    }

    [Fact]
    public async Task WhatTheComparisonDoesIsNoCallOfTheTest()
    {
        using GoldenFolder folder = new(null);
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(File)).Watch(() => Task.Delay(1));
        await calls.MatchesGoldenAsync("trace", new GoldenOptions { Folder = folder.Path, Accept = true }, folder.Source, new GoldenEnvironment(IsContinuous: false, Accepts: false));
        Assert.Empty(calls.Calls);
    }

    private static string SourceFile([CallerFilePath] string source = "") => source;

    private static async Task<string> FailureAsync(CallRecorder calls, GoldenFolder folder, GoldenOptions options, GoldenEnvironment? environment = null)
    {
        Exception error = await Assert.ThrowsAnyAsync<Exception>(
            () => calls.MatchesGoldenAsync("trace", options with { Folder = folder.Path }, folder.Source, environment ?? new GoldenEnvironment(IsContinuous: false, Accepts: false)));
        Assert.Equal("Xunit.Sdk.XunitException", error.GetType().FullName);
        return error.Message;
    }

    private static Task<CallRecorder> WatchShopAsync()
    {
        // Not an async method: the recorder's flow has to be the test's.
        Task<CallRecorder> start = CallRecorder.StartAsync();
        start.Result.Watch(typeof(Cache)).Watch(typeof(Clock)).Watch((IGateway gateway) => gateway.PayAsync(default!, default, default)).Watch((Service service) => service.CheckoutAsync(default!, default!));
        return start;
    }

    private static class Works
    {
        public static async Task AllAsync()
        {
            Guid shared = Guid.NewGuid();
            Guid other = Guid.NewGuid();
            await Task.WhenAll(Enumerable.Range(0, 4).Select(static number => Task.Run(() => OneAsync(number))));
            await Task.WhenAll(UseAsync(shared), UseAsync(other));
            _ = Keep(other);
            Parallel.For(0, 8, static number => _ = Square(number % 4));
        }

        public static async Task WaitAsync(Task task) => await task;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static Guid Keep(Guid id) => id;

        private static async Task UseAsync(Guid id)
        {
            await Task.Delay(Random.Shared.Next(5));
            _ = Keep(id);
        }

        private static async Task<string> OneAsync(int number)
        {
            await Task.Delay(1 + Random.Shared.Next(5));
            _ = Square(number);
            await Task.WhenAll(StepAsync(number, 'b'), StepAsync(number, 'a'));
            return number.ToString(CultureInfo.InvariantCulture);
        }

        private static async Task<int> StepAsync(int number, char step)
        {
            await Task.Delay(Random.Shared.Next(3));
            return number + step;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static int Square(int number)
        {
            Thread.Sleep(Random.Shared.Next(2));
            return number * number;
        }
    }
}
