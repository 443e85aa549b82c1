using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Errors;

/// <summary>Places that cannot be probed: what the error or the coverage says, and that nothing stays behind.</summary>
public sealed class PlaceTests
{
    [Fact]
    public async Task Attach_UnknownMethod_NamesTheNearest()
    {
        PlaceNotFoundException error = await FailsAsync<PlaceNotFoundException>(static () => Probe.Method("Probed.Overloads::Unmistakeable"));

        Assert.Equal("Probed.Overloads::Unmistakable", error.Nearest[0]);
        Assert.Contains("Did you mean Probed.Overloads::Unmistakable", error.Message);
    }

    [Fact]
    public async Task Attach_UnknownType_NamesTheNearest()
    {
        PlaceNotFoundException error = await FailsAsync<PlaceNotFoundException>(static () => Probe.Method("Probed.Overload::Unmistakable"));

        Assert.Contains("Probed.Overloads::Unmistakable", error.Nearest);
        Assert.Contains("no loaded type matches 'Probed.Overload'", error.Message);
    }

    [Fact]
    public async Task Attach_UnknownNamespace_NamesTypesOfThatName()
    {
        PlaceNotFoundException error = await FailsAsync<PlaceNotFoundException>(static () => Probe.Method("Some.Other.Place.Overloads::Unmistakable"));

        Assert.Contains("Probed.Overloads::Unmistakable", error.Nearest);
    }

    [Fact]
    public async Task Attach_NothingNear_SaysToCheckThatTheAssemblyIsLoaded()
    {
        PlaceNotFoundException error = await FailsAsync<PlaceNotFoundException>(static () => Probe.Method("Qqqqqqqq.Wwwwwwwwww::Zzzzzzzz"));

        Assert.Empty(error.Nearest);
        Assert.Contains("what holds it is loaded", error.Mend);
    }

    [Fact]
    public async Task Attach_UnknownNameOfAType_NamesTheNearest()
    {
        PlaceNotFoundException error = await FailsAsync<PlaceNotFoundException>(static () => Probe.Method(typeof(Overloads), "Unmistakble"));

        Assert.Equal(["Probed.Overloads::Unmistakable"], error.Nearest);
    }

    [Fact]
    public async Task Attach_WrongParameterTypes_ListsTheOverloads()
    {
        PlaceNotFoundException error = await FailsAsync<PlaceNotFoundException>(static () => Probe.Method(typeof(Overloads), nameof(Overloads.Pick), typeof(long)));

        Assert.Contains("Probed.Overloads::Pick(int)", error.Nearest);
        Assert.Contains("Probed.Overloads::Pick(string)", error.Nearest);
        Assert.Equal(3, error.Nearest.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Attach_AmbiguousOverload_ListsTheCandidates_EachOfWhichSelectsOne(bool byPattern)
    {
        AmbiguousPlaceException error = await FailsAsync<AmbiguousPlaceException>(
            () => byPattern ? Probe.Method("Probed.Overloads::Pick") : Probe.Method(typeof(Overloads), nameof(Overloads.Pick)));

        Assert.Equal(3, error.Candidates.Count);
        await using InstrumentationSession session = await Watch.StartAsync();
        foreach (string candidate in error.Candidates)
        {
            ProbeCoverage coverage = session.CanAttach(Probe.Method(candidate));
            Assert.Equal([candidate], coverage.Reached);
        }
    }

    [Fact]
    public void Lambda_ThatIsNoCall_IsRefused()
    {
        Assert.Contains("not a call", Assert.Throws<SpecException>(static () => Probe.Method(static () => 5)).Message);
        Assert.Contains("not a call", Assert.Throws<SpecException>(static () => Probe.Method(static (string text) => text)).Message);
        Assert.Contains("not a call", Assert.Throws<SpecException>(static () => Probe.Method(static (int[] values) => values[0])).Message);
        Assert.Contains("not a call", Assert.Throws<SpecException>(static () => Probe.Method(static (int a) => a + 1)).Message);
    }

    [Fact]
    public Task Attach_AbstractMethod_IsBlindWithTheReason() => IsBlindAsync(Probe.Method((Overloads one) => one.Missing(0)), "abstract");

    [Fact]
    public Task Attach_InterfaceMethodWithoutBody_IsBlindWithTheReason() => IsBlindAsync(Probe.Method((IDisposable one) => one.Dispose()), "abstract");

    [Fact]
    public Task Attach_MethodOfTheRuntime_IsBlindWithTheReason() =>
        IsBlindAsync(Probe.Method(typeof(GC).GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public).First(static method => method.GetMethodBody() is null && !method.IsGenericMethod)), "no IL");

    [Fact]
    public Task Attach_OwnAssembly_IsBlindWithTheReason() => IsBlindAsync(Probe.Method(typeof(ProbeSpec), nameof(ProbeSpec.OnEntry)), "belongs to this library");

    [Fact]
    public async Task Attach_DynamicMethod_IsBlindWithTheReason()
    {
        DynamicMethod method = new("Dynamic", typeof(int), []);
        method.GetILGenerator().Emit(OpCodes.Ldc_I4_1);
        method.GetILGenerator().Emit(OpCodes.Ret);
        Func<int> call = method.CreateDelegate<Func<int>>();

        await IsBlindAsync(Probe.Method(call.Method), "Reflection.Emit");
        await IsBlindAsync(Probe.Method(method), "Reflection.Emit");
        Assert.Equal(1, call());
    }

    [Fact]
    public async Task Attach_MethodOfADynamicAssembly_IsBlindWithTheReason()
    {
        AssemblyBuilder assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("MadeHere"), AssemblyBuilderAccess.Run);
        TypeBuilder type = assembly.DefineDynamicModule("MadeHere").DefineType("Made", TypeAttributes.Public);
        ILGenerator il = type.DefineMethod("One", MethodAttributes.Public | MethodAttributes.Static, typeof(int), []).GetILGenerator();
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Ret);
        MethodInfo method = type.CreateType().GetMethod("One")!;

        await IsBlindAsync(Probe.Method(method), "Reflection.Emit");
        Assert.Equal(1, method.Invoke(null, null));
    }

    [Fact]
    public async Task Attach_CollectibleLoadContext_IsBlindWithTheReasonAndNotSilent()
    {
        AssemblyLoadContext context = new("collectible", isCollectible: true);
        Assembly copy = context.LoadFromAssemblyPath(typeof(Assert).Assembly.Location);
        MethodInfo method = copy.GetType(typeof(Assert).FullName!)!.GetMethod(nameof(Assert.ReferenceEquals), BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)!;
        Assert.NotSame(typeof(Assert).Assembly, method.Module.Assembly);

        await IsBlindAsync(Probe.Method(method), "collectible");
        context.Unload();
    }

    [Fact]
    public async Task Attach_Intrinsic_IsPartialWithTheReason()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await session.AttachAsync(Probe.Method(() => Math.Abs(0.0)));

        Assert.Equal(ProbeState.Partial, handle.State);
        CoverageGap gap = Assert.Single(handle.Coverage.Gaps);
        Assert.Contains("intrinsic", gap.Reason);
        Assert.False(gap.Blind);
        Assert.NotEmpty(gap.Mend);
    }

    /// <summary>An intrinsic without IL: there is nothing to weave, so not even a call through a delegate is seen.</summary>
    [Fact]
    public Task Attach_IntrinsicOfTheRuntime_IsBlindWithTheReason() => IsBlindAsync(Probe.Method(() => Math.Sqrt(0)), "no IL");

    [Theory]
    [InlineData("System.String::Concat(System.String, System.String)")]
    [InlineData("string::Concat(string, string)")]
    [InlineData("System.Private.CoreLib!System.String::Concat(String, String)")]
    public async Task Pattern_TypeWithAKeyword_IsFoundByBothNames(string pattern)
    {
        await using InstrumentationSession session = await Watch.StartAsync();

        Assert.Equal(["string::Concat(string, string)"], session.CanAttach(Probe.Method(pattern)).Reached);
    }

    [Fact]
    public async Task Attach_PatternOverAbstractAndConcreteMethods_IsArmed()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await using AggregateHandle<CountSnapshot> handle = await session.AttachAsync(Probe.Methods("Probed.Overloads::*").Count());

        Assert.Equal(ProbeState.Armed, handle.State);
        Assert.DoesNotContain(handle.Coverage.Reached, static place => place.Contains("Missing", StringComparison.Ordinal));
        Assert.Contains("Probed.Overloads::Pick(int[], System.ReadOnlySpan<char>)", handle.Coverage.Reached);
    }

    [Fact]
    public async Task Attach_Cancelled_LeavesNothingBehind()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.AttachAsync(Probe.Method(() => Overloads.Pick(0)), new CancellationToken(canceled: true)));

        Assert.Empty(session.Probes);
    }

    private static async Task<TException> FailsAsync<TException>(Func<ProbeSpec> spec)
        where TException : InstrumentationException
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        TException error = await Assert.ThrowsAsync<TException>(() => session.AttachAsync(spec()));
        Assert.NotEmpty(error.What);
        Assert.NotEmpty(error.Why);
        Assert.NotEmpty(error.Mend);
        await StillWorksAsync(session);
        return error;
    }

    private static async Task IsBlindAsync(ProbeSpec spec, string reason)
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await using (ProbeHandle handle = await session.AttachAsync(spec))
        {
            Assert.True(handle.State == ProbeState.Blind, handle.Coverage.ToString());
            CoverageGap gap = Assert.Single(handle.Coverage.Gaps);
            Assert.Contains(reason, gap.Reason);
            Assert.True(gap.Blind);
            Assert.Equal(ProbeState.Blind, session.CanAttach(spec).State);
        }

        await StillWorksAsync(session);
    }

    private static async Task StillWorksAsync(InstrumentationSession session)
    {
        Assert.Empty(session.Probes);
        await using AggregateHandle<CountSnapshot> count = await Watch.CountAsync(session, Probe.Method(typeof(StillThere), nameof(StillThere.Call)));
        StillThere.Call();
        Assert.True(count.Read().Total > 0);
    }

    private static class StillThere
    {
        public static int Call() => Environment.CurrentManagedThreadId;
    }
}
