using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

public class PathBinderTests
{
    private const string LastName = "Instrumentation.Managed.Tests.Expressions.Last";
    private static readonly BindingTarget Target = Place.On<Chain>();

    [Fact]
    public void Bind_Steps_FieldsPropertiesAndLengths()
    {
        Assert.Equal("_behind", Field(Target.Bind(c => c.Field<int>(c.This<object>(), "Next._behind"))));
        Assert.Equal("<Auto>k__BackingField", Field(Target.Bind(c => c.Field<int>(c.This<object>(), "Deep.Auto"))));
        Assert.Equal("_ticks", Field(Target.Bind(c => c.Field<long>(c.This<object>(), "Wait._ticks"))));
        Assert.Equal(UnaryOperator.StringLength, Assert.IsType<UnaryExpression>(Target.Bind(c => c.Field<int>(c.This<object>(), "Text.Length"))).Operator);
        Assert.Equal(UnaryOperator.ArrayLength, Assert.IsType<UnaryExpression>(Target.Bind(c => c.Field<int>(c.This<object>(), "Numbers.Length"))).Operator);
        Assert.IsType<BoundNullableValue>(Target.Bind(c => c.Field<int>(c.This<object>(), "Maybe.Value")));
    }

    [Fact]
    public void Bind_FieldsOfBases_AreFound()
    {
        Assert.Equal(typeof(Chain), Assert.IsType<BoundField>(Place.On<Last>().Bind(c => c.Field<int>(c.This<object>(), "_behind"))).Field.DeclaringType);
        Assert.Equal(typeof(Shadow), Assert.IsType<BoundField>(Place.On<Shadow>().Bind(c => c.Field<string>(c.This<object>(), "_behind"))).Field.DeclaringType);
        Assert.Equal(typeof(Chain), Assert.IsType<BoundField>(Place.On<Shadow>().Bind(c => c.Field<int>(c.This<Chain>(), "_behind"))).Field.DeclaringType);
        Assert.Equal("_message", Field(Place.Of().Bind(c => c.Field<string>(c.Exception, "_message"))));
    }

    [Fact]
    public void Bind_LastStep_ReadsAsTheAskedType()
    {
        Assert.Equal(new ConvertExpression(Target.Bind(c => c.This<Chain>().I2), typeof(long)), Target.Bind(c => c.Field<long>(c.This<object>(), "I2")));
        ExpressionException error = Target.Refuses(c => c.Field<int>(c.This<object>(), "I8"));
        Assert.Contains("the last step 'I8' is of type long", error.Why, StringComparison.Ordinal);
        Assert.Equal("c.Field<int>(c.This<object>(), \"I8\")", error.SubExpression);
    }

    [Fact]
    public void Bind_CastSteps_ByFullOrSimpleName()
    {
        ProbeExpression full = Target.Bind(c => c.Field<int>(c.This<object>(), $"Any.({LastName}).Own"));
        Assert.Equal("Own", Field(full));
        Assert.Equal(full, Target.Bind(c => c.Field<int>(c.This<object>(), $"Any.({LastName}, Instrumentation.Managed.Tests).Own")));
        Assert.Equal("_size", Field(Target.Bind(c => c.Field<int>(c.This<object>(), "Any.(System.Collections.Generic.List`1[System.Int32])._size"))));
        Assert.Equal("_size", Field(Target.Bind(c => c.Field<int>(c.This<object>(), $"Any.(System.Collections.Generic.List`1[{LastName}])._size"))));
        Assert.Equal("_behind", Field(Place.On<Shadow>().Bind(c => c.Field<int>(c.This<object>(), "(Instrumentation.Managed.Tests.Expressions.Chain)._behind"))));
        Assert.Equal("Word", Field(Target.Bind(c => c.Field<uint>(c.This<object>(), "Any.(Instrumentation.Managed.Tests.Expressions.Outer).Word"))));
        Assert.Equal("Only", Field(Target.Bind(c => c.Field<int>(c.This<object>(), "Any.(UniquelyNamedForPaths).Only"))));
    }

    [Fact]
    public void Bind_AmbiguousSimpleName_ListsCandidates()
    {
        ExpressionException error = Target.Refuses(c => c.Field<int>(c.This<object>(), "Any.(TwiceNamedForPaths).X"));
        Assert.Contains("ambiguous", error.Why, StringComparison.Ordinal);
        Assert.Contains("PathBinderTests+One+TwiceNamedForPaths", error.Mend, StringComparison.Ordinal);
        Assert.Contains("PathBinderTests+Two+TwiceNamedForPaths", error.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_UnknownType_ListsTheNearest()
    {
        ExpressionException simple = Target.Refuses(c => c.Field<int>(c.This<object>(), "Any.(UniquelyNamedForPath).Only"));
        Assert.Contains("no loaded type is named 'UniquelyNamedForPath'", simple.Why, StringComparison.Ordinal);
        Assert.Contains("UniquelyNamedForPaths", simple.Mend, StringComparison.Ordinal);
        ExpressionException full = Target.Refuses(c => c.Field<int>(c.This<object>(), "Any.(Instrumentation.Managed.Tests.Expressions.Lsat).Own"));
        Assert.Contains(LastName, full.Mend, StringComparison.Ordinal);
        Assert.Contains("open", Target.Refuses(c => c.Field<int>(c.This<object>(), "Any.(System.Collections.Generic.List`1)._size")).Why, StringComparison.Ordinal);
        Assert.NotEmpty(Target.Refuses(c => c.Field<int>(c.This<object>(), "Any.(A[[)._size")).Mend);
    }

    [Fact]
    public void Bind_ImpossibleCast_IsRefused() =>
        Assert.Contains("never", Target.Refuses(c => c.Field<int>(c.This<object>(), "Text.(System.Version)._Major")).Why, StringComparison.Ordinal);

    [Fact]
    public void Bind_UnknownStep_ListsTheNearestMembers()
    {
        ExpressionException error = Target.Refuses(c => c.Field<int>(c.This<object>(), "Nxet.I4"));
        Assert.Contains("Instrumentation.Managed.Tests.Expressions.Chain has no field or property 'Nxet'", error.Why, StringComparison.Ordinal);
        Assert.Contains("'Next'", error.Mend, StringComparison.Ordinal);
        Assert.Contains("Its members are", Target.Refuses(c => c.Field<int>(c.This<object>(), "Deep.Zzzzzzzzzz")).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_StepOnObject_SuggestsACast()
    {
        ExpressionException error = Target.Refuses(c => c.Field<int>(c.This<object>(), "Any.Own"));
        Assert.Contains("cast to the type that has the field", error.Mend, StringComparison.Ordinal);
        Assert.Contains("(Full.Name).Own", error.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_ComputedStep_NeedsGetters()
    {
        Assert.Contains("AllowGetters()", Target.Refuses(c => c.Field<int>(c.This<object>(), "Computed")).Mend, StringComparison.Ordinal);
        Assert.IsType<BoundGetter>((Target with { GettersAllowed = true }).Bind(c => c.Field<int>(c.This<object>(), "Computed")));
    }

    private static string Field(ProbeExpression bound) => Assert.IsType<BoundField>(bound).Field.Name;

    public static class One
    {
        public class TwiceNamedForPaths;
    }

    public static class Two
    {
        public class TwiceNamedForPaths;
    }

    public class UniquelyNamedForPaths
    {
        public int Only;
    }
}
