namespace Instrumentation.Core.Tests.Expressions;

public class LambdaNullableTests
{
    private static readonly Hit None = Hit.With(null, null);
    private static readonly Hit Five = Hit.With(5, 5);
    private static readonly Hit FiveAndNone = Hit.With(5, null);

    [Fact]
    public void Translate_NullTests_AskForAValue()
    {
        Assert.Equal("!c.Arg<int?>(0).HasValue", Hit.Text(c => c.Arg<int?>(0) == null));
        Assert.Equal(true, Five.Value(c => c.Arg<int?>(0) != null));
        Assert.Equal(false, None.Value(c => c.Arg<int?>(0).HasValue));
    }

    [Fact]
    public void Translate_Values_FaultOnlyWhereDotNetThrows()
    {
        Assert.Equal(5, Five.Value(c => c.Arg<int?>(0)!.Value));
        Assert.Equal(5L, Five.Value(c => (long)(int)c.Arg<int?>(0)!));
        Assert.Equal(0, None.Faulted(c => c.Arg<int?>(0)!.Value));
        Assert.Equal(0, None.Value(c => c.Arg<int?>(0).GetValueOrDefault()));
        Assert.Equal(9, None.Value(c => c.Arg<int?>(0).GetValueOrDefault(9)));
        Assert.Equal(9, None.Value(c => c.Arg<int?>(0) ?? 9));
        Assert.Equal(5, Five.Value(c => c.Arg<int?>(0) ?? 9));
    }

    [Fact]
    public void Translate_LiftedComparisons_AreFalseWithoutValue()
    {
        Assert.Equal(true, Five.Value(c => c.Arg<int?>(0) > 4));
        Assert.Equal(false, None.Value(c => c.Arg<int?>(0) > -4));
        Assert.Equal(false, None.Value(c => c.Arg<int?>(0) <= 4));
        Assert.Equal(true, Five.Value(c => c.Arg<int?>(0) == 5));
        Assert.Equal(false, None.Value(c => c.Arg<int?>(0) == 0));
        Assert.Equal(true, None.Value(c => c.Arg<int?>(0) != 0));
        Assert.Equal(true, None.Value(c => c.Arg<int?>(0) == c.Arg<int?>(1)));
        Assert.Equal(false, FiveAndNone.Value(c => c.Arg<int?>(0) == c.Arg<int?>(1)));
        Assert.Equal(true, FiveAndNone.Value(c => c.Arg<int?>(0) != c.Arg<int?>(1)));
        Assert.Equal(true, Five.Value(c => c.Arg<int?>(0) == c.Arg<int?>(1)));
    }

    [Fact]
    public void Translate_LiftedArithmetic_InsideComparisons()
    {
        Assert.Equal(true, Five.Value(c => c.Arg<int?>(0) + 1 > 5));
        Assert.Equal(false, None.Value(c => c.Arg<int?>(0) + 1 > 0));
        Assert.Equal(false, FiveAndNone.Value(c => c.Arg<int?>(0) / c.Arg<int?>(1) == 1));
        Assert.Equal(true, Hit.With((short)3).Value(c => c.Arg<short?>(0) == 3));
    }

    [Fact]
    public void Translate_NullableResults_AreRefusedWithMend()
    {
        Assert.Contains("GetValueOrDefault", Hit.Refused(c => c.Arg<int?>(0) + 1).Mend, StringComparison.Ordinal);
        Assert.Contains("GetValueOrDefault", Hit.Refused(c => c.Arg<bool>(0) ? c.Arg<int?>(1) : null).Mend, StringComparison.Ordinal);
        Assert.Contains("not nullable", Hit.Refused<int?>(c => c.Arg<int>(0)).Mend, StringComparison.Ordinal);
    }
}
