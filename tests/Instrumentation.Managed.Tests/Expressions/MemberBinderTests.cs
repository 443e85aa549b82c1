using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

public class MemberBinderTests
{
    private static readonly BindingTarget Target = Place.On<Chain>();
    private static readonly BindingTarget WithGetters = Target with { GettersAllowed = true };

    [Fact]
    public void Bind_FieldsAndAutomaticProperties_BecomeFields()
    {
        Assert.Equal("I4", Field(Target.Bind(c => c.This<Chain>().I4)));
        Assert.Equal("<Auto>k__BackingField", Field(Target.Bind(c => c.This<Chain>().Auto)));
        Assert.Equal("_behind", Field(Target.Bind(c => c.This<Chain>().Behind)));
        Assert.Equal("<Auto>k__BackingField", Field(Target.Bind(c => c.This<Chain>().Deep.Auto)));
        Assert.Equal("_size", Field(Place.Of(("list", typeof(List<int>))).Bind(c => c.Arg<List<int>>(0).Count)));
        Assert.Equal("_size", Field(Place.Of(("list", typeof(List<string>))).Bind(c => c.Arg<List<string>>(0).Count)));
    }

    [Fact]
    public void Bind_ComputedProperty_NeedsGetters()
    {
        ExpressionException error = Target.Refuses(c => c.This<Chain>().Computed);
        Assert.Equal("c.This<Chain>().Computed", error.SubExpression);
        Assert.Contains("'Computed' is more than a field", error.Why, StringComparison.Ordinal);
        Assert.Contains("c.Field", error.Mend, StringComparison.Ordinal);
        Assert.Contains("AllowGetters()", error.Mend, StringComparison.Ordinal);
        Assert.Equal("get_Computed", Assert.IsType<BoundGetter>(WithGetters.Bind(c => c.This<Chain>().Computed)).Getter.Name);
        Assert.IsType<BoundGetter>(WithGetters.Bind(c => c.This<Chain>().Lazy));
        Assert.Equal("<Auto>k__BackingField", Field(WithGetters.Bind(c => c.This<Chain>().Auto)));
    }

    [Fact]
    public void Bind_VirtualProperty_OnlyWhereTheTypeIsSealed()
    {
        Assert.Contains("virtual", Target.Refuses(c => c.This<Chain>().Virtual).Why, StringComparison.Ordinal);
        Assert.Contains("virtual", Target.Refuses(c => c.This<Chain>().VirtualAuto).Why, StringComparison.Ordinal);
        Assert.IsType<BoundGetter>(WithGetters.Bind(c => c.This<Chain>().VirtualAuto));
        Assert.Equal("Own", Field(Place.On<Last>().Bind(c => c.This<Last>().Virtual)));
        BoundField auto = Assert.IsType<BoundField>(Place.On<Last>().Bind(c => c.This<Last>().VirtualAuto));
        Assert.Equal(typeof(Last), auto.Field.DeclaringType);
    }

    [Fact]
    public void Bind_InterfaceProperty_NeedsGetters()
    {
        BindingTarget linked = Place.Of(("x", typeof(ILinked)));
        Assert.Contains("virtual", linked.Refuses(c => c.Arg<ILinked>(0).Weight).Why, StringComparison.Ordinal);
        Assert.IsType<BoundGetter>((linked with { GettersAllowed = true }).Bind(c => c.Arg<ILinked>(0).Following));
    }

    [Fact]
    public void Bind_ExceptionMessage_IsTheFieldOfException()
    {
        Assert.Equal("_message", Field(Target.Bind(c => c.Exception!.Message)));
        Assert.Equal("_message", Field(Target.Bind(c => ((ArgumentException)c.Exception!).Message)));
        Assert.Equal("_message", Field(WithGetters.Bind(c => c.Exception!.Message)));
    }

    [Fact]
    public void Bind_Nullables_ReadTheirFields()
    {
        Assert.Equal("hasValue", Field(Target.Bind(c => c.This<Chain>().Maybe.HasValue)));
        Assert.Equal("value", Field(Target.Bind(c => c.This<Chain>().Maybe.GetValueOrDefault())));
        Assert.IsType<BoundNullableValue>(Target.Bind(c => c.This<Chain>().Maybe!.Value));
    }

    [Fact]
    public void Bind_MemberThatIsGone_IsRefused()
    {
        MemberExpression gone = new(new ThisExpression(typeof(Chain)), "Gone", typeof(Chain), IsProperty: true, typeof(int));
        Assert.Contains("'Gone'", Assert.Throws<ExpressionException>(() => ExpressionBinder.Bind(gone, Target)).Why, StringComparison.Ordinal);
        MemberExpression other = new(new ThisExpression(typeof(Chain)), "I4", typeof(Chain), IsProperty: false, typeof(long));
        Assert.Contains("int, not long", Assert.Throws<ExpressionException>(() => ExpressionBinder.Bind(other, Target)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void BackingFields_OfAGetter_OnlyWhenItDoesNothingElse()
    {
        Assert.Equal("_behind", BackingFields.Of(typeof(Chain).GetProperty("Behind")!.GetMethod!)!.Name);
        Assert.Null(BackingFields.Of(typeof(Chain).GetProperty("Computed")!.GetMethod!));
        Assert.Null(BackingFields.Of(typeof(Chain).GetProperty("Weight")!.GetMethod!));
        Assert.Null(BackingFields.Of(typeof(ILinked).GetProperty("Weight")!.GetMethod!));
        Assert.Equal(typeof(List<int>), BackingFields.Of(typeof(List<int>).GetProperty("Count")!.GetMethod!)!.DeclaringType);
    }

    private static string Field(ProbeExpression bound) => Assert.IsType<BoundField>(bound).Field.Name;
}
