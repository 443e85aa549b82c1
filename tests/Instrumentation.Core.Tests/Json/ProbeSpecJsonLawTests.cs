using System.Text;
using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Json;

/// <summary>What is written reads back the same.</summary>
public class ProbeSpecJsonLawTests
{
    private const int Cases = 3_000;

    [Fact]
    public void ReadOfWrite_AnySpec_IsTheSpecUntyped()
    {
        RandomSpecs specs = new(seed: 4711);
        for (int i = 0; i < Cases; i++)
        {
            ProbeSpec spec = specs.Next();
            string json = ProbeSpecJson.Write(spec);
            ProbeSpec read = ProbeSpecJson.Read(json);
            Assert.True(Text.Untyped(spec) == read, $"Case {i}: {json}");
            if (i % 10 == 0)
            {
                // Equal values can differ in their text: 0.0 and -0.0.
                Assert.Equal(json, ProbeSpecJson.Write(read));
            }
        }

        // No kind of node and no kind of aggregation is without a text.
        Assert.Equal(Kinds().ToHashSet(), Collect());
    }

    [Fact]
    public void ReadOfWrite_ByReaderAndIndentedWriter_IsTheSpecUntyped()
    {
        RandomSpecs specs = new(seed: 17);
        for (int i = 0; i < 1_000; i++)
        {
            ProbeSpec spec = specs.Next();
            using MemoryStream stream = new();
            using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true }))
            {
                writer.WriteStartArray();
                ProbeSpecJson.Write(spec, writer);
                writer.WriteNumberValue(1);
                writer.WriteEndArray();
            }

            Utf8JsonReader reader = new(stream.ToArray(), new JsonReaderOptions { MaxDepth = 1000 });
            Assert.True(reader.Read() && reader.Read());
            Assert.Equal(Text.Untyped(spec), ProbeSpecJson.Read(ref reader));
            Assert.True(reader.Read() && reader.TokenType == JsonTokenType.Number);
        }
    }

    [Fact]
    public void Write_IsCanonical_WhateverTheOrderAndTheSpaceOfTheText()
    {
        RandomSpecs specs = new(seed: 23);
        Random random = new(29);
        for (int i = 0; i < 1_000; i++)
        {
            string json = ProbeSpecJson.Write(specs.Next());
            string other = Reordered.Of(json, random);
            Assert.Equal(json, ProbeSpecJson.Write(ProbeSpecJson.Read(other)));
        }
    }

    [Fact]
    public void Write_OfLambdas_ReadsBack()
    {
        ProbeSpec[] specs =
        [
            Text.Place.When(c => c.Arg<int?>(0) > 3 && c.Arg<byte>("b") + 1 < c.Arg<long>(1) && c.Arg<string>(2).StartsWith('x')),
            Text.Place.When(c => (c.Exception as ArgumentException) != null || c.Duration > TimeSpan.FromMilliseconds(5)),
            Text.Place.When(c => c.Arg<Expressions.Traits>(0).HasFlag(Expressions.Traits.Fast) && string.IsNullOrEmpty(c.ThrownBy)),
            Text.Place.When(c => c.This<Expressions.Node>().Next!.Rank.GetValueOrDefault(7) == 7 && c.Arg<object>(0) == (object)"x"),
            Text.Place.Capture(c => new { A = c.Arg<int>(0) * 2, B = c.Return<string>() ?? "none", C = c.Field<int>(c.This<object>(), "_a.b"), D = (int?)5, E = c.Exception!.GetType().FullName }),
            Text.Place.CountBy(c => c.Caller, capacity: 7),
            Text.Place.Sum(c => c.Duration),
            Text.Place.SummaryBy(c => c.Caller, c => c.Timestamp, capacity: 9),
            Text.Place.HistogramBy(c => c.ThreadId, c => c.Duration, TimeSpan.Zero, TimeSpan.FromMilliseconds(1), 20),
            Text.Place.Histogram(c => c.Duration, TimeSpan.Zero, TimeSpan.FromMilliseconds(1), 20),
            Text.Place.OnReturn().OrThrow().AllowGetters().Named("n").Histogram(c => c.Arg<byte[]>(0).Length),
        ];
        Assert.All(specs, static spec => Assert.Equal(Text.Untyped(spec), ProbeSpecJson.Read(ProbeSpecJson.Write(spec))));
    }

    [Fact]
    public void Write_EveryPropertyOfASpec_IsWrittenAndRead()
    {
        Dictionary<string, ProbeSpec> changed = new()
        {
            [nameof(ProbeSpec.Point)] = new ProbeSpec(new Fakes.FakePoint("there")),
            [nameof(ProbeSpec.Edge)] = Text.Place.OnEntry(),
            [nameof(ProbeSpec.Condition)] = Text.Place.When(c => c.ThreadId == 1),
            [nameof(ProbeSpec.CaptureShape)] = Text.Untyped(Text.Place.Capture(c => c.ThreadId)),
            [nameof(ProbeSpec.Aggregation)] = Text.Untyped(Text.Place.Count()),
            [nameof(ProbeSpec.GettersAllowed)] = Text.Place.AllowGetters(),
            [nameof(ProbeSpec.Limits)] = Text.Place.Sample(2),
            [nameof(ProbeSpec.IsSpan)] = Text.Place.AsSpan(),
            [nameof(ProbeSpec.Label)] = Text.Place.Named("n"),
        };

        // An action is code: Write_ASpecThatActs_IsRefused.
        Assert.Equal(typeof(ProbeSpec).GetProperties().Where(static property => property.CanWrite).Select(static property => property.Name).Order(), changed.Keys.Append(nameof(ProbeSpec.Action)).Order());
        Assert.All(changed.Values, static spec => Assert.Equal(spec, ProbeSpecJson.Read(ProbeSpecJson.Write(spec))));
        Assert.Equal(changed.Count, changed.Values.Select(ProbeSpecJson.Write).Where(static json => json != ProbeSpecJson.Write(Text.Place)).Distinct().Count());
        Assert.Equal(4, typeof(ProbeLimits).GetProperties().Count(static property => property.CanWrite));
    }

    [Fact]
    public void Write_ASpecThatActs_IsRefused()
    {
        ProbeJsonException error = Assert.Throws<ProbeJsonException>(static () => ProbeSpecJson.Write(Text.Place with { Action = new Nothing() }));
        Assert.Equal("it is left alone: code is no data.", error.Why);
    }

    private sealed record Nothing : ProbeAction
    {
        public override string Describe() => "left alone";
    }

    private static IEnumerable<Type> Kinds() => typeof(ProbeExpression).Assembly.GetTypes()
        .Where(static type => !type.IsAbstract && (type.IsSubclassOf(typeof(ProbeExpression)) || type.IsSubclassOf(typeof(AggregationSpec))));

    private static HashSet<Type> Collect()
    {
        RandomSpecs specs = new(seed: 4711);
        StringBuilder all = new();
        for (int i = 0; i < 1_000; i++)
        {
            all.Append(specs.Next());
        }

        string text = all.ToString();
        return [.. Kinds().Where(type => text.Contains(type.Name + " {", StringComparison.Ordinal))];
    }
}
