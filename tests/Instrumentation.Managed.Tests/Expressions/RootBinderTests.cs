using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

public class RootBinderTests
{
    private static readonly BindingTarget Orders = Place.Of(("name", typeof(string)), ("quantity", typeof(short)), ("chain", typeof(Chain)), ("out", typeof(int).MakeByRefType()));

    [Fact]
    public void Bind_ArgumentByName_BecomesItsIndex()
    {
        Assert.Equal(new ArgumentExpression(0, null, typeof(string)), Orders.Bind(c => c.Arg<string>("name")));
        Assert.Equal(new ArgumentExpression(1, null, typeof(short)), Orders.Bind(c => c.Arg<short>(1)));
        Assert.Equal(new ArgumentExpression(3, null, typeof(int)), Orders.Bind(c => c.Arg<int>("out")));
    }

    [Fact]
    public void Bind_UnknownName_ListsTheParameters()
    {
        ExpressionException error = Orders.Refuses(c => c.Arg<int>("quantitty") > 3);
        Assert.Equal("c.Arg<int>(\"quantitty\")", error.SubExpression);
        Assert.Contains("Shop.Orders::Place has no parameter 'quantitty'", error.Why, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'quantity'?", error.Mend, StringComparison.Ordinal);
        Assert.Contains("0: string name, 1: short quantity", error.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_WhatTheKernelAloneKnows_IsRefused()
    {
        ExpressionException[] errors =
        [
            Orders.Refuses(c => c.Cpu), Orders.Refuses(c => c.UserId == 0), Orders.Refuses(c => c.CgroupId), Orders.Refuses(c => c.Comm == "x"),
            Orders.Refuses(c => c.String(c.Arg<short>(1))), Orders.Refuses(c => c.Memory<int>(c.Timestamp)), Orders.Refuses(c => c.Kernel<int>("task->pid") == 1),
            Orders.Refuses(c => c.KernelString("task->comm")),
        ];
        Assert.All(errors, static error => Assert.Contains("points of the kernel and of native code only", error.Why, StringComparison.Ordinal));
        Assert.Equal("c.UserId", errors[1].SubExpression);
        Assert.Equal("c.Kernel<int>(\"task->pid\")", errors[6].SubExpression);
    }

    [Fact]
    public void Bind_IndexOutOfRange_ListsTheParameters()
    {
        ExpressionException error = Orders.Refuses(c => c.Arg<int>(4));
        Assert.Contains("has 4 parameters", error.Why, StringComparison.Ordinal);
        Assert.Contains("1: short quantity", error.Mend, StringComparison.Ordinal);
        Assert.Contains("no parameters", Place.Of().Refuses(c => c.Arg<int>(0)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_WiderPrimitive_Converts()
    {
        Assert.Equal(new ConvertExpression(new ArgumentExpression(1, null, typeof(short)), typeof(long)), Orders.Bind(c => c.Arg<long>("quantity")));
        Assert.Equal(typeof(double), Orders.Bind(c => c.Arg<double>("quantity")).Type);
        Assert.Equal(typeof(float), Orders.Bind(c => c.Arg<float>("quantity")).Type);
    }

    [Fact]
    public void Bind_PrimitiveThatDoesNotHoldAll_NamesTheRealType()
    {
        ExpressionException error = Orders.Refuses(c => c.Arg<byte>("quantity"));
        Assert.Contains("parameter 'quantity' of Shop.Orders::Place is of type short", error.Why, StringComparison.Ordinal);
        Assert.Contains("(byte)", error.Mend, StringComparison.Ordinal);
        Orders.Refuses(c => c.Arg<uint>("quantity"));
        Orders.Refuses(c => c.Arg<ulong>("quantity"));
        Orders.Refuses(c => c.Arg<char>("quantity"));
        Orders.Refuses(c => c.Arg<bool>("quantity"));
        Orders.Refuses(c => c.Arg<Colour>("quantity"));
        Place.Of(("x", typeof(long))).Refuses(c => c.Arg<double>(0));
        Place.Of(("x", typeof(int))).Refuses(c => c.Arg<float>(0));
        Place.Of(("x", typeof(double))).Refuses(c => c.Arg<float>(0));
    }

    [Fact]
    public void Bind_EnumsAndPointers_ReadAsTheirNumbers()
    {
        BindingTarget target = Place.Of(("e", typeof(Colour)), ("p", typeof(byte).MakePointerType()), ("r", typeof(Colour).MakeByRefType()));
        Assert.Equal(new ArgumentExpression(0, null, typeof(Colour)), target.Bind(c => c.Arg<Colour>(0)));
        Assert.Equal(typeof(byte), target.Bind(c => c.Arg<byte>(0)).Type);
        Assert.Equal(typeof(int), target.Bind(c => c.Arg<int>(0)).Type);
        Assert.Equal(new ArgumentExpression(1, null, typeof(nint)), target.Bind(c => c.Arg<nint>(1)));
        Assert.Equal(new ConvertExpression(new ArgumentExpression(1, null, typeof(nint)), typeof(ulong)), target.Bind(c => c.Arg<ulong>(1)));
        Assert.Equal(typeof(Colour), target.Bind(c => c.Arg<Colour>(2)).Type);
        target.Refuses(c => c.Arg<DayOfWeek>(0));
        target.Refuses(c => c.Arg<int>(1));
    }

    [Fact]
    public void Bind_References_BaseDerivedAndUnrelated()
    {
        Assert.Equal(new ConvertExpression(new ArgumentExpression(2, null, typeof(Chain)), typeof(object)), Orders.Bind(c => c.Arg<object>("chain")));
        Assert.Equal(typeof(Last), Orders.Bind(c => c.Arg<Last>("chain")).Type);
        Assert.Equal(typeof(IDisposable), Orders.Bind(c => c.Arg<IDisposable>("chain")).Type);
        Assert.Contains("Chain", Orders.Refuses(c => c.Arg<Version>("chain")).Why, StringComparison.Ordinal);
        Assert.Contains("string", Orders.Refuses(c => c.Arg<IDisposable>("name")).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_ValueAsObject_IsRefusedButAsStartOfAPath()
    {
        BindingTarget target = Place.Of(("s", typeof(Outer)), ("span", typeof(Span<byte>)));
        Assert.Contains("c.Field", target.Refuses(c => c.Arg<object>(0) == null).Mend, StringComparison.Ordinal);
        Assert.Contains("c.Field", target.Refuses(c => c.Arg<object>(1) == null).Mend, StringComparison.Ordinal);
        Assert.Equal(new ArgumentExpression(1, null, typeof(Span<byte>)), Assert.IsType<BoundField>(target.Bind(c => c.Field<int>(c.Arg<object>(1), "_length"))).Target);
        Assert.Contains("other memory", target.Refuses(c => c.Field<byte>(c.Arg<object>(1), "_reference")).Why, StringComparison.Ordinal);
        Assert.Equal(typeof(uint), target.Bind(c => c.Field<uint>(c.Arg<Outer>("s"), "Word")).Type);
        Assert.Contains("GetValueOrDefault", Place.Of(("m", typeof(int?))).Refuses(c => c.Arg<int>(0)).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_OpenParameters_TakeTheLambdasType()
    {
        Type open = typeof(List<>).GetGenericArguments()[0];
        BindingTarget target = Place.Of(("item", open), ("list", typeof(List<>)), ("span", typeof(Span<>)));
        Assert.Equal(new ArgumentExpression(0, null, typeof(int)), target.Bind(c => c.Arg<int>("item")));
        Assert.Equal(new ArgumentExpression(0, null, typeof(string)), target.Bind(c => c.Arg<string>("item")));
        Assert.Equal(new ConvertExpression(new ArgumentExpression(1, null, typeof(object)), typeof(List<int>)), target.Bind(c => c.Arg<List<int>>("list")));
        Assert.Equal(new ArgumentExpression(1, null, typeof(object)), target.Bind(c => c.Arg<object>("list")));
        BindingTarget self = Place.Of() with { ThisType = typeof(List<>) };
        Assert.Equal(new ConvertExpression(new ThisExpression(typeof(object)), typeof(List<string>)), self.Bind(c => c.This<List<string>>()));
    }

    [Fact]
    public void Bind_This_OnlyOnInstances()
    {
        Assert.Equal(new ThisExpression(typeof(Chain)), Place.On<Chain>().Bind(c => c.This<Chain>()));
        Assert.Contains("static", Place.Of().Refuses(c => c.This<Chain>()).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_Return_OnlyWhereThereIsOne()
    {
        BindingTarget target = Place.Of() with { ResultType = typeof(int) };
        Assert.Equal(new ReturnExpression(typeof(int)), target.Bind(c => c.Return<int>()));
        Assert.Equal(new ReturnExpression(typeof(int)), (target with { Edge = ProbeEdge.Return | ProbeEdge.Throw }).Bind(c => c.Return<int>()));
        Assert.Contains("returns nothing", Place.Of().Refuses(c => c.Return<int>()).Why, StringComparison.Ordinal);
        foreach (ProbeEdge edge in new[] { ProbeEdge.Entry, ProbeEdge.Throw, ProbeEdge.Catch })
        {
            ExpressionException error = (target with { Edge = edge }).Refuses(c => c.Return<int>());
            Assert.Contains("a result", error.Why, StringComparison.Ordinal);
            Assert.Contains("OnReturn()", error.Mend, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(ProbeEdge.Entry, false, false)]
    [InlineData(ProbeEdge.Return, false, true)]
    [InlineData(ProbeEdge.Throw, true, true)]
    [InlineData(ProbeEdge.Call, true, true)]
    [InlineData(ProbeEdge.Catch, true, false)]
    [InlineData(ProbeEdge.Entry | ProbeEdge.Catch, true, false)]
    public void Bind_ContextValues_OnlyAtTheirEdges(ProbeEdge edge, bool exception, bool duration)
    {
        BindingTarget target = Place.Of() with { Edge = edge };
        Assert.Equal(exception, Binds(() => target.Bind(c => c.Exception)));
        Assert.Equal(exception, Binds(() => target.Bind(c => c.ThrownBy)));
        Assert.Equal(duration, Binds(() => target.Bind(c => c.Duration)));
        Assert.True(Binds(() => target.Bind(c => c.Caller)));
        Assert.True(Binds(() => target.Bind(c => c.ThreadId + c.ProcessId + c.Timestamp)));
    }

    [Fact]
    public void Bind_NodesMadeByHandWithWrongTypes_AreRefused()
    {
        ConstantExpression one = new(1, typeof(int));
        ConstantExpression text = new("x", typeof(string));
        Assert.Throws<ExpressionException>(() => ExpressionBinder.Bind(new BinaryExpression(BinaryOperator.Add, one, text, typeof(int)), Orders));
        Assert.Throws<ExpressionException>(() => ExpressionBinder.Bind(new UnaryExpression(UnaryOperator.Not, one, typeof(bool)), Orders));
        Assert.Throws<ExpressionException>(() => ExpressionBinder.Bind(new ConvertExpression(one, typeof(string)), Orders));
        Assert.Throws<ExpressionException>(() => ExpressionBinder.Bind(new ConstantExpression(null, typeof(int)), Orders));
        Assert.Throws<ExpressionException>(() => ExpressionBinder.Bind(new MemberExpression(text, "Length", typeof(List<int>), true, typeof(int)), Orders));
    }

    private static bool Binds(Func<ProbeExpression> bind)
    {
        try
        {
            bind();
            return true;
        }
        catch (ExpressionException)
        {
            return false;
        }
    }
}
