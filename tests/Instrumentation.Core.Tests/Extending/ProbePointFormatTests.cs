using System.Text.Json;
using Instrumentation.Backends;

namespace Instrumentation.Core.Tests.Extending;

/// <summary>Points of users' backends as JSON.</summary>
public sealed class ProbePointFormatTests
{
    private static readonly string[] Names = ["a", "", "quote \" and \\", "é😀"];

    public ProbePointFormatTests() => ProbeSpecJson.Register(new PulseFormat());

    public static TheoryData<string> AllNames => [.. Names];

    [Theory]
    [MemberData(nameof(AllNames))]
    public void ReadOfWrite_IsTheSpec(string name)
    {
        ProbeSpec spec = PulseSession.Spec(name).When(c => c.Arg<int>("count") > 3).Named("l");

        string json = ProbeSpecJson.Write(spec);

        Assert.Equal(spec, ProbeSpecJson.Read(json));
        Assert.Equal(json, ProbeSpecJson.Write(ProbeSpecJson.Read(json)));
    }

    [Fact]
    public void Write_StandsInThePointsObject() =>
        Assert.StartsWith("""{"point":{"pulse":{"of":"a","deep":[1.50,true,null,{"x":[]}]}},""", ProbeSpecJson.Write(PulseSession.Spec()), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"point":{"pulse":5}}""", "$.point.pulse", null)]
    [InlineData("""{"point":{"pulse":{"of":5}}}""", "$.point.pulse", null)]
    [InlineData("""{"point":{"pulse":{"of":"none"}}}""", "$.point.pulse", "gave no point")]
    [InlineData("""{"point":{"pulse":{"of":"bad"}}}""", "$.point.pulse", "a bad pulse")]
    [InlineData("""{"point":{"pulse":{"of":"a"},"more":1}}""", "$.point.more", "unknown")]
    [InlineData("""{"point":{"puls":{"of":"a"}}}""", "$.point.puls", "no kind of point")]
    public void Read_WrongValues_NamesThePlace(string json, string path, string? why)
    {
        ProbeJsonException error = Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Read(json));

        Assert.Equal(path, error.Path);
        Assert.Contains(why ?? "", error.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("writes nothing")]
    [InlineData("writes half")]
    [InlineData("throws")]
    public void Write_ByAFormatThatDoesNot_IsAnErrorAtThePlace(string name) =>
        Assert.Equal("$.point.pulse", Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Write(PulseSession.Spec(name))).Path);

    [Fact]
    public void Register_ANameThatIsTaken_IsRefused()
    {
        ProbeSpecJson.Register(new PulseFormat());
        Assert.Throws<ArgumentException>(() => ProbeSpecJson.Register(new Thief("pulse")));
        Assert.Throws<ArgumentException>(() => ProbeSpecJson.Register(new Thief("fake")));
        Assert.Throws<ArgumentException>(() => ProbeSpecJson.Register(new Thief(" ")));
    }

    private sealed class PulseFormat : ProbePointFormat
    {
        public override string Name => "pulse";

        public override bool Handles(ProbePoint point) => point is PulsePoint;

        public override void Write(ProbePoint point, Utf8JsonWriter writer)
        {
            string name = ((PulsePoint)point).Name;
            if (name == "throws")
            {
                throw new InvalidOperationException("no");
            }

            if (name.StartsWith("writes", StringComparison.Ordinal))
            {
                if (name == "writes half")
                {
                    writer.WriteStartObject();
                }

                return;
            }

            writer.WriteStartObject();
            writer.WriteString("of", name);
            writer.WritePropertyName("deep");
            writer.WriteRawValue("""[1.50, true, null, {"x":[]}]""");
            writer.WriteEndObject();
        }

        public override ProbePoint Read(JsonElement value) => value.GetProperty("of").GetString() switch
        {
            "none" => null!,
            "bad" => throw new FormatException("a bad pulse"),
            var name => new PulsePoint(name!),
        };
    }

    private sealed class Thief(string name) : ProbePointFormat
    {
        public override string Name => name;

        public override bool Handles(ProbePoint point) => false;

        public override void Write(ProbePoint point, Utf8JsonWriter writer) => writer.WriteNullValue();

        public override ProbePoint Read(JsonElement value) => new PulsePoint("stolen");
    }
}
