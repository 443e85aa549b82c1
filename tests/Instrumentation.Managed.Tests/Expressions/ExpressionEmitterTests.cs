using System.Linq.Expressions;
using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

public class ExpressionEmitterTests
{
    private static readonly Chain Sample = new()
    {
        Next = new Last { I4 = 6, Own = 8 },
        Any = 77,
        Text = "hello",
        I8 = 0x1234,
        I4 = 5,
        U4 = uint.MaxValue,
        Native = -3,
        Unsigned = 9,
        Wait = TimeSpan.FromTicks(7),
        AutoWait = TimeSpan.FromTicks(-8),
        Address = new CodeAddress(0xABC),
        Maybe = 4,
        Numbers = [1, 2, 3],
        Colour = Colour.Blue,
        Auto = 31,
        Deep = new Outer { Word = 2, Auto = 3, In = new Inner { Small = -4, Label = "in", Wait = TimeSpan.FromTicks(1), Native = 12 } },
    };

    [Fact]
    public void Emit_Fields_OfEveryKind()
    {
        Assert.Equal(5, Value(c => c.This<Chain>().I4));
        Assert.Equal(uint.MaxValue, Value(c => c.This<Chain>().U4));
        Assert.Equal(-3L, Value(c => c.This<Chain>().Native));
        Assert.Equal(9ul, Value(c => c.This<Chain>().Unsigned));
        Assert.Equal(700L, Value(c => c.This<Chain>().Wait));
        Assert.Equal(-800L, Value(c => c.This<Chain>().AutoWait));
        Assert.Equal(0xABCul, Value(c => c.This<Chain>().Address));
        Assert.Equal(0xABCul, Value(c => c.This<Chain>().Address.Value));
        Assert.Equal((byte)255, Value(c => c.This<Chain>().Colour));
        Assert.Equal(31, Value(c => c.This<Chain>().Auto));
        Assert.Equal(23, Value(c => c.This<Chain>().Behind));
        Assert.Equal(3, Value(c => c.This<Chain>().Numbers!.Length));
        Assert.Equal(17, Value(c => c.This<Chain>().Fixed));
        Assert.Equal("wrong", Value(c => c.Exception!.Message));
    }

    [Fact]
    public void Emit_FieldsOfStructs_GoThroughTheirAddresses()
    {
        Assert.Equal((short)-4, Value(c => c.This<Chain>().Deep.In.Small));
        Assert.Equal("in", Value(c => c.This<Chain>().Deep.In.Label));
        Assert.Equal(100L, Value(c => c.This<Chain>().Deep.In.Wait));
        Assert.Equal(12L, Value(c => c.This<Chain>().Deep.In.Native));
        Assert.Equal(3, Value(c => c.This<Chain>().Deep.Auto));
        Assert.Equal(0, Faults(c => c.This<Chain>().Deep.In.Link!.Deep.Auto));
        Assert.Equal(7L, Value(c => c.Field<long>(c.This<Chain>(), "Wait._ticks")));
        Assert.Equal(new Inner { Small = -4, Label = "in", Wait = TimeSpan.FromTicks(1), Native = 12 }, Value(c => c.This<Chain>().Deep.In));
    }

    [Fact]
    public void Emit_NullOnTheWay_FaultsWithTheDefault()
    {
        Assert.Equal(0, Faults(c => c.This<Chain>().Next!.Next!.I4));
        Assert.Equal(0L, Faults(c => c.This<Chain>().Next!.Next!.Wait));
        Assert.Equal(0.0, Faults(c => c.This<Chain>().Next!.Next!.Double));
        Assert.Equal(0f, Faults(c => c.This<Chain>().Next!.Next!.Single));
        Assert.Null(Faults(c => c.This<Chain>().Next!.Next!.Text));
        Assert.Equal(0, Faults(c => c.This<Chain>().Next!.Next!.Deep.Auto));
        Assert.Equal(0, Faults(c => c.This<Chain>().Next!.Text!.Length));
        Assert.Equal(0, Faults(c => c.This<Chain>().Next!.Numbers!.Length));
        Assert.Equal(1, Faults(c => c.This<Chain>().Next!.Next!.Text == null ? 1 : 2));
        Assert.Equal(default(Outer), Faults(c => c.This<Chain>().Next!.Next!.Deep));
    }

    [Fact]
    public void Emit_Getters_RunAndTheirExceptionsFault()
    {
        Assert.Equal(10, Value(c => c.This<Chain>().Computed));
        Assert.Equal(0, Faults(c => c.This<Chain>().Next!.Computed));
        Assert.Equal(0, Faults(c => c.This<Chain>().Next!.Next!.Computed));
        Assert.Equal(0x1234L * 100, Value(c => c.This<Chain>().ComputedWait));
        Assert.Equal(0x1234L ^ 5, Value(c => c.This<Chain>().ComputedNative));
        Assert.Equal(uint.MaxValue, Value(c => c.This<Chain>().ComputedStruct.Word));
        Assert.Equal(5, Value(c => c.This<Chain>().ComputedStruct.Auto));
        Assert.Equal(5, Value(c => c.This<Chain>().Deep.Sum));
        Assert.Equal(8, Value(c => c.This<Chain>().Next!.Virtual));
        Assert.Equal(-1, Value(c => c.This<Chain>().Lazy));
        Assert.Equal(4, Value(c => ((ILinked)c.This<Chain>()).Weight));
        Assert.Equal(6, Value(c => ((ILinked)c.This<Chain>()).Following!.I4));
    }

    [Fact]
    public void Emit_GetterThatChangesItsStruct_WorksOnACopy()
    {
        Assert.Equal(4, Value(c => c.This<Chain>().Deep.Counting));
        Assert.Equal(4, Value(c => c.This<Chain>().Deep.Counting));
        Assert.Equal(3, Sample.Deep.Auto);
    }

    [Fact]
    public void Emit_Casts_FaultForOtherTypesAndKeepNull()
    {
        Assert.Equal(8, Value(c => ((Last)c.This<Chain>().Next!).Own));
        Assert.Null(Faults(c => (Last)c.This<Chain>()));
        Assert.Null(Value(c => (Last)c.This<Chain>().Next!.Next!));
        Assert.Equal(77, Value(c => (int)c.This<Chain>().Any!));
        Assert.Equal(0L, Faults(c => (long)c.This<Chain>().Any!));
        Assert.Equal(0, Faults(c => (int)c.This<Chain>().Next!.Any!));
        Assert.Equal(true, Value(c => c.This<Chain>().Any is int));
        Assert.Equal(false, Value(c => c.This<Chain>().Any is long));
        Assert.Equal(false, Value(c => c.This<Chain>().Next!.Any is int));
        Assert.Equal("System.Int32", Value(c => c.This<Chain>().Any!.GetType().FullName));
        Assert.Null(Faults(c => c.This<Chain>().Next!.Any!.GetType().FullName));
        Assert.Equal(0u, Faults(c => ((Outer)c.This<Chain>().Any!).Word));
    }

    [Fact]
    public void Emit_Nullables_ReadFlagAndValue()
    {
        Assert.Equal(4, Value(c => c.This<Chain>().Maybe!.Value));
        Assert.Equal(true, Value(c => c.This<Chain>().Maybe > 3));
        Assert.Equal(0, Faults(c => c.This<Chain>().Next!.Maybe!.Value));
        Assert.Equal(false, Value(c => c.This<Chain>().Next!.Maybe.HasValue));
        Assert.Equal(-1, Value(c => c.This<Chain>().Next!.Maybe ?? -1));
        Assert.Equal(0L, Faults(c => c.This<Chain>().MaybeWait!.Value));
    }

    [Fact]
    public void Emit_ShortCircuit_KeepsFaultsAway()
    {
        Assert.Equal(false, Value(c => c.This<Chain>().Next!.Next != null && c.This<Chain>().Next!.Next!.I4 == 0));
        Assert.Equal(true, Value(c => c.This<Chain>().Next!.Next == null || c.This<Chain>().Next!.Next!.I4 == 1));
        Assert.Equal(5, Value(c => c.This<Chain>().I4 == 5 ? 5 : c.This<Chain>().I4 / c.This<Chain>().Next!.Auto));
        Assert.Equal(0, Faults(c => c.This<Chain>().I4 / c.This<Chain>().Next!.Auto));
    }

    [Fact]
    public void Emit_Durations_AreNanoseconds()
    {
        Assert.Equal((long)ContextHit.Number, Value(c => c.Duration));
        Assert.Equal(true, Value(c => c.Duration > TimeSpan.FromMilliseconds(123)));
        Assert.Equal(false, Value(c => c.Duration > TimeSpan.FromMilliseconds(124)));
        Assert.Equal(ContextHit.Number / 1e6, Value(c => c.Duration.TotalMilliseconds));
        Assert.Equal(true, Value(c => c.Duration < TimeSpan.MaxValue));
        Assert.Equal(ContextHit.Number + 700L, Value(c => c.Duration + c.This<Chain>().Wait));
    }

    [Fact]
    public void Emit_NoStructsByAddress_GivesTheSame()
    {
        BindingTarget target = Place.Of(("s", typeof(Outer)), ("n", typeof(int?)));
        object?[] boxes = Emitted.Boxes(target, null, null, new Outer { Word = 8, In = new Inner { Label = "x" } }, 5);
        foreach (bool byAddress in new[] { true, false })
        {
            Assert.Equal(8u, new Emitted(target.Bind(c => c.Arg<Outer>(0).Word), byAddress).Run(boxes, out _));
            Assert.Equal("x", new Emitted(target.Bind(c => c.Arg<Outer>(0).In.Label), byAddress).Run(boxes, out _));
            Assert.Equal(5, new Emitted(target.Bind(c => c.Arg<int?>(1)!.Value), byAddress).Run(boxes, out _));
        }
    }

    [Fact]
    public void Emit_Evaluation_AllocatesNothing()
    {
        BindingTarget target = Place.On<Chain>() with { GettersAllowed = true };
        Emitted emitted = new(target.Bind(c => c.This<Chain>().Text!.StartsWith("he") && c.This<Chain>().Computed > c.This<Chain>().Deep.Sum
            && c.This<Chain>().Next!.GetType().FullName != "x" && c.This<Chain>().Next!.Next!.I4 / c.This<Chain>().Next!.Auto > 3));
        object?[] boxes = Emitted.Boxes(target, Sample, null);
        emitted.Run(boxes, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        emitted.Run(boxes, out _);
        long harness = GC.GetAllocatedBytesForCurrentThread() - before;

        // The harness allocates an array of one int and a boxed bool.
        Assert.InRange(harness, 1, 32 + 24);
    }

    private static object? Value<T>(Expression<Func<ProbeContext, T>> lambda)
    {
        object? value = Run(lambda, out bool faulted);
        Assert.False(faulted, "The evaluation faulted.");
        return value;
    }

    private static object? Faults<T>(Expression<Func<ProbeContext, T>> lambda)
    {
        object? value = Run(lambda, out bool faulted);
        Assert.True(faulted, "The evaluation did not fault.");
        return value;
    }

    private static object? Run<T>(Expression<Func<ProbeContext, T>> lambda, out bool faulted)
    {
        BindingTarget target = Place.On<Chain>() with { GettersAllowed = true };
        ProbeExpression translated = LambdaTranslator.Translate(lambda);
        object? value = new Emitted(ExpressionBinder.Bind(translated, target)).Run(Emitted.Boxes(target, Sample, null), out faulted);
        object? reference = ExpressionInterpreter.Evaluate(translated, new ContextHit(Sample, null), out bool referenceFaulted);
        Assert.Equal(reference, value);
        Assert.Equal(referenceFaulted, faulted);
        return value;
    }
}
