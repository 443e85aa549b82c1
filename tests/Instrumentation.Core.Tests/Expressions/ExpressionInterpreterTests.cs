using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Expressions;

public class ExpressionInterpreterTests
{
    [Fact]
    public void Evaluate_IntegerArithmetic_Wraps()
    {
        Hit hit = Hit.With(int.MaxValue, long.MinValue, uint.MaxValue);
        Assert.Equal(int.MinValue, hit.Value(c => c.Arg<int>(0) + 1));
        Assert.Equal(long.MinValue, hit.Value(c => -c.Arg<long>(1)));
        Assert.Equal(0u, hit.Value(c => c.Arg<uint>(2) + 1u));
        Assert.Equal(-2, hit.Value(c => c.Arg<int>(0) * 2));
        Assert.Equal(int.MaxValue >> 1, hit.Value(c => c.Arg<int>(0) >> 33));
        Assert.Equal(uint.MaxValue >> 4, hit.Value(c => c.Arg<uint>(2) >> 4));
        Assert.Equal(long.MinValue >> 3, hit.Value(c => c.Arg<long>(1) >> 3));
    }

    [Fact]
    public void Evaluate_Division_ZeroFaultsAndLeastValueWraps()
    {
        Hit hit = Hit.With(int.MinValue, -1, 0, ulong.MaxValue);
        Assert.Equal(int.MinValue, hit.Value(c => c.Arg<int>(0) / c.Arg<int>(1)));
        Assert.Equal(0, hit.Value(c => c.Arg<int>(0) % c.Arg<int>(1)));
        Assert.Equal(0, hit.Faulted(c => c.Arg<int>(0) / c.Arg<int>(2)));
        Assert.Equal(0, hit.Faulted(c => c.Arg<int>(0) % c.Arg<int>(2)));
        Assert.Equal(ulong.MaxValue / 2, hit.Value(c => c.Arg<ulong>(3) / 2));
        Assert.Equal(double.PositiveInfinity, Hit.With(1.0, 0.0).Value(c => c.Arg<double>(0) / c.Arg<double>(1)));
    }

    [Fact]
    public void Evaluate_NotANumber_ComparesFalse()
    {
        Hit hit = Hit.With(double.NaN);
        Assert.Equal(false, hit.Value(c => c.Arg<double>(0) < 1));
        Assert.Equal(false, hit.Value(c => c.Arg<double>(0) <= 1));
        Assert.Equal(false, hit.Value(c => c.Arg<double>(0) > 1));
        Assert.Equal(false, hit.Value(c => c.Arg<double>(0) >= 1));
        Assert.Equal(false, hit.Value(c => c.Arg<double>(0) == c.Arg<double>(0)));
        Assert.Equal(true, hit.Value(c => c.Arg<double>(0) != c.Arg<double>(0)));
    }

    [Fact]
    public void Evaluate_FractionToInteger_Saturates()
    {
        Assert.Equal(int.MaxValue, Hit.With(1e20).Value(c => (int)c.Arg<double>(0)));
        Assert.Equal(long.MinValue, Hit.With(-1e30).Value(c => (long)c.Arg<double>(0)));
        Assert.Equal(0, Hit.With(double.NaN).Value(c => (int)c.Arg<double>(0)));
        Assert.Equal(0u, Hit.With(-5.5).Value(c => (uint)c.Arg<double>(0)));
        Assert.Equal(-5, Hit.With(-5.9f).Value(c => (int)c.Arg<float>(0)));
    }

    [Fact]
    public void Evaluate_Comparisons_KnowTheirSign()
    {
        Hit hit = Hit.With(ulong.MaxValue, -1L, uint.MaxValue, -1);
        Assert.Equal(true, hit.Value(c => c.Arg<ulong>(0) > 1));
        Assert.Equal(true, hit.Value(c => c.Arg<long>(1) < 1));
        Assert.Equal(true, hit.Value(c => c.Arg<uint>(2) >= 1u));
        Assert.Equal(true, hit.Value(c => c.Arg<int>(3) <= 1));
    }

    [Fact]
    public void Evaluate_ShortCircuit_KeepsFaultsAway()
    {
        Hit hit = new() { This = new Node() };
        Assert.Equal(false, hit.Value(c => c.This<Node>().Next != (object?)null && c.This<Node>().Next!.Count > 0));
        Assert.Equal(true, hit.Value(c => c.This<Node>().Next == (object?)null || c.This<Node>().Next!.Count > 0));
        Assert.Equal(-1, hit.Value(c => c.This<Node>().Next == (object?)null ? -1 : c.This<Node>().Next!.Count));
        Assert.Equal(false, hit.Faulted(c => c.This<Node>().Next!.Count > 0));
        Assert.Equal(true, hit.Faulted(c => c.This<Node>().Next!.Count == 0));
    }

    [Fact]
    public void Evaluate_Members_FieldsPropertiesAndFaults()
    {
        Node node = new() { Count = 4, Name = "n", At = new Point { X = 1, Y = 2, Age = TimeSpan.FromTicks(3) }, Next = new Leaf { Count = 9, Colour = 8 } };
        Hit hit = new() { This = node, Values = { [ContextValue.Exception] = new ArgumentException("bad", "p") } };
        Assert.Equal(4, hit.Value(c => c.This<Node>().Count));
        Assert.Equal(8, hit.Value(c => c.This<Node>().Doubled));
        Assert.Equal(0, hit.Faulted(c => c.This<Node>().Throwing));
        Assert.Equal(2L, hit.Value(c => c.This<Node>().At.Y));
        Assert.Equal(300L, hit.Value(c => c.This<Node>().At.Age));
        Assert.Equal((byte)8, hit.Value(c => ((Leaf)c.This<Node>().Next!).Colour));
        Assert.Equal((byte)0, hit.Faulted(c => ((Leaf)c.This<Node>()).Colour));
        Assert.Equal("bad", hit.Value(c => c.Exception!.Message));
        Assert.Equal("bad", hit.Value(c => ((ArgumentException)c.Exception!).Message));
        Assert.Equal(false, hit.Value(c => c.This<Node>().Rank.HasValue));
    }

    [Fact]
    public void Evaluate_Paths_FollowFieldsPropertiesAndCasts()
    {
        Node node = new() { Count = 4, Name = "four", Next = new Leaf { Count = 9, Colour = 8 } };
        Hit hit = new() { This = node };
        Assert.Equal(42, hit.Value(c => c.Field<int>(c.This<object>(), "_hidden")));
        Assert.Equal(9, hit.Value(c => c.Field<int>(c.This<Node>(), "Next.Count")));
        Assert.Equal((byte)8, hit.Value(c => c.Field<byte>(c.This<Node>(), "Next.(Instrumentation.Core.Tests.Expressions.Leaf).Colour")));
        Assert.Equal((byte)8, hit.Value(c => c.Field<byte>(c.This<Node>(), "Next.(Leaf).Colour")));
        Assert.Equal(4, hit.Value(c => c.Field<int>(c.This<Node>(), "Name.Length")));
        Assert.Equal((byte)0, hit.Faulted(c => c.Field<byte>(c.This<Node>(), "(Leaf).Colour")));
        Assert.Equal(0, hit.Faulted(c => c.Field<int>(c.This<Node>(), "Next.Next.Count")));
        Assert.Equal(0, hit.Faulted(c => c.Field<int>(c.This<Node>(), "Nothing")));
    }

    [Fact]
    public void Evaluate_Types_TestsAndNames()
    {
        Hit hit = Hit.With(new Leaf(), null, 5);
        Assert.Equal(true, hit.Value(c => c.Arg<object>(0) is Node));
        Assert.Equal(false, hit.Value(c => c.Arg<object>(1) is Node));
        Assert.Equal(typeof(Leaf).FullName, hit.Value(c => c.Arg<object>(0).GetType().FullName));
        Assert.Null(hit.Faulted(c => c.Arg<object>(1).GetType().FullName));
        Assert.Equal(5, hit.Value(c => (int)c.Arg<object>(2)));
        Assert.Equal(0L, hit.Faulted(c => (long)c.Arg<object>(2)));
        Assert.Null(hit.Value(c => c.Arg<object>(2) as Node));
        Assert.Null(hit.Value(c => (Node)c.Arg<object>(1)));
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData("(A")]
    [InlineData("a)")]
    [InlineData("().x")]
    public void Evaluate_MalformedPath_IsRefused(string path) =>
        Assert.Throws<ExpressionException>(() => new Hit { This = "x" }.Value(c => c.Field<int>(c.This<object>(), path)));

    [Fact]
    public void Evaluate_StringEquality_OnlyWhereBothAreStrings()
    {
        string one = new(['a']);
        string two = new(['a']);
        Assert.Equal(true, Hit.With(one, two).Value(c => c.Arg<string>(0) == c.Arg<string>(1)));
        Assert.Equal(false, Hit.With(one, two).Value(c => c.Arg<object>(0) == c.Arg<object>(1)));
        Assert.Equal(true, Hit.With(one, one).Value(c => c.Arg<object>(0) == c.Arg<object>(1)));
    }
}
