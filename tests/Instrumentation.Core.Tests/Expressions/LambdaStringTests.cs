namespace Instrumentation.Core.Tests.Expressions;

public class LambdaStringTests
{
    [Fact]
    public void Translate_StringEquality_IsOrdinalAndTakesNull()
    {
        string wanted = new(['a', 'b']);
        Assert.Equal(true, Hit.With("ab").Value(c => c.Arg<string>(0) == wanted));
        Assert.Equal(true, Hit.With("ab").Value(c => c.Arg<string>(0).Equals(wanted)));
        Assert.Equal(true, Hit.With("ab").Value(c => string.Equals(c.Arg<string>(0), wanted)));
        Assert.Equal(true, Hit.With("ab").Value(c => c.Arg<string>(0).Equals(wanted, StringComparison.Ordinal)));
        Assert.Equal(true, Hit.With("ab").Value(c => string.Equals(c.Arg<string>(0), wanted, StringComparison.Ordinal)));
        Assert.Equal(true, Hit.With("aB").Value(c => c.Arg<string>(0) != wanted));
        Assert.Equal(false, Hit.With([null]).Value(c => c.Arg<string>(0) == wanted));
        Assert.Equal(false, Hit.With([null]).Value(c => c.Arg<string>(0).Equals(wanted)));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("x", false)]
    public void Translate_IsNullOrEmpty_NeverFaults(string? text, bool expected) =>
        Assert.Equal(expected, Hit.With([text]).Value(c => string.IsNullOrEmpty(c.Arg<string>(0))));

    [Fact]
    public void Translate_StringTests_AreOrdinal()
    {
        string part = "cd";
        Hit hit = Hit.With("abcd", "bc");
        Assert.Equal(true, hit.Value(c => c.Arg<string>(0).StartsWith("ab")));
        Assert.Equal(false, hit.Value(c => c.Arg<string>(0).StartsWith("AB", StringComparison.Ordinal)));
        Assert.Equal(true, hit.Value(c => c.Arg<string>(0).EndsWith(part)));
        Assert.Equal(true, hit.Value(c => c.Arg<string>(0).Contains(c.Arg<string>(1))));
        Assert.Equal(true, hit.Value(c => c.Arg<string>(0).StartsWith('a')));
        Assert.Equal(true, hit.Value(c => c.Arg<string>(0).EndsWith('d')));
        Assert.Equal(false, hit.Value(c => c.Arg<string>(0).Contains('x')));
        Assert.Equal(4, hit.Value(c => c.Arg<string>(0).Length));

        // A soft hyphen is nothing to culture-sensitive comparisons, and a character to ordinal ones.
        Assert.Equal(false, hit.Value(c => c.Arg<string>(0).StartsWith("\u00ADab")));
    }

    [Fact]
    public void Translate_StringTestOfNull_Faults()
    {
        Assert.Equal(false, Hit.With([null]).Faulted(c => c.Arg<string>(0).StartsWith("a")));
        Assert.Equal(false, Hit.With("a", null).Faulted(c => c.Arg<string>(0).Contains(c.Arg<string>(1))));
        Assert.Equal(0, Hit.With([null]).Faulted(c => c.Arg<string>(0).Length));
    }

    [Fact]
    public void Translate_CultureComparison_IsRefusedWithMend()
    {
        Assert.Contains("StringComparison.Ordinal", Hit.Refused(c => c.Arg<string>(0).StartsWith("a", StringComparison.OrdinalIgnoreCase)).Mend, StringComparison.Ordinal);
        Assert.Contains("StringComparison.Ordinal", Hit.Refused(c => string.Equals(c.Arg<string>(0), "a", StringComparison.CurrentCulture)).Mend, StringComparison.Ordinal);
        Assert.Contains("ordinal", Hit.Refused(c => c.Arg<string>(0).StartsWith("a", true, null)).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_OtherStringMethods_AreRefusedWithMend()
    {
        ExpressionException error = Hit.Refused(c => c.Arg<string>("name").Trim() == "x");
        Assert.Equal("c.Arg<string>(\"name\").Trim()", error.SubExpression);
        Assert.Contains("StartsWith", error.Mend, StringComparison.Ordinal);
        Assert.Contains("fields of their own", Hit.Refused(c => c.Arg<string>(0) + "x").Mend, StringComparison.Ordinal);
        Assert.Contains("IsNullOrEmpty", Hit.Refused(c => string.IsNullOrWhiteSpace(c.Arg<string>(0))).Mend, StringComparison.Ordinal);
        Assert.Contains("fields of their own", Hit.Refused(c => string.Concat(c.Arg<string>(0), "x")).Mend, StringComparison.Ordinal);
        Assert.Contains("constant char", Hit.Refused(c => c.Arg<string>(0).Contains(c.Arg<char>(1))).Mend, StringComparison.Ordinal);
        Assert.Contains("'=='", Hit.Refused(c => c.Arg<string>(0).Equals(c.Arg<object>(1))).Mend, StringComparison.Ordinal);
    }
}
