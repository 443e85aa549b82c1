using System.Text.Json;
using System.Text.Json.Serialization;

namespace Instrumentation.Core.Tests.Json;

/// <summary>Probes as members of an application's own documents.</summary>
public class ProbeSpecJsonConverterTests
{
    private const string Written = """
        {"Name":"p","Probes":[{"point":{"fake":"here"},"on":["return"]},{"point":{"fake":"here"},"on":["call"],"aggregate":"count"}],"Another":null}
        """;

    private static readonly Plan Sample = new("p", [Text.Place.OnReturn(), Text.Place.Count()], Another: null);

    [Fact]
    public void Serialize_WithAndWithoutSourceGeneration_IsTheSame()
    {
        Assert.Equal(Written, JsonSerializer.Serialize(Sample, PlanContext.Default.Plan));
        Assert.Equal(Written, JsonSerializer.Serialize(Sample));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deserialize_GivesTheSpecs(bool generated)
    {
        using MemoryStream stream = new(System.Text.Encoding.UTF8.GetBytes(Written));
        Plan read = generated
            ? JsonSerializer.Deserialize(Written, PlanContext.Default.Plan)!
            : (await JsonSerializer.DeserializeAsync<Plan>(stream, cancellationToken: TestContext.Current.CancellationToken))!;

        Assert.Equal([Text.Place.OnReturn(), Text.Place with { Aggregation = new CountAggregation() }], read.Probes);
        Assert.Null(read.Another);
    }

    [Fact]
    public void Deserialize_AWrongProbe_IsTheOneError()
    {
        ProbeJsonException error = Assert.Throws<ProbeJsonException>(
            () => JsonSerializer.Deserialize("{\"Name\":\"p\",\"Probes\":[{\"point\":{\"fake\":\"x\"},\"wen\":true}]}", PlanContext.Default.Plan));
        Assert.Equal("$.wen", error.Path);
        Assert.Null(error.Line);
    }

    [Fact]
    public void TypedSpecs_AreWrittenAsData_AndReadUntyped()
    {
        ProbeSpec<int> typed = Text.Place.Capture(c => c.Arg<int>(0));
        AggregateSpec<CountSnapshot> count = Text.Place.Count();

        Assert.Equal(ProbeSpecJson.Write(typed), JsonSerializer.Serialize(typed));
        Assert.Equal(ProbeSpecJson.Write(count), JsonSerializer.Serialize(count, PlanContext.Default.AggregateSpecCountSnapshot));
        Assert.Equal(Text.Untyped(typed), JsonSerializer.Deserialize<ProbeSpec>(JsonSerializer.Serialize(typed)));
        Assert.Throws<ProbeJsonException>(() => JsonSerializer.Deserialize<ProbeSpec<int>>(JsonSerializer.Serialize(typed)));
    }
}

/// <summary>A document of an application, with probes in it.</summary>
public sealed record Plan(string Name, IReadOnlyList<ProbeSpec> Probes, ProbeSpec? Another);

[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(AggregateSpec<CountSnapshot>))]
internal sealed partial class PlanContext : JsonSerializerContext;
