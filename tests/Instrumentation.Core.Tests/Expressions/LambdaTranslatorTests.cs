using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Expressions;

public class LambdaTranslatorTests
{
    private static readonly int StaticLimit = 7;
    private readonly int _limit = 11;

    [Fact]
    public void Translate_ContextMembers_BecomeContextNodes()
    {
        Assert.Equal(new ContextExpression(ContextValue.Exception, typeof(Exception)), LambdaTranslator.Translate((ProbeContext c) => c.Exception));
        Assert.Equal(new ContextExpression(ContextValue.ThrownBy, typeof(string)), LambdaTranslator.Translate((ProbeContext c) => c.ThrownBy));
        Assert.Equal(new ContextExpression(ContextValue.Duration, typeof(TimeSpan)), LambdaTranslator.Translate((ProbeContext c) => c.Duration));
        Assert.Equal(new ContextExpression(ContextValue.Timestamp, typeof(long)), LambdaTranslator.Translate((ProbeContext c) => c.Timestamp));
        Assert.Equal(new ContextExpression(ContextValue.ThreadId, typeof(int)), LambdaTranslator.Translate((ProbeContext c) => c.ThreadId));
        Assert.Equal(new ContextExpression(ContextValue.ProcessId, typeof(int)), LambdaTranslator.Translate((ProbeContext c) => c.ProcessId));
        Assert.Equal(new ContextExpression(ContextValue.Caller, typeof(CodeAddress)), LambdaTranslator.Translate((ProbeContext c) => c.Caller));
    }

    [Fact]
    public void Translate_Roots_KeepIndexNameAndType()
    {
        int index = 2;
        string name = "quantity";
        Assert.Equal(new ArgumentExpression(2, null, typeof(int)), LambdaTranslator.Translate((ProbeContext c) => c.Arg<int>(index)));
        Assert.Equal(new ArgumentExpression(-1, "quantity", typeof(long)), LambdaTranslator.Translate((ProbeContext c) => c.Arg<long>(name)));
        Assert.Equal(new ThisExpression(typeof(Node)), LambdaTranslator.Translate((ProbeContext c) => c.This<Node>()));
        Assert.Equal(new ReturnExpression(typeof(string)), LambdaTranslator.Translate((ProbeContext c) => c.Return<string>()));
    }

    [Fact]
    public void Translate_WithoutContext_FoldsToConstant()
    {
        int local = 5;
        Bag bag = new(3) { Second = "s" };
        Assert.Equal(new ConstantExpression(5, typeof(int)), LambdaTranslator.Translate((ProbeContext c) => local));
        Assert.Equal(new ConstantExpression(11, typeof(int)), LambdaTranslator.Translate((ProbeContext c) => _limit));
        Assert.Equal(new ConstantExpression(7, typeof(int)), LambdaTranslator.Translate((ProbeContext c) => StaticLimit));
        Assert.Equal(new ConstantExpression("s", typeof(string)), LambdaTranslator.Translate((ProbeContext c) => bag.Second));
        Assert.Equal(new ConstantExpression(18, typeof(int)), LambdaTranslator.Translate((ProbeContext c) => local * bag.First + Math.Max(1, 3)));
        Assert.Equal(new ConstantExpression(TimeSpan.FromMilliseconds(5), typeof(TimeSpan)), LambdaTranslator.Translate((ProbeContext c) => TimeSpan.FromMilliseconds(5)));
        Assert.Equal(new ConstantExpression(Level.High, typeof(Level)), LambdaTranslator.Translate((ProbeContext c) => Level.High));
        Assert.Equal(new ConstantExpression(2, typeof(int)), LambdaTranslator.Translate((ProbeContext c) => new[] { 1, 2, 3 }.Count(x => x > 1)));
    }

    [Fact]
    public void Translate_CapturedVariable_IsReadOnce()
    {
        int limit = 1;
        ProbeExpression translated = LambdaTranslator.Translate((ProbeContext c) => c.Arg<int>(0) > limit);
        limit = 2;
        Assert.Equal("c.Arg<int>(0) > 1", ExpressionText.Of(translated));
    }

    [Fact]
    public void Translate_Operators_KeepTheirMeaning()
    {
        Assert.Equal("(((c.Arg<int>(0) + 1) * 2) / 3) % 4", Hit.Text(c => (c.Arg<int>(0) + 1) * 2 / 3 % 4));
        Assert.Equal("(c.Arg<int>(0) & 1) | (c.Arg<int>(1) ^ 2)", Hit.Text(c => c.Arg<int>(0) & 1 | c.Arg<int>(1) ^ 2));
        Assert.Equal("(c.Arg<uint>(0) << 3) >> 4", Hit.Text(c => c.Arg<uint>(0) << 3 >> 4));
        Assert.Equal("(-c.Arg<long>(0)) - (~c.Arg<long>(0))", Hit.Text(c => -c.Arg<long>(0) - ~c.Arg<long>(0)));
        Assert.Equal("(!c.Arg<bool>(0)) && (c.Arg<bool>(1) || c.Arg<bool>(2))", Hit.Text(c => !c.Arg<bool>(0) && (c.Arg<bool>(1) || c.Arg<bool>(2))));
        Assert.Equal("c.Arg<bool>(0) ? c.Arg<int>(1) : 3", Hit.Text(c => c.Arg<bool>(0) ? c.Arg<int>(1) : 3));
        Assert.Equal("c.Arg<nint>(0) == 5", Hit.Text(c => c.Arg<nint>(0) == 5));
    }

    [Fact]
    public void Translate_CheckedArithmetic_IsTheUnchecked()
    {
        Assert.Equal("(c.Arg<int>(0) + 1) - (c.Arg<int>(1) * 2)", Hit.Text(c => checked(c.Arg<int>(0) + 1 - c.Arg<int>(1) * 2)));
        Assert.Equal("(byte)(-c.Arg<int>(0))", Hit.Text(c => checked((byte)-c.Arg<int>(0))));
    }

    [Fact]
    public void Translate_Promotions_BecomeConversions()
    {
        Assert.Equal("((int)c.Arg<char>(0)) == 97", Hit.Text(c => c.Arg<char>(0) == 'a'));
        Assert.Equal("((int)c.Arg<byte>(0)) + ((int)c.Arg<short>(1))", Hit.Text(c => c.Arg<byte>(0) + c.Arg<short>(1)));
        Assert.Equal("((double)c.Arg<int>(0)) > 1.5", Hit.Text(c => c.Arg<int>(0) > 1.5));
    }

    [Fact]
    public void Translate_Enums_CompareAndConvert()
    {
        Level wanted = Level.High;
        Hit high = Hit.With(Level.High, Traits.Fast | Traits.Cheap);
        Assert.Equal(true, high.Value(c => c.Arg<Level>(0) == Level.High));
        Assert.Equal(true, high.Value(c => c.Arg<Level>(0) == wanted));
        Assert.Equal(false, high.Value(c => c.Arg<Level>(0) < Level.Middle));
        Assert.Equal(200, high.Value(c => (int)c.Arg<Level>(0)));
        Assert.Equal((byte)1, high.Value(c => (Level)1));
        Assert.Equal(true, high.Value(c => c.Arg<Traits>(1).HasFlag(Traits.Fast)));
        Assert.Equal(true, high.Value(c => (c.Arg<Traits>(1) & Traits.Cheap) != 0));
        Assert.Equal(false, Hit.With(0, Traits.Fast).Value(c => c.Arg<Traits>(1).HasFlag(Traits.Cheap)));
    }

    [Fact]
    public void Translate_References_TestAndCast()
    {
        Assert.Equal("c.Arg<object>(0) is Leaf", Hit.Text(c => c.Arg<object>(0) is Leaf));
        Assert.Equal("((Leaf)c.Arg<Node>(0)).Colour", Hit.Text(c => ((Leaf)c.Arg<Node>(0)).Colour));
        Assert.Equal("(c.Arg<object>(0) is Leaf) ? ((Leaf)c.Arg<object>(0)) : null", Hit.Text(c => c.Arg<object>(0) as Leaf));
        Assert.Equal("c.Arg<string>(0) == null", Hit.Text(c => c.Arg<string>(0) == null));
        Assert.Equal("c.Exception != null", Hit.Text(c => c.Exception != null));
        Assert.Equal("(int)c.Arg<object>(0)", Hit.Text(c => (int)c.Arg<object>(0)));
        Assert.Equal("(c.Arg<string>(0) == null) ? \"none\" : c.Arg<string>(0)", Hit.Text(c => c.Arg<string>(0) ?? "none"));
        Assert.Equal("c.Arg<object>(0) == c.Arg<object>(1)", Hit.Text(c => ReferenceEquals(c.Arg<object>(0), c.Arg<object>(1))));
    }

    [Fact]
    public void Translate_Members_BecomeMemberNodes()
    {
        MemberExpression count = Assert.IsType<MemberExpression>(LambdaTranslator.Translate((ProbeContext c) => c.This<Leaf>().Count));
        Assert.Equal(new MemberExpression(new ThisExpression(typeof(Leaf)), "Count", typeof(Node), IsProperty: true, typeof(int)), count);
        Assert.Equal("c.This<Node>().Next.At.X", Hit.Text(c => c.This<Node>().Next!.At.X));
        Assert.Equal("c.Exception.Message", Hit.Text(c => c.Exception!.Message));
        Assert.Equal("c.Arg<int[]>(0).Length", Hit.Text(c => c.Arg<int[]>(0).Length));
        Assert.Equal("c.Arg<object>(0).GetType().FullName", Hit.Text(c => c.Arg<object>(0).GetType().FullName));
        Assert.Equal("(ulong)c.Caller", Hit.Text(c => c.Caller.Value));
    }

    [Fact]
    public void Translate_FieldPath_KeepsTheTargetsType()
    {
        PathExpression path = Assert.IsType<PathExpression>(LambdaTranslator.Translate((ProbeContext c) => c.Field<int>(c.This<Leaf>(), "_a.(N.T)._b")));
        Assert.Equal(new PathExpression(new ThisExpression(typeof(Leaf)), "_a.(N.T)._b", typeof(int)), path);
        Assert.Equal(typeof(Point), Assert.IsType<PathExpression>(LambdaTranslator.Translate((ProbeContext c) => c.Field<int>(c.Arg<Point>(0), "X"))).Target.Type);
    }

    [Fact]
    public void Translate_Durations_CompareAddAndMeasure()
    {
        TimeSpan limit = TimeSpan.FromMilliseconds(5);
        Hit hit = new() { Values = { [ContextValue.Duration] = 5_000_001L }, Arguments = [TimeSpan.FromSeconds(2)] };
        Assert.Equal(true, hit.Value(c => c.Duration > limit));
        Assert.Equal(false, hit.Value(c => c.Duration <= TimeSpan.FromMilliseconds(5)));
        Assert.Equal(true, hit.Value(c => c.Duration < TimeSpan.MaxValue));
        Assert.Equal(5.000001, hit.Value(c => c.Duration.TotalMilliseconds));
        Assert.Equal(5000.001, hit.Value(c => c.Duration.TotalMicroseconds));
        Assert.Equal(0.005000001, hit.Value(c => c.Duration.TotalSeconds));
        Assert.Equal(50_000L, hit.Value(c => c.Duration.Ticks));
        Assert.Equal(2_005_000_001L, hit.Value(c => c.Arg<TimeSpan>(0) + c.Duration));
        Assert.Equal(-5_000_001L, hit.Value(c => -c.Duration));
        Assert.Equal(1_994_999_999L, hit.Value(c => c.Arg<TimeSpan>(0) - c.Duration));
    }
}
