using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Captures;

/// <summary>Arguments of every type, as they were passed in.</summary>
public sealed class OperandTests
{
    [Fact]
    public async Task Arg_EveryIntegerType_IsTheValuePassed()
    {
        var spec = Probe.Method(() => Values.Integers(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).Capture(c => new
        {
            A = c.Arg<sbyte>(0),
            B = c.Arg<byte>(1),
            C = c.Arg<short>(2),
            D = c.Arg<ushort>(3),
            E = c.Arg<int>(4),
            F = c.Arg<uint>(5),
            G = c.Arg<long>(6),
            H = c.Arg<ulong>(7),
            I = c.Arg<nint>(8),
            J = c.Arg<nuint>(9),
            Wider = c.Arg<long>("a"),
            Result = c.Return<long>(),
        });
        long result = 0;

        var value = Assert.Single(await Watch.CapturesAsync(spec, () =>
            result = Values.Integers(sbyte.MinValue, byte.MaxValue, short.MinValue, ushort.MaxValue, int.MinValue, uint.MaxValue, long.MinValue, ulong.MaxValue, nint.MinValue, nuint.MaxValue)));

        Assert.Equal(
            new
            {
                A = sbyte.MinValue,
                B = byte.MaxValue,
                C = short.MinValue,
                D = ushort.MaxValue,
                E = int.MinValue,
                F = uint.MaxValue,
                G = long.MinValue,
                H = ulong.MaxValue,
                I = nint.MinValue,
                J = nuint.MaxValue,
                Wider = -128L,
                Result = result,
            },
            value);
    }

    [Fact]
    public async Task Arg_OtherPrimitives_AreTheValuesPassed()
    {
        var spec = Probe.Method(() => Values.Others(false, 'a', 0, 0, default, default, default)).Capture(c => new
        {
            Flag = c.Arg<bool>(0),
            Letter = c.Arg<char>(1),
            Single = c.Arg<float>(2),
            Number = c.Arg<double>(3),
            Size = c.Arg<Size>(4),
            Distance = c.Arg<Distance>(5),
            Span = c.Arg<TimeSpan>(6),
            Result = c.Return<double>(),
        });
        double[] results = new double[2];

        var values = await Watch.CapturesAsync(spec, () =>
        {
            results[0] = Values.Others(true, '\uFFFE', 1.5f, Math.PI, Size.Large, Distance.Far, TimeSpan.FromTicks(-12345));
            results[1] = Values.Others(false, 'x', float.NegativeInfinity, double.NaN, Size.None, Distance.Behind, TimeSpan.FromDays(3));
        });

        Assert.Equal(
            [
                new { Flag = true, Letter = '\uFFFE', Single = 1.5f, Number = Math.PI, Size = Size.Large, Distance = Distance.Far, Span = TimeSpan.FromTicks(-12345), Result = results[0] },
                new { Flag = false, Letter = 'x', Single = float.NegativeInfinity, Number = double.NaN, Size = Size.None, Distance = Distance.Behind, Span = TimeSpan.FromDays(3), Result = results[1] },
            ],
            values);
    }

    [Fact]
    public async Task Arg_Decimal_IsRefusedByName()
    {
        await using InstrumentationSession session = await Watch.StartAsync();

        ExpressionException error = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Method(() => Values.Money(0)).Capture(c => c.Arg<decimal>(0))));

        Assert.Contains("decimal", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(error.Mend);
        Assert.Empty(session.Probes);
        Assert.Equal(5m, Values.Money(2.5m));
    }

    [Fact]
    public async Task Arg_AtTheReturn_IsAsPassedAlthoughTheBodyReassigns()
    {
        var spec = Probe.Method(() => Values.Reassigned(0, "", default)).OnReturn().Capture(c => new
        {
            Number = c.Arg<int>("number"),
            Text = c.Arg<string>("text"),
            c.Arg<Spot>("spot").X,
            Result = c.Return<string>(),
        });

        var values = await Watch.CapturesAsync(spec, static () =>
        {
            Assert.Equal("14 a! 5", Values.Reassigned(7, "a", new Spot(4, 0, null)));
            Assert.Equal("-2 b! 10", Values.Reassigned(-1, "b", new Spot(9, 0, null)));
        });

        Assert.Equal([new { Number = 7, Text = "a", X = 4, Result = "14 a! 5" }, new { Number = -1, Text = "b", X = 9, Result = "-2 b! 10" }], values);
    }

    [Fact]
    public async Task Arg_AtTheReturn_IsAsPassedAlthoughTheBodyTakesItsAddress()
    {
        var spec = Probe.Method(() => Values.ByAddress(0, default)).OnReturn().Capture(c => new
        {
            Number = c.Arg<int>(0),
            c.Arg<Cell>(1).Left,
            c.Arg<Cell>(1).Right,
            c.Arg<Cell>(1).Weight,
            Result = c.Return<int>(),
        });

        var value = Assert.Single(await Watch.CapturesAsync(spec, static () =>
            Assert.Equal(42, Values.ByAddress(10, new Cell { Left = 30, Right = "r", Weight = 0.5 }))));

        Assert.Equal(new { Number = 10, Left = 30, Right = (string?)"r", Weight = 0.5, Result = 42 }, value);
    }

    [Fact]
    public async Task Arg_ByReference_IsWhatItRefersToAtThatMoment()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        System.Reflection.MethodInfo method = typeof(Values).GetMethod(nameof(Values.ByReference))!;
        var before = await session.AttachAsync(Probe.Method(method).OnEntry().Capture(c => new { Changed = c.Arg<int>(0), Read = c.Arg<long>(1), c.Arg<Cell>(3).Left }));
        var after = await session.AttachAsync(Probe.Method(method).OnReturn().Capture(c => new { Changed = c.Arg<int>(0), Read = c.Arg<long>(1), Made = c.Arg<string>(2), c.Arg<Cell>(3).Left }));
        int changed = 5;
        Cell cell = new() { Left = 1 };
        Values.ByReference(ref changed, 37, out string made, ref cell);
        await session.DisposeAsync();

        Assert.Equal((42, "made 42", 42), (changed, made, cell.Left));
        Assert.Equal([new { Changed = 5, Read = 37L, Left = 1 }], await ValuesOf(before));
        Assert.Equal([new { Changed = 42, Read = 37L, Made = "made 42", Left = 42 }], await ValuesOf(after));
    }

    [Fact]
    public async Task This_OfAClass_GivesItsFieldsAndAutomaticProperties()
    {
        var spec = Probe.Method((Node node) => node.Visit(0)).Capture(c => new
        {
            c.This<Node>().Id,
            Next = c.This<Node>().Next!.Id,
            Name = c.Field<string>(c.This<Node>(), "_name"),
            NextName = c.Field<string>(c.This<Node>(), "Next._name"),
            Held = c.Field<int>(c.This<object>(), "(Probed.Node).Held"),
            By = c.Arg<int>(0),
        });

        var value = Assert.Single(await Watch.CapturesAsync(spec, static () =>
            Assert.Equal(1 + 7 + 3, new Node(1, "one", new Node(2, "second", null)).Visit(7))));

        Assert.Equal(new { Id = 1, Next = 2, Name = "one", NextName = "second", Held = 10, By = 7 }, value);
    }

    [Fact]
    public async Task This_OfAStruct_GivesItsFieldsAtTheEntryAndAtTheReturn()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        System.Reflection.MethodInfo method = typeof(Meter).GetMethod(nameof(Meter.Add))!;
        var before = await session.AttachAsync(Probe.Method(method).OnEntry().Capture(c => new { c.This<Meter>().Ticks, Unit = c.Field<string>(c.This<Meter>(), "_unit") }));
        var after = await session.AttachAsync(Probe.Method(method).OnReturn().Capture(c => new { c.This<Meter>().Ticks, Result = c.Return<int>() }));
        Meter meter = new(10, "ms");
        Assert.Equal(17, meter.Add(5));
        await session.DisposeAsync();

        Assert.Equal(15, meter.Ticks);
        Assert.Equal([new { Ticks = 10, Unit = "ms" }], await ValuesOf(before));
        Assert.Equal([new { Ticks = 15, Result = 17 }], await ValuesOf(after));
    }

    [Fact]
    public async Task Capture_StructMadeByAnInitializer_HoldsTheValues()
    {
        IReadOnlyList<Division> values = await Watch.CapturesAsync(
            Probe.Method(() => Values.Divided(0, 0)).Capture(c => new Division { By = c.Arg<int>(1), Result = c.Return<int>() }),
            static () => _ = Values.Divided(10, 5));

        Assert.Equal([new Division { By = 5, Result = 2 }], values);
    }

    internal static async Task<IReadOnlyList<T>> ValuesOf<T>(ProbeHandle<T> handle)
    {
        Assert.Equal(0, handle.Statistics.Faults);
        List<T> values = [];
        await foreach (ProbeEvent<T> one in handle.Events)
        {
            values.Add(one.Value);
        }

        return values;
    }

    private struct Division
    {
        public int By;

        public long Result { get; set; }
    }
}
