using System.Reflection;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Shapes;

/// <summary>Members of every kind: accessors, operators, interface methods, constructors, closures.</summary>
public sealed class MemberTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData("get_Cents", 2)]
    [InlineData("set_Cents", 1)]
    [InlineData("get_Item", 1)]
    [InlineData("op_Addition", 1)]
    [InlineData("op_Explicit", 1)]
    [InlineData("op_True", 1)]
    public async Task StructAccessorsAndOperators_EveryCall_IsSeenOnce(string name, int calls)
    {
        IReadOnlyList<ProbeEvent> events = await Shape.CheckAsync(Probe.Method(typeof(Money), name), calls, static () =>
        {
            Money sum = new Money(40) + new Money(1);
            sum.Cents = sum.Cents + 1;
            return (sum.Cents, sum[2], (long)sum, sum ? "yes" : "no");
        });

        Assert.All(events, one => Assert.Equal("Probed.Money::" + name, one.Site));
    }

    [Theory]
    [InlineData("set_Volume", 1)]
    [InlineData("get_Name", 1)]
    [InlineData("set_Name", 1)]
    [InlineData("add_Changed", 1)]
    [InlineData("remove_Changed", 1)]
    public Task ClassAccessors_EveryCall_IsSeenOnce(string name, int calls) => Shape.CheckAsync(Probe.Method(typeof(Settings), name), calls, static () =>
    {
        Settings settings = new() { Volume = 11, Name = "loud" };
        static void Handler(object? sender, EventArgs e)
        {
        }

        settings.Changed += Handler;
        int between = settings.Subscribers;
        settings.Changed -= Handler;
        return (settings.Volume, settings.Name, between, settings.Subscribers);
    });

    [Fact]
    public async Task InitSetter_Capture_IsTheValue()
    {
        IReadOnlyList<int> values = await Watch.CapturesAsync(
            Probe.Method(typeof(Settings), "set_Volume").Capture(c => c.Arg<int>("value")),
            static () => Assert.Equal(7, new Settings { Volume = 7 }.Volume));

        Assert.Equal([7], values);
    }

    [Fact]
    public async Task InterfaceMethod_OfClassAndStruct_IsSeenWhereItIsImplemented()
    {
        IReadOnlyList<string> names = await Watch.CapturesAsync(Probe.Method((Greeter greeter) => greeter.Greet("")).Capture(c => c.Arg<string>(0)), static () => Greet());
        await Shape.CheckAsync(Probe.Method(typeof(Money), nameof(Money.Greet)), 1, Greet);

        Assert.Equal(["a", "b"], names);

        static (string Class, string Struct, string Welcome) Greet()
        {
            IGreeter boxed = new Money(5);
            IGreeter plain = new Greeter();
            return (plain.Greet("a"), boxed.Greet("m"), plain.Welcome("b"));
        }
    }

    [Fact]
    public Task DefaultInterfaceMethod_OnClassAndStruct_IsSeenOnce() => Shape.CheckAsync(Probe.Method(typeof(IGreeter), nameof(IGreeter.Welcome)), 2, static () =>
        (((IGreeter)new Greeter()).Welcome("c"), ((IGreeter)new Money(5)).Welcome("s")));

    [Fact]
    public async Task VirtualMethod_BaseAndOverride_AreSeparateMethods()
    {
        static (int Plain, int Loud) Run() => (new Greeter().Level(1), ((Greeter)new LoudGreeter()).Level(1));

        await Shape.CheckAsync(Probe.Method(typeof(Greeter), nameof(Greeter.Level)), 2, Run);
        IReadOnlyList<ProbeEvent> events = await Shape.CheckAsync(Probe.Method(typeof(LoudGreeter), nameof(Greeter.Level)), 1, Run);

        Assert.Equal("Probed.LoudGreeter::Level", events[0].Site);
    }

    [Fact]
    public async Task Constructor_OfBaseAndDerived_AreSeenAndFailuresToo()
    {
        await Shape.CheckAsync(Probe.Method(typeof(Base), ".ctor"), 1, Make);
        IReadOnlyList<ProbeEvent> events = await Shape.CheckAsync(Probe.Method(typeof(Derived), ".ctor"), 2, Make);
        var values = await Watch.CapturesAsync(
            Probe.Method(() => new Derived(0, "")).OnReturn().Capture(c => new { Value = c.Arg<int>(0), Text = c.Arg<string>(1), c.This<Derived>().Sum }),
            static () => Make());

        Assert.Equal([false, true], events.Select(static one => one.Failed));
        Assert.Equal(new { Value = 3, Text = "four", Sum = 12 }, Assert.Single(values));

        static (int Sum, string Error) Make() => (new Derived(3, "four").Sum, Assert.Throws<ArgumentException>(static () => new Derived(-1, "x")).Message);
    }

    [Fact]
    public async Task StaticConstructor_AttachedBeforeItRuns_IsSeenOnce()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle late = await Watch.AttachAsync(session, Probe.Method(typeof(Late), ".cctor"));
        ProbeHandle generic = await Watch.AttachAsync(session, Probe.Method(typeof(LateGeneric<>), ".cctor"));
        Assert.Equal(0, late.Statistics.Hits);
        Assert.Equal("started 42", Late.Text);
        Assert.Equal("started 42", Late.Text);
        Assert.Equal(("Int32", "String", "Version"), (LateGeneric<int>.Name, LateGeneric<string>.Name, LateGeneric<Version>.Name));

        Assert.Equal(1, late.Statistics.Hits);
        Assert.Equal(3, generic.Statistics.Hits);
        Assert.Equal(4, (await Watch.EndAsync(session)).Count);
    }

    [Fact]
    public async Task LambdasAndLocalFunctions_ByReflection_AreSeenOnce()
    {
        MethodInfo[] methods = [.. typeof(Closures).GetMethods(All).Concat(typeof(Closures).GetNestedTypes(All).Where(static type => !type.Name.Contains("Count", StringComparison.Ordinal)).SelectMany(static type => type.GetMethods(All)))
            .Where(static method => method.Name.StartsWith("<Run>", StringComparison.Ordinal))];

        Assert.Equal(3, methods.Length);
        foreach (MethodInfo method in methods)
        {
            await Shape.CheckAsync(Probe.Method(method), 1, static () => Closures.Run(5));
        }

        Assert.Equal(11 + 15 + 25, Closures.Run(5));
    }

    [Fact]
    public async Task Iterator_ItsMethodAndItsMoveNext_AreDifferentMethods()
    {
        await Shape.CheckAsync(Probe.Method(() => Closures.Count(0)), 1, static () => Closures.Count(4).Sum());
        IReadOnlyList<ProbeEvent> steps = await Shape.CheckAsync(Probe.Methods("Probed.Closures+<Count>*::MoveNext"), 5, static () => Closures.Count(4).Sum());

        Assert.All(steps, static one => Assert.Contains("Count", one.Site, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AsyncIterator_ItsMethodAndItsMoveNext_AreDifferentMethods()
    {
        static int Sum() => Task.Run(static async () =>
        {
            int sum = 0;
            await foreach (int number in Asynchrony.Numbers(4))
            {
                sum += number;
            }

            return sum;
        }).GetAwaiter().GetResult();

        await Shape.CheckAsync(Probe.Method(() => Asynchrony.Numbers(0)), 1, Sum);
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountSnapshot> steps = await Watch.CountAsync(session, Probe.Methods("Probed.Asynchrony+<Numbers>*::MoveNext"));
        Assert.Equal(6, Sum());

        // Four times Task.Yield is continued, and five times the next is asked for.
        Assert.Equal(9, steps.Read().Total);
    }
}
