using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Profiler.Interop;
using Instrumentation.Managed.Tests.Engine.Shapes;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>The walk over the stacks of all threads, while they do what could stand in its way.</summary>
[Collection(AloneCollection.Name)]
public sealed class StackWalkTests(ITestOutputHelper output)
{
    private const int Walks = 300;
    private const int Depth = 300;

    private static readonly byte[] Unloaded = EmittedAssembly.Write("EmittedUnloaded");
    private static volatile bool _stop;
    private static long _work;

    [Fact]
    public void Walk_WhileThreadsCollectThrowStartCompileAndUnload_EndsEachTime()
    {
        NativeProfiler native = RuntimeProfiler.Attach().Native;
        _stop = false;
        Thread[] load = [.. new Action[] { Collect, Allocate, Throw, StartThreads, () => Recurse(Depth), Wait, Compile, LoadAndUnload }.Select(static run => new Thread(() => Repeat(run)) { IsBackground = true })];
        Array.ForEach(load, static thread => thread.Start());
        List<double> pauses = [];
        int missed = 0;
        int recursing = 0;
        long before;
        try
        {
            Watch.OnThread(() =>
            {
                NativeFrame[] frames = new NativeFrame[4096];
                for (int i = 0; i < Walks; i++)
                {
                    NativeWalk walk = new() { LimitNanoseconds = 20_000_000 };
                    int result = native.WalkStacks(ref walk, frames);
                    Assert.True(result >= 0, HResults.Describe(result));
                    Assert.True(walk.Threads > load.Length - 2);
                    Assert.Equal((int)walk.Count, frames.Count(static frame => frame.Function != 0));
                    pauses.Add(walk.PausedNanoseconds / 1e6);
                    missed += walk.ThreadsMissed > 0 ? 1 : 0;
                    recursing += frames.Any(static frame => IsRecurse(frame)) ? 1 : 0;
                }
            });
            before = Interlocked.Read(ref _work);
            SpinWait.SpinUntil(() => Interlocked.Read(ref _work) > before + 100, Watch.Limit);
        }
        finally
        {
            // The load does not outlive the test: threads that went on loading assemblies would fail all that come after it.
            _stop = true;
            Assert.All(load, static thread => Assert.True(thread.Join(Watch.Limit)));
        }

        pauses.Sort();
        output.WriteLine($"paused: median {pauses[Walks / 2]:F2} ms, 95 % {pauses[Walks * 95 / 100]:F2} ms, longest {pauses[^1]:F2} ms; {missed} of {Walks} walks missed a thread; {recursing} saw the recursion");
        Assert.True(Interlocked.Read(ref _work) > before, "the program goes on");
        Assert.True(recursing > Walks / 10, $"{recursing} walks saw the recursion");
        Assert.True(missed < Walks / 2, $"{missed} walks missed a thread");
    }

    [Fact]
    public void Walk_WithLittleRoom_SaysThatThreadsAreMissed()
    {
        NativeProfiler native = RuntimeProfiler.Attach().Native;
        NativeFrame[] frames = new NativeFrame[8];
        NativeWalk walk = new() { LimitNanoseconds = 20_000_000 };

        Assert.True(native.WalkStacks(ref walk, frames) >= 0);

        Assert.Equal(7u, walk.Count);
        Assert.True(walk.ThreadsMissed > 0);
    }

    [Fact]
    public void Walk_WithoutTime_SaysThatThreadsAreMissed()
    {
        NativeWalk walk = new() { LimitNanoseconds = -1 };

        Assert.True(RuntimeProfiler.Attach().Native.WalkStacks(ref walk, new NativeFrame[1024]) >= 0);

        Assert.True(walk.ThreadsMissed > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Walk_RoomThatIsNoPowerOfTwo_IsRefused(int room)
    {
        NativeWalk walk = new() { LimitNanoseconds = 20_000_000 };

        Assert.True(RuntimeProfiler.Attach().Native.WalkStacks(ref walk, new NativeFrame[room]) < 0);
    }

    private static bool IsRecurse(NativeFrame frame) => frame.Token == ((Action<int>)Recurse).Method.MetadataToken;

    private static void Repeat(Action run)
    {
        while (!_stop)
        {
            run();
            Interlocked.Increment(ref _work);
        }
    }

    private static void Collect()
    {
        GC.Collect(0);
        Thread.Sleep(1);
    }

    private static void Allocate() => _ = Enumerable.Range(0, 100).Select(static i => new string('a', i)).ToArray();

    private static void Throw()
    {
        try
        {
            Fail(10);
        }
        catch (InvalidOperationException)
        {
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fail(int depth)
    {
        try
        {
            if (depth == 0)
            {
                throw new InvalidOperationException();
            }

            Fail(depth - 1);
        }
        finally
        {
            Interlocked.Increment(ref _work);
        }
    }

    private static void StartThreads()
    {
        Thread thread = new(static () => Interlocked.Increment(ref _work));
        thread.Start();
        thread.Join();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Recurse(int depth)
    {
        if (depth > 0)
        {
            Recurse(depth - 1);
            Interlocked.Increment(ref _work);
        }
    }

    private static void Compile()
    {
        DynamicMethod method = new("Made", typeof(int), []);
        method.GetILGenerator().Emit(OpCodes.Ldc_I4_1);
        method.GetILGenerator().Emit(OpCodes.Ret);
        Assert.Equal(1, method.CreateDelegate<Func<int>>()());
    }

    private static void LoadAndUnload()
    {
        AssemblyLoadContext context = new("unloaded", isCollectible: true);
        Assert.Equal(6, EmittedAssembly.Call(context.LoadFromStream(new MemoryStream(Unloaded)).GetType("Emitted.Methods", throwOnError: true)!, "Target")(2));
        context.Unload();
    }

    private static void Wait() => Thread.Sleep(2);
}
