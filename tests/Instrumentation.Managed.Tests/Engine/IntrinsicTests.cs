using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Intrinsics of the core library: what the coverage says of each is what happens in code that is optimized and in code that is not.</summary>
[Collection(AloneCollection.Name)]
public sealed class IntrinsicTests
{
    private const int Calls = 100;

    private static readonly string Text = "abc";
    private static readonly int[] Numbers = [1, 2, 3];
    private static readonly Vector128<int> Vector = Vector128.Create(3);
    private static int _number = 4;
    private static double _real = 2.5;

    /// <summary>Replaced in optimized code only: partial.</summary>
    [Theory]
    [InlineData("System.String::get_Length()", nameof(Plain.TextLength))]
    [InlineData("System.Math::Abs(double)", nameof(Plain.Abs))]
    [InlineData("System.Span::get_Item(int)", nameof(Plain.SpanItem))]
    [InlineData("System.Threading.Interlocked::CompareExchange(ref int, int, int)", nameof(Plain.Exchange))]
    [InlineData("System.Threading.Interlocked::MemoryBarrier()", nameof(Plain.Barrier))]
    [InlineData("System.Type::op_Equality(System.Type, System.Type)", nameof(Plain.TypeEquality))]
    public async Task Attach_ReplacedWhenOptimizing_IsPartialAndSeesPlainCallersOnly(string place, string caller)
    {
        (ProbeState state, long plain, long optimized) = await HitsAsync(place, caller);

        Assert.Equal(ProbeState.Partial, state);
        Assert.True(plain >= Calls, $"{plain} calls of code that is not optimized were seen");
        Assert.Equal(0, optimized);
    }

    /// <summary>Marked, but called all the same: partial is too cautious, and true.</summary>
    [Theory]
    [InlineData("System.Threading.Thread::get_CurrentThread()", nameof(Plain.CurrentThread))]
    [InlineData("System.Math::Max(int, int)", nameof(Plain.Max))]
    public async Task Attach_MarkedAndNotReplacedHere_IsPartialAndSeesBoth(string place, string caller)
    {
        (ProbeState state, long plain, long optimized) = await HitsAsync(place, caller);

        Assert.Equal(ProbeState.Partial, state);
        Assert.True(plain >= Calls && optimized >= Calls, $"{plain} and {optimized} calls were seen");
    }

    /// <summary>Replaced in all code, as the weaving of it shows: blind.</summary>
    [Theory]
    [InlineData("System.Runtime.Intrinsics.Vector128::GetElement(*, int)", nameof(Plain.Element))]
    [InlineData("System.Runtime.Intrinsics.Vector128::get_IsHardwareAccelerated()", nameof(Plain.Accelerated))]
    [InlineData("System.Runtime.Intrinsics.X86.Sse2::Add(System.Runtime.Intrinsics.Vector128<int>, System.Runtime.Intrinsics.Vector128<int>)", nameof(Plain.VectorAdd))]
    [InlineData("System.Runtime.Intrinsics.X86.Sse2+X64::get_IsSupported()", nameof(Plain.Supported))]
    [InlineData("System.Numerics.BitOperations::PopCount(uint)", nameof(Plain.PopCount))]
    public async Task Attach_ReplacedInAllCode_IsBlind_AndWovenAllTheSameItWouldSeeNothing(string place, string caller)
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec spec = Probe.Methods(place);
        await using ProbeHandle handle = await session.AttachAsync(spec);
        Assert.Equal((ProbeState.Blind, ProbeState.Blind), (handle.State, session.CanAttach(spec).State));
        Assert.All(handle.Coverage.Gaps, static gap => Assert.Contains("always replaces", gap.Reason, StringComparison.Ordinal));

        IReadOnlyList<MethodBase> methods = MethodResolver.Resolve(((MethodPoint)spec.Point).Target);
        Assert.Equal((0, 0), WovenAnyway.Compare(methods, () => Call(typeof(Plain), caller), () => Call(typeof(Optimized), caller)));
    }

    private static async Task<(ProbeState State, long Plain, long Optimized)> HitsAsync(string place, string caller)
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec spec = Probe.Method(place).OnEntry();
        await using AggregateHandle<CountSnapshot> handle = await session.AttachAsync(spec.Count());
        Assert.Equal(handle.State, session.CanAttach(spec).State);
        long before = handle.Read().Total;
        Call(typeof(Optimized), caller);
        long between = handle.Read().Total;
        Call(typeof(Plain), caller);
        return (handle.State, handle.Read().Total - between, between - before);
    }

    private static void Call(Type type, string caller)
    {
        Func<int> call = type.GetMethod(caller)!.CreateDelegate<Func<int>>();
        for (int i = 0; i < Calls; i++)
        {
            _ = call();
        }
    }

    /// <summary>Callers that are never optimized.</summary>
    private static class Plain
    {
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int TextLength() => Text.Length;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int Abs() => (int)Math.Abs(_real);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int SpanItem() => new Span<int>(Numbers)[1];

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int Exchange() => Interlocked.CompareExchange(ref _number, 1, 2);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int TypeEquality() => Text.GetType() == typeof(string) ? 1 : 2;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int CurrentThread() => Thread.CurrentThread.IsBackground ? 1 : 2;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int Max() => Math.Max(_number, 3);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int Element() => Vector.GetElement(1);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int Accelerated() => Vector128.IsHardwareAccelerated ? 1 : 2;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int VectorAdd() => Sse2.Add(Vector, Vector).GetElement(0);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int Supported() => Sse2.X64.IsSupported ? 1 : 2;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int PopCount() => BitOperations.PopCount((uint)_number);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
        public static int Barrier()
        {
            Interlocked.MemoryBarrier();
            return 1;
        }
    }

    /// <summary>The same callers, optimized from the first call.</summary>
    private static class Optimized
    {
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int TextLength() => Text.Length;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int Abs() => (int)Math.Abs(_real);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int SpanItem() => new Span<int>(Numbers)[1];

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int Exchange() => Interlocked.CompareExchange(ref _number, 1, 2);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int TypeEquality() => Text.GetType() == typeof(string) ? 1 : 2;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int CurrentThread() => Thread.CurrentThread.IsBackground ? 1 : 2;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int Max() => Math.Max(_number, 3);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int Element() => Vector.GetElement(1);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int Accelerated() => Vector128.IsHardwareAccelerated ? 1 : 2;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int VectorAdd() => Sse2.Add(Vector, Vector).GetElement(0);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int Supported() => Sse2.X64.IsSupported ? 1 : 2;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int PopCount() => BitOperations.PopCount((uint)_number);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static int Barrier()
        {
            Interlocked.MemoryBarrier();
            return 1;
        }
    }
}
