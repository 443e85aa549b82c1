using System.Linq.Expressions;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Events;

public sealed class CaptureRebuilderTests
{
    [Fact]
    public void Rebuild_Record_CallsItsConstructor() => Check(
        () => new Order(1, "", DayOfWeek.Monday, TimeSpan.Zero),
        [5, "tea", DayOfWeek.Friday, TimeSpan.FromMilliseconds(3)],
        new Order(5, "tea", DayOfWeek.Friday, TimeSpan.FromMilliseconds(3)));

    [Fact]
    public void Rebuild_AnonymousType_GivesItsProperties() => Check(
        () => new { Quantity = 1, Item = "", Code = 'c', Big = 1UL },
        [5, "tea", 'x', ulong.MaxValue],
        new { Quantity = 5, Item = "tea", Code = 'x', Big = ulong.MaxValue });

    [Fact]
    public void Rebuild_Tuple_GivesItsItems() => Check(() => new ValueTuple<int, string, double>(1, "", 1.0), [5, null, 2.5], (5, null!, 2.5));

    [Fact]
    public void Rebuild_ObjectInitializer_SetsPropertiesAndFields() => Check(
        () => new Box(1) { Name = "", Weight = 1.0f, Field = 1 },
        [7, "box", 2.5f, (short)3],
        new Box(7) { Name = "box", Weight = 2.5f, Field = 3 });

    [Fact]
    public void Rebuild_StructWithoutConstructor_SetsItsMembers() => Check(
        () => new Point { X = 1, Y = 1 },
        [5, 6L],
        new Point { X = 5, Y = 6 });

    [Fact]
    public void Rebuild_NullableParameters_HoldTheValues() => Check(
        () => new Maybe(1, true, DayOfWeek.Monday, TimeSpan.Zero),
        [5, true, DayOfWeek.Friday, TimeSpan.FromSeconds(1)],
        new Maybe(5, true, DayOfWeek.Friday, TimeSpan.FromSeconds(1)));

    [Fact]
    public void Rebuild_ParametersOfBaseOrWiderTypes_AreConverted()
    {
        int number = 1;
        char unit = 'c';
        Check(() => new Wide(number, number, "", unit), [5, 6, "x", 'y'], new Wide(5, 6, "x", 'y'));
    }

    [Fact]
    public void Rebuild_BareValues_AreConverted()
    {
        Check(() => 1, [5], 5);
        Check(() => "", ["x"], "x");
        Check<string?>(() => "", [null], null);
        Check(() => DayOfWeek.Monday, [DayOfWeek.Friday], DayOfWeek.Friday);
        Check(() => TimeSpan.Zero, [TimeSpan.FromMinutes(1)], TimeSpan.FromMinutes(1));
        Check(() => 'c', ['x'], 'x');
        Check(() => true, [false], false);
        Check(() => 1.0f, [2.5f], 2.5f);
        Check(() => (nint)1, [(nint)(-5)], (nint)(-5));
        Check(() => (nuint)1, [(nuint)5], (nuint)5);
        Check(() => (byte)1, [byte.MaxValue], byte.MaxValue);
        Check(() => default(CodeAddress), [new CodeAddress(5)], new CodeAddress(5));
        Check<int?>(() => 1, [5], 5);
        Check<DayOfWeek?>(() => DayOfWeek.Monday, [DayOfWeek.Friday], DayOfWeek.Friday);
    }

    [Fact]
    public void Rebuild_ConstructorThrows_ThrowsTheSame()
    {
        CaptureShape capture = FakeCapture.Of(() => new Choosy(1));
        ProbeEvent item = FakeEvents.Of("choosy", default, capture, FakeFields.Of(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CaptureRebuilder.Compile<Choosy>(capture)(item));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReflectedCapture(capture).Rebuild<Choosy>(item));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProbeEvent<Choosy>(item, CaptureRebuilder.Create<Choosy>(capture)).Value);
    }

    private static void Check<T>(Expression<Func<T>> lambda, object?[] values, T expected)
    {
        CaptureShape capture = FakeCapture.Of(lambda);
        ProbeEvent item = FakeEvents.Of("rebuilt", default, capture, FakeFields.Of(values));
        Assert.Equal(expected, CaptureRebuilder.Compile<T>(capture)(item));
        Assert.Equal(expected, new ReflectedCapture(capture).Rebuild<T>(item));
        ProbeEvent<T> typed = new(item, CaptureRebuilder.Create<T>(capture));
        Assert.Equal(expected, typed.Value);
        Assert.Same(item, typed.Event);
    }

    private sealed record Order(int Quantity, string Item, DayOfWeek Day, TimeSpan Took);

    private sealed record Maybe(int? Number, bool? Flag, DayOfWeek? Day, TimeSpan? Took);

    private sealed record Wide(long Number, double Fraction, object Text, int Unit);

    private sealed record Box(int Size)
    {
        public short Field;

        public string? Name { get; init; }

        public float Weight { get; set; }
    }

    private struct Point
    {
        public int X;

        public long Y { get; set; }
    }

    private sealed class Choosy
    {
        public Choosy(int number) => ArgumentOutOfRangeException.ThrowIfNegative(number);
    }
}
