namespace Instrumentation.Core.Tests.Expressions;

public class LambdaErrorTests
{
    private readonly Node _field = new();

    [Fact]
    public void Translate_CapturedObject_NamesItWithoutTheClosure()
    {
        Node wanted = new();
        ExpressionException error = Hit.Refused(c => ReferenceEquals(c.This<object>(), wanted));
        Assert.Equal("wanted", error.SubExpression);
        Assert.Contains("Node", error.Why, StringComparison.Ordinal);
        Assert.Contains("field that identifies", error.Mend, StringComparison.Ordinal);
        Assert.Equal("this._field", Hit.Refused(c => ReferenceEquals(c.This<object>(), _field)).SubExpression);
    }

    [Fact]
    public void Translate_FoldingThatThrows_CarriesTheCause()
    {
        Node? missing = null;
        ExpressionException error = Hit.Refused(c => c.Arg<int>(0) > missing!.Count);
        Assert.Equal("missing.Count", error.SubExpression);
        Assert.Contains("NullReferenceException", error.Why, StringComparison.Ordinal);
        Assert.Contains("FormatException", Hit.Refused(c => c.Arg<int>(0) > int.Parse("x")).Why, StringComparison.Ordinal);
        Assert.Contains("NullReferenceException", Hit.Refused(c => missing!.At.X).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_MethodCall_QuotesItAndSaysWhatToRead()
    {
        ExpressionException error = Hit.Refused(c => c.This<Node>().Next!.Hidden() > 3);
        Assert.Equal("c.This<Node>().Next.Hidden()", error.SubExpression);
        Assert.Contains("Node.Hidden cannot be called", error.Why, StringComparison.Ordinal);
        Assert.Contains("c.Field", error.Mend, StringComparison.Ordinal);
        Assert.StartsWith("The expression 'c.This<Node>().Next.Hidden()' cannot be used: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_Elements_AreRefused()
    {
        Assert.Equal("c.Arg<int[]>(0)[1]", Hit.Refused(c => c.Arg<int[]>(0)[1]).SubExpression);
        Assert.Equal("c.Arg<List<int>>(0)[1]", Hit.Refused(c => c.Arg<List<int>>(0)[1]).SubExpression);
        Assert.Contains("elements", Hit.Refused(c => c.Arg<List<int>>(0)[1]).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_OperatorOfTheProgram_IsRefused()
    {
        Assert.Contains("Compare fields", Hit.Refused(c => c.Arg<Node>(0) == c.Arg<Node>(1)).Mend, StringComparison.Ordinal);
        Assert.Contains("fields of the DateTime", Hit.Refused(c => c.Arg<DateTime>(0) > c.Arg<DateTime>(1)).Mend, StringComparison.Ordinal);
        Assert.Contains("decimal", Hit.Refused(c => c.Arg<decimal>(0) * 2 > c.Arg<decimal>(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_Durations_OtherOperationsAreRefused()
    {
        Assert.Contains("TotalMilliseconds", Hit.Refused(c => c.Duration * 2).Mend, StringComparison.Ordinal);
        Assert.Contains("TotalMilliseconds", Hit.Refused(c => c.Duration.Milliseconds).Mend, StringComparison.Ordinal);
        Assert.Contains("constants only", Hit.Refused(c => TimeSpan.FromSeconds(c.Arg<double>(0))).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_Types_OnlyTheFullName()
    {
        Assert.Contains(".FullName", Hit.Refused(c => c.Arg<object>(0).GetType().Name).Mend, StringComparison.Ordinal);
        Assert.Contains("c.Arg<object>(0).GetType().FullName", Hit.Refused(c => c.Arg<object>(0).GetType() == typeof(Node)).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_Allocations_AreRefused()
    {
        Assert.Contains("allocates", Hit.Refused<object>(c => c.Arg<int>(0)).Why, StringComparison.Ordinal);
        Assert.Contains("cannot be made", Hit.Refused(c => new Pair(c.Arg<int>(0), null).First).Why, StringComparison.Ordinal);
        Assert.Contains("cannot be made", Hit.Refused(c => new[] { c.Arg<int>(0) }.Length).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_Delegates_AreRefused()
    {
        Func<int, bool> test = x => x > 1;
        Assert.Equal("test(c.Arg<int>(0))", Hit.Refused(c => test(c.Arg<int>(0))).SubExpression);
    }

    [Fact]
    public void Translate_BadArguments_AreRefused()
    {
        Assert.Contains("from 0", Hit.Refused(c => c.Arg<int>(-1)).Why, StringComparison.Ordinal);
        Assert.Contains("known when", Hit.Refused(c => c.Arg<int>(c.ThreadId)).Why, StringComparison.Ordinal);
        Assert.Contains("empty", Hit.Refused(c => c.Field<int>(c.This<object>(), " ")).Why, StringComparison.Ordinal);
        Assert.Contains("c.This<object>()", Hit.Refused(c => c.Field<int>(null, "x")).Mend, StringComparison.Ordinal);
        Assert.Contains("its members", Hit.Refused<object>(c => c).Mend, StringComparison.Ordinal);
        Assert.Contains("fields of objects with '=='", Hit.Refused(c => c.Arg<object>(0).Equals(c.Arg<object>(1))).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_WrongFlag_IsRefused() =>
        Assert.Contains("Traits", Hit.Refused(c => c.Arg<Traits>(0).HasFlag(Level.Low)).Mend, StringComparison.Ordinal);

    [Fact]
    public void Translate_TestOfAValue_IsRefused()
    {
        Assert.Contains("HasValue", Hit.Refused(c => c.Arg<int?>(0) is int).Mend, StringComparison.Ordinal);
        Assert.Contains("'is'", Hit.Refused(c => c.Arg<object>(0) as int?).Mend, StringComparison.Ordinal);
    }
}
