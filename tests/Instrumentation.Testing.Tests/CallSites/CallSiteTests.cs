using System.Runtime.CompilerServices;
using Instrumentation.Testing.Tests.Assertions;

namespace Instrumentation.Testing.Tests.CallSites;

/// <summary>Where calls were made.</summary>
public sealed class CallSiteTests
{
    [Fact]
    public async Task MethodsAsyncBodiesLambdasAndLocalFunctions()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Double(default));
        int[] lines =
        [
            Plain(),
            await Awaited(),
            Enumerable.Range(0, 1).Select(static i => (int)Stock.Double(i) + Here()).First(),
            Local(),
            await Task.Run(static async () => { await Task.Yield(); return (int)Stock.Double(0) + Here(); }),
        ];

        Assert.Equal(["Plain", "Awaited", nameof(MethodsAsyncBodiesLambdasAndLocalFunctions), nameof(MethodsAsyncBodiesLambdasAndLocalFunctions), nameof(MethodsAsyncBodiesLambdasAndLocalFunctions)], calls.Calls.Select(static call => call.Caller!.Method.Split('.')[1]));
        Assert.Equal(lines, calls.Calls.Select(static call => call.Caller!.Line));
        Assert.All(calls.Calls, static call => Assert.Equal(File(), call.Caller!.File));
        Assert.Equal($"CallSiteTests.Plain at {File()}:{lines[0]}", calls.Calls[0].Caller!.ToString());

        static int Local() => (int)Stock.Double(0) + Here();
    }

    [Fact]
    public async Task TheCallerMayBeWatchedToo()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Double(default)).Watch(() => Outer());
        int line = Outer();
        Assert.Equal([nameof(TheCallerMayBeWatchedToo), nameof(Outer)], calls.Calls.Select(static call => call.Caller!.Method.Split('.')[1]));
        Assert.Equal(line, calls.Calls[1].Caller!.Line);
    }

    [Fact]
    public async Task RecursionHasItself()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Depth(default));
        Stock.Depth(2);
        Assert.Equal(["CallSiteTests.RecursionHasItself", "Stock.Depth", "Stock.Depth"], calls.Calls.Select(static call => call.Caller!.Method));
    }

    [Fact]
    public async Task CallsFromTheFrameworkShowWhoAsked()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Stock.Double(default)).Watch(() => Start());
        _ = new long[] { 1 }.Select(Stock.Double).ToArray(); int line = Here();
        Assert.Equal(new CallSite(File(), line, $"CallSiteTests.{nameof(CallsFromTheFrameworkShowWhoAsked)}"), calls.Calls[0].Caller);

        // Nobody's source is on this stack.
        Thread thread = new(Start);
        thread.Start();
        thread.Join();
        CallSite started = calls.Calls[1].Caller!;
        Assert.Null(started.File);
        Assert.Equal(0, started.Line);
        Assert.Equal(started.Method, started.ToString());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Plain() => (int)Stock.Double(0) + Here();

    private static async Task<int> Awaited()
    {
        await Task.Delay(1);
        return (int)Stock.Double(0) + Here();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Outer()
    {
        int before = Environment.ProcessId;
        GC.KeepAlive(before);
        return (int)Stock.Double(0) + Here();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Start() => GC.KeepAlive(new object());

    private static int Here([CallerLineNumber] int line = 0) => line;

    private static string File([CallerFilePath] string file = "") => file;
}
