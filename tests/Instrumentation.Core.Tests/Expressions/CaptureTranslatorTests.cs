using System.Linq.Expressions;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Expressions;

public class CaptureTranslatorTests
{
    [Fact]
    public void TranslateCapture_Constructor_NamesAreParameters()
    {
        CaptureShape shape = Capture(c => new Pair(c.Arg<int>(0), c.Arg<string>(1)));
        Assert.Equal(["First", "Second"], shape.Fields.Select(field => field.Name));
        Assert.Equal(typeof(Pair), shape.Factory!.Type);
        Assert.Equal(2, shape.Factory.ConstructorFields);
        Assert.Equal(new Pair(1, "a"), shape.Factory.Constructor!.Invoke([1, "a"]));
    }

    [Fact]
    public void TranslateCapture_Anonymous_NamesAreMembers()
    {
        CaptureShape shape = Capture(c => new { Count = c.Arg<int>(0) + 1, c.Duration });
        Assert.Equal(["Count", "Duration"], shape.Fields.Select(field => field.Name));
        Assert.Equal("c.Arg<int>(0) + 1", ExpressionText.Of(shape.Fields[0].Value));
        Assert.NotNull(shape.Factory!.Constructor);
    }

    [Fact]
    public void TranslateCapture_Initializer_FollowsTheConstructor()
    {
        CaptureShape shape = Capture(c => new Bag(c.Arg<int>(0)) { Second = c.Arg<string>(1), Third = c.Duration });
        Assert.Equal(["first", "Second", "Third"], shape.Fields.Select(field => field.Name));
        Assert.Equal(1, shape.Factory!.ConstructorFields);
        Assert.Equal(["Second", "Third"], shape.Factory.Members.Select(member => member.Name));
    }

    [Fact]
    public void TranslateCapture_InitializerOfAStruct_NeedsNoConstructor()
    {
        CaptureShape shape = Capture(c => new Point { X = c.ThreadId });
        Assert.Equal(["X"], shape.Fields.Select(field => field.Name));
        Assert.Equal((typeof(Point), null, 0), (shape.Factory!.Type, shape.Factory.Constructor, shape.Factory.ConstructorFields));
        Assert.Equal(["X"], shape.Factory.Members.Select(member => member.Name));
        Assert.Contains("Leave Capture out", Refused(c => new Point()).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void TranslateCapture_Tuples_NamesAreItems()
    {
        CaptureShape value = Capture(c => ValueTuple.Create(c.Arg<int>(0), c.ThreadId));
        Assert.Equal(["Item1", "Item2"], value.Fields.Select(field => field.Name));
        Assert.Equal((3, 4), value.Factory!.Constructor!.Invoke([3, 4]));
        Assert.Equal(Tuple.Create(3, "x"), Capture(c => Tuple.Create(c.Arg<int>(0), c.Arg<string>(1))).Factory!.Constructor!.Invoke([3, "x"]));
        Assert.Equal(["Item1", "Item2"], Capture(c => new ValueTuple<int, int>(c.ThreadId, c.ProcessId)).Fields.Select(field => field.Name));
    }

    [Fact]
    public void TranslateCapture_BareValue_IsCalledValue()
    {
        CaptureShape shape = Capture(c => c.Arg<int>(0));
        CaptureField field = Assert.Single(shape.Fields);
        Assert.Equal("Value", field.Name);
        Assert.Equal(typeof(int), shape.Factory!.Type);
        Assert.Null(shape.Factory.Constructor);
    }

    [Fact]
    public void TranslateCapture_MoreThan32Fields_IsRefused()
    {
        ParameterExpression c = Expression.Parameter(typeof(ProbeContext), "c");
        Expression part = Expression.Call(c, nameof(ProbeContext.Arg), [typeof(int)], Expression.Constant(0));
        Assert.Equal(32, LambdaTranslator.TranslateCapture(Wide<Wide32>(c, part, 32)).Fields.Count);
        ExpressionException error = Assert.Throws<ExpressionException>(() => LambdaTranslator.TranslateCapture(Wide<Wide33>(c, part, 33)));
        Assert.Contains("33 values", error.Why, StringComparison.Ordinal);
        Assert.Contains("32", error.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void TranslateCapture_WhatAllocatesOrCapturesNothing_IsRefused()
    {
        Assert.Contains("field of its own", Refused(c => new { A = new Pair(c.ThreadId, null) }).Mend, StringComparison.Ordinal);
        Assert.Contains("field of its own", Refused(c => new { A = new { B = c.ThreadId } }).Mend, StringComparison.Ordinal);
        Assert.Equal("new { B = c.ThreadId }", Refused(c => new { A = new { B = c.ThreadId } }).SubExpression);
        Assert.Contains("Leave Capture out", Refused(c => new object()).Mend, StringComparison.Ordinal);
        Assert.Contains("collections", Refused(c => new Bag(c.ThreadId) { Many = { 1 } }).Mend, StringComparison.Ordinal);
        Assert.Contains("seven", Refused(c => ValueTuple.Create(1, 2, 3, 4, 5, 6, 7, c.ThreadId)).Mend, StringComparison.Ordinal);
        Assert.Contains("allocates", Refused(c => new { A = (object)c.ThreadId }).Why, StringComparison.Ordinal);
    }

    private static CaptureShape Capture<T>(Expression<Func<ProbeContext, T>> lambda) => LambdaTranslator.TranslateCapture(lambda);

    private static ExpressionException Refused<T>(Expression<Func<ProbeContext, T>> lambda) => Assert.Throws<ExpressionException>(() => Capture(lambda));

    private static Expression<Func<ProbeContext, T>> Wide<T>(ParameterExpression c, Expression part, int count) =>
        Expression.Lambda<Func<ProbeContext, T>>(Expression.New(typeof(T).GetConstructors()[0], Enumerable.Repeat(part, count)), c);

    public record Wide32(
        int A0, int A1, int A2, int A3, int A4, int A5, int A6, int A7, int B0, int B1, int B2, int B3, int B4, int B5, int B6, int B7,
        int C0, int C1, int C2, int C3, int C4, int C5, int C6, int C7, int D0, int D1, int D2, int D3, int D4, int D5, int D6, int D7);

    public record Wide33(
        int A0, int A1, int A2, int A3, int A4, int A5, int A6, int A7, int B0, int B1, int B2, int B3, int B4, int B5, int B6, int B7,
        int C0, int C1, int C2, int C3, int C4, int C5, int C6, int C7, int D0, int D1, int D2, int D3, int D4, int D5, int D6, int D7, int E0);
}
