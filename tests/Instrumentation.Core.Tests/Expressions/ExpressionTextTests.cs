using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Expressions;

public class ExpressionTextTests
{
    [Fact]
    public void Of_Constants_AreWrittenAsInTheSource()
    {
        Assert.Equal("null", ConstantText.Of(null));
        Assert.Equal("\"a\\\"b\\n\"", ConstantText.Of("a\"b\n"));
        Assert.Equal("'x'", ConstantText.Of('x'));
        Assert.Equal("true", ConstantText.Of(true));
        Assert.Equal("1.5f", ConstantText.Of(1.5f));
        Assert.Equal("2.0", ConstantText.Of(2.0));
        Assert.Equal("Level.High", ConstantText.Of(Level.High));
        Assert.Equal("(Level)77", ConstantText.Of((Level)77));
        Assert.Equal("TimeSpan(00:00:01)", ConstantText.Of(TimeSpan.FromSeconds(1)));
        Assert.Equal("\"" + new string('x', 40) + "…\"", ConstantText.Of(new string('x', 99)));
    }

    [Fact]
    public void Of_Types_AreShort()
    {
        Assert.Equal("Dictionary<string, int?[]>", TypeText.Of(typeof(Dictionary<string, int?[]>)));
        Assert.Equal("nint[,]", TypeText.Of(typeof(nint[,])));
        Assert.Equal("ref byte", TypeText.Of(typeof(byte).MakeByRefType()));
    }

    [Fact]
    public void Of_Nodes_AreWrittenAsLambdas()
    {
        Assert.Equal("c.Field<int>(c.This<object>(), \"_a._b\") > 3", Hit.Text(c => c.Field<int>(c.This<object>(), "_a._b") > 3));
        Assert.Equal("c.Arg<string>(\"s\").Contains(\"x\") && (c.Return<int>() == 1)", Hit.Text(c => c.Arg<string>("s").Contains('x') && c.Return<int>() == 1));
        Assert.Equal("c.Duration.TotalMilliseconds", Hit.Text(c => c.Duration.TotalMilliseconds));
    }

    [Fact]
    public void Nodes_OfTheSameLambda_AreEqual() => Assert.Equal(
        LambdaTranslator.Translate((ProbeContext c) => c.Arg<int>(0) > 3 && c.This<Node>().Name == "x"),
        LambdaTranslator.Translate((ProbeContext c) => c.Arg<int>(0) > 3 && c.This<Node>().Name == "x"));
}
