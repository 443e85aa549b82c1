using System.Reflection;
using Instrumentation.Expressions;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Tests.Points;

public class JsonMethodPointTests
{
    [Fact]
    public void Read_TheExampleOfTheDocumentation_IsThatProbe()
    {
        const string Json = """
            {"point":{"method":"Shop.Orders::Place(string, int)"},"on":["call"],"when":{"and":[{">":[{"arg":"quantity","type":"int"},10]},{">":["duration",{"milliseconds":5}]}]},"capture":{"quantity":{"arg":"quantity","type":"int"}},"label":"slow"}
            """;
        ProbeSpec spec = Probe.Method("Shop.Orders::Place(string, int)").When(c => c.Arg<int>("quantity") > 10 && c.Duration > TimeSpan.FromMilliseconds(5)).Named("slow");
        CaptureShape shape = new([new CaptureField("quantity", new ArgumentExpression(-1, "quantity", typeof(int)))], Factory: null);
        Assert.Equal(spec with { CaptureShape = shape }, ProbeSpecJson.Read(Json));
        Assert.Equal(Json.Trim(), ProbeSpecJson.Write(spec with { CaptureShape = shape }));
    }

    [Fact]
    public void Write_Patterns_KeepTheirText()
    {
        ProbeSpec spec = Probe.Methods("Shop.*Repository::Save*").OnEntry();
        Assert.Equal("{\"point\":{\"methods\":\"Shop.*Repository::Save*\"},\"on\":[\"entry\"]}", ProbeSpecJson.Write(spec));
        Assert.Equal(spec, ProbeSpecJson.Read(ProbeSpecJson.Write(spec)));
    }

    [Fact]
    public void EachResumption_IsPartOfThePoint()
    {
        ProbeSpec spec = Probe.Method("Shop.Orders::PlaceAsync").EachResumption();
        Assert.Equal("{\"point\":{\"method\":\"Shop.Orders::PlaceAsync\",\"eachResumption\":true},\"on\":[\"call\"]}", ProbeSpecJson.Write(spec));
        Assert.Equal(spec, ProbeSpecJson.Read(ProbeSpecJson.Write(spec)));
    }

    [Fact]
    public void Write_MethodsByReflection_NamesTheOneMethod()
    {
        Assert.Equal(
            "{\"point\":{\"method\":\"Instrumentation.Managed.Tests!Instrumentation.Managed.Tests.Points.JsonMethodPointTests+Many::Over(int)\"},\"on\":[\"call\"]}",
            ProbeSpecJson.Write(Probe.Method((Many many) => many.Over(0))));
        Assert.Contains("Many::Over(int)", ProbeSpecJson.Write(Probe.Method(typeof(Many), "Over", typeof(int))), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadOfWrite_MethodsOfAnAssembly_SelectsThemOrIsRefused()
    {
        int written = 0;
        List<string> refused = [];

        // Of state machines, texts select MoveNext only.
        foreach (MethodBase method in typeof(JsonMethodPointTests).Assembly.GetTypes()
            .SelectMany(MethodResolver.DeclaredMethods)
            .Where(static (method, index) => index % 3 == 0 && (method.Name == "MoveNext" || !StateMachines.IsStateMachine(method.DeclaringType!))))
        {
            try
            {
                ProbeSpec read = ProbeSpecJson.Read(ProbeSpecJson.Write(Probe.Method(method)));
                Assert.Equal(method, Assert.Single(MethodResolver.Resolve(((MethodPoint)read.Point).Target)));
                written++;
            }
            catch (ProbeJsonException error)
            {
                refused.Add(error.Message);
                Assert.Equal("$.point", error.Path);
            }
        }

        Assert.True(written > 50 * refused.Count, $"{written} written, {refused.Count} refused: {string.Join('\n', refused.Take(20))}");
    }

    [Theory]
    [InlineData("""{"point":{"method":"Shop.Orders"}}""", "$.point.method", "'::'")]
    [InlineData("""{"point":{"method":"A::B","methods":"C::D"}}""", "$.point.methods", "unknown here")]
    [InlineData("""{"point":{"metod":"A::B"}}""", "$.point.metod", "Did you mean 'method'")]
    [InlineData("""{"point":{"method":"A::B","eachResumption":1}}""", "$.point.eachResumption", "true or false")]
    [InlineData("""{"point":{"method":5}}""", "$.point.method", "a string belongs")]
    public void Read_WrongPoints_SaysWhereAndWhy(string json, string path, string why)
    {
        ProbeJsonException error = Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Read(json));
        Assert.Equal(path, error.Path);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LongBlankText_IsRefusedAtOnce() =>
        Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Read("{\"point\":{\"method\":\"" + new string(' ', 1_000_000) + "x\"}}"));

    [Fact]
    public void Write_AMethodThatNoTextSelects_SaysWhy()
    {
        MethodInfo conversion = typeof(Many).GetMethods().First(static method => method.Name == "op_Explicit");
        ProbeJsonException error = Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Write(Probe.Method(conversion)));
        Assert.IsType<AmbiguousPlaceException>(error.InnerException);
        Assert.IsType<PlaceNotFoundException>(Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Write(Probe.Method(typeof(Many), "None"))).InnerException);
    }

    public sealed class Many
    {
        public int Over(int value) => value;

        public int Over(string value) => value.Length;

        public static explicit operator int(Many many) => many.Over(1);

        public static explicit operator long(Many many) => many.Over(2);
    }
}
