using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Json;

/// <summary>Every mistake is the one error, with the place, and the nearest names where there are any.</summary>
public class ProbeSpecJsonErrorTests
{
    private const string Start = "{\"point\":{\"fake\":\"x\"}";

    [Theory]
    [InlineData("", "$")]
    [InlineData("hello", "$")]
    [InlineData("[]", "$")]
    [InlineData("null", "$")]
    [InlineData("{}", "$")]
    [InlineData("{\"point\":{\"fake\":\"x\"}} {}", "$")]
    [InlineData("{\"point\":{\"fake\":\"x\"}", "$")]
    [InlineData("{\"point\":{\"fake\":\"x\"}, \"when\":{\"and\":[true, tru]}}", "$.when.and")]
    [InlineData("{\"point\":{\"fake\":\"x\"}, \"point\":1}", "$.point")]
    [InlineData("{\"point\":{\"fake\":\"\\uD800\"}}", "$.point.fake")]
    [InlineData("{\"point\":{}}", "$.point")]
    [InlineData("{\"point\":{\"fake\":5}}", "$.point.fake")]
    [InlineData("{\"point\":{\"fake\":\"x\",\"more\":1}}", "$.point.more")]
    public void Read_NoProbe_SaysWhere(string json, string path) => Assert.Equal(path, Text.Refused(json).Path);

    [Theory]
    [InlineData("\"on\":[]", "$.on", "names no moment")]
    [InlineData("\"on\":[\"call\",\"return\"]", "$.on", "already one event")]
    [InlineData("\"on\":[\"entry\",\"return\"]", "$.on", "entry and at the end")]
    [InlineData("\"on\":[\"return\",\"return\"]", "$.on[1]", "twice")]
    [InlineData("\"limits\":5", "$.limits", "an object belongs")]
    [InlineData("\"limits\":{\"sampleEvery\":0}", "$.limits", "report nothing")]
    [InlineData("\"limits\":{\"sampleEvery\":1.5}", "$.limits.sampleEvery", "no whole number")]
    [InlineData("\"limits\":{\"perSecond\":1e999}", "$.limits.perSecond", "too great")]
    [InlineData("\"limits\":{\"perSecond\":\"1\"}", "$.limits.perSecond", "a number belongs")]
    [InlineData("\"limits\":{\"hits\":true}", "$.limits.hits", "no whole number")]
    [InlineData("\"limits\":{\"expiry\":5}", "$.limits.expiry", "an object belongs")]
    [InlineData("\"limits\":{\"expiry\":{\"seconds\":-5}}", "$.limits", "report nothing")]
    [InlineData("\"getters\":1", "$.getters", "true or false")]
    [InlineData("\"when\":5", "$.when", "the number 5 is no bool")]
    [InlineData("\"when\":\"duration\"", "$.when", "a condition is a bool")]
    [InlineData("\"when\":{\">\":[{\"arg\":0,\"type\":\"byte\"},300]}", "$.when['>'][1]", "no byte")]
    [InlineData("\"when\":{\">\":[\"duration\",5]}", "$.when['>'][1]", "no TimeSpan")]
    [InlineData("\"when\":{\">\":[1]}", "$.when['>']", "1 operands")]
    [InlineData("\"when\":{\"and\":[true,5]}", "$.when.and[1]", "no bool")]
    [InlineData("\"when\":{\">\":[{\"arg\":\"a\"},5]}", "$.when['>'][0]", "'type' is missing")]
    [InlineData("\"when\":{\">\":[{\"arg\":0,\"type\":\"int\"},{\"arg\":1,\"type\":\"long\"}]}", "$.when", "int and long")]
    [InlineData("\"when\":{\"==\":[{\"arg\":0,\"type\":\"decimal\"},1.5]}", "$.when['=='][1]", "no decimal")]
    [InlineData("\"when\":{\"==\":[{\"arg\":0,\"type\":\"object\"},\"x\"]}", "$.when['=='][1]", "no object")]
    [InlineData("\"when\":{\"arg\":0,\"return\":\"bool\"}", "$.when.return", "at once")]
    [InlineData("\"capture\":{\"a\":null}", "$.capture.a", "no type")]
    [InlineData("\"capture\":{\"a\":{\"arg\":-1,\"type\":\"int\"}}", "$.capture.a.arg", "negative")]
    [InlineData("\"capture\":{\"a\":{\"memory\":{\"arg\":1,\"type\":\"int\"},\"type\":\"int\"}}", "$.capture.a", "no address")]
    [InlineData("\"capture\":{\"a\":{\"memory\":{\"arg\":1,\"type\":\"nint\"},\"type\":\"System.TimeSpan\"}}", "$.capture.a", "read as a TimeSpan")]
    [InlineData("\"capture\":{\"a\":{\"kernel\":\" \",\"type\":\"int\"}}", "$.capture.a.kernel", "blank")]
    [InlineData("\"capture\":{\"a\":{\"path\":\"a..b\",\"of\":{\"this\":\"object\"},\"type\":\"int\"}}", "$.capture.a.path", "empty")]
    [InlineData("\"capture\":{\"a\":{\"milliseconds\":0.00001}}", "$.capture.a.milliseconds", "whole number")]
    [InlineData("\"capture\":{\"a\":{\"this\":\"int??\"}}", "$.capture.a.this", "'?'")]
    [InlineData("\"capture\":{\"a\":{\"this\":\"System.Span<int>\"}}", "$.capture.a.this", "no value")]
    [InlineData("\"capture\":{\"a\":{\"this\":\"System.Collections.Generic.List\"}}", "$.capture.a.this", "no loaded type")]
    [InlineData("\"capture\":{\"a\":1},\"aggregate\":\"count\"", "$.aggregate", "either events or an aggregate")]
    [InlineData("\"aggregate\":{\"countBy\":\"duration\"}", "$.aggregate.countBy", "key of an aggregation")]
    [InlineData("\"aggregate\":{\"countBy\":\"caller\",\"capacity\":0}", "$.aggregate", "1 to 65536")]
    [InlineData("\"aggregate\":{\"sum\":{\"value\":\"a\"}}", "$.aggregate.sum", "cannot be added up")]
    [InlineData("\"aggregate\":{\"summary\":\"duration\",\"by\":\"duration\"}", "$.aggregate.by", "key of an aggregation")]
    [InlineData("\"aggregate\":{\"sum\":\"duration\",\"capacity\":5}", "$.aggregate.capacity", "by key")]
    [InlineData("\"aggregate\":{\"sum\":\"duration\",\"minimum\":5}", "$.aggregate.minimum", "minimum")]
    [InlineData("\"aggregate\":{\"histogram\":\"duration\",\"by\":\"caller\",\"capacity\":65536}", "$.aggregate", "bytes on each thread")]
    [InlineData("\"aggregate\":{\"histogram\":\"duration\",\"minimum\":{\"seconds\":0}}", "$.aggregate", "'width' is missing")]
    [InlineData("\"aggregate\":{\"histogram\":\"duration\",\"minimum\":0,\"width\":1,\"buckets\":2}", "$.aggregate.minimum", "an object belongs")]
    public void Read_WrongParts_SaysWhereAndWhy(string parts, string path, string why)
    {
        ProbeJsonException error = Text.Refused($"{Start},{parts}}}");
        Assert.Equal(path, error.Path);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Mend);
    }

    [Theory]
    [InlineData("\"wen\":true", "$.wen", "when")]
    [InlineData("\"on\":[\"retrun\"]", "$.on[0]", "return")]
    [InlineData("\"when\":{\"adn\":[true,true]}", "$.when.adn", "and")]
    [InlineData("\"when\":{\"&&\":[true,true]}", "$.when['&&']", "and")]
    [InlineData("\"when\":{\">\":[\"duratoin\",{\"milliseconds\":5}]}", "$.when['>'][0]", "duration")]
    [InlineData("\"when\":{\"==\":[{\"arg\":0,\"type\":\"Level\"},\"Hihg\"]}", "$.when['=='][1]", "High")]
    [InlineData("\"when\":{\"arg\":0,\"type\":\"boool\"}", "$.when.type", "bool")]
    [InlineData("\"when\":{\"arg\":0,\"typ\":\"bool\"}", "$.when.typ", "type")]
    [InlineData("\"capture\":{\"a\":{\"this\":\"Instrumentation.Core.Tests.Expressions.Nod\"}}", "$.capture.a.this", "Instrumentation.Core.Tests.Expressions.Node")]
    [InlineData("\"limits\":{\"hist\":5}", "$.limits.hist", "hits")]
    [InlineData("\"aggregate\":\"cuont\"", "$.aggregate", "count")]
    public void Read_MisspeltNames_GivesTheNearest(string parts, string path, string nearest)
    {
        ProbeJsonException error = Text.Refused($"{Start},{parts}}}");
        Assert.Equal(path, error.Path);
        Assert.Equal(nearest, error.Nearest[0]);
        Assert.Contains($"Did you mean '{nearest}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n\n \"point\": 5}", 3)]
    [InlineData("{\n \"point\": {\"fake\": \"é\"},\r\n \"when\":\n  {\">\": [\n 1, tru]}}", 5)]
    [InlineData("{\"point\": {\"fake\": \"x\"},\n\"point\": 1}", 2)]
    [InlineData("\n\n{", 3)]
    [InlineData("{\"point\": {\"fake\": \"x\"}}\n\n}", 3)]
    public void Read_WrongTexts_SaysTheLine(string json, int line)
    {
        ProbeJsonException error = Text.Refused(json);
        Assert.Equal(line, error.Line);
        Assert.Contains($"(line {line})", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Length_IsLimitedAlikeInBothDirections()
    {
        string json = ProbeSpecJson.Write(Text.Place.Named("x"));
        string longest = json.Replace("\"x\"", $"\"{new string('y', (256 * 1024) - json.Length + 1)}\"", StringComparison.Ordinal);
        ProbeSpec spec = ProbeSpecJson.Read(longest);
        Assert.Equal(longest, ProbeSpecJson.Write(spec));
        Assert.Contains("too long", Text.Refused(longest + " ").Why, StringComparison.Ordinal);
        Assert.Contains("too long", Text.Refused(longest.Replace("yy", "yé", StringComparison.Ordinal)).Why, StringComparison.Ordinal);
        Assert.Contains("too long", Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Write(spec.Named(spec.Label + "y"))).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownKindOfPoint_NamesTheKinds() => Assert.Contains("fake", Text.Refused("{\"point\":{\"fak\":\"x\"}}").Nearest);

    [Fact]
    public void Depth_OfExpressions_IsLimitedAlikeInBothDirections()
    {
        ProbeExpression deep = new ArgumentExpression(0, null, typeof(bool));
        ProbeExpression chain = deep;
        for (int i = 1; i < 200; i++)
        {
            deep = new UnaryExpression(UnaryOperator.Not, deep, typeof(bool));
            chain = new BinaryExpression(BinaryOperator.OrElse, chain, new ArgumentExpression(i, null, typeof(bool)), typeof(bool));
        }

        string text = ProbeSpecJson.Write(Text.Place with { Condition = deep });
        Assert.Equal(deep, ProbeSpecJson.Read(text).Condition);
        Assert.Equal(chain, ProbeSpecJson.Read(ProbeSpecJson.Write(Text.Place with { Condition = chain })).Condition);
        Assert.Contains("too deep", Text.Refused(text.Replace("{\"arg\"", "{\"not\":{\"arg\"", StringComparison.Ordinal).Replace("\"bool\"}", "\"bool\"}}", StringComparison.Ordinal)).Why, StringComparison.Ordinal);
        ProbeExpression deeper = new UnaryExpression(UnaryOperator.Not, deep, typeof(bool));
        Assert.Contains("too deep", Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Write(Text.Place with { Condition = deeper })).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WhatHasNoText_SaysWhere()
    {
        ProbeJsonException foreign = Assert.Throws<ProbeJsonException>(() => Text.Of(new ConstantExpression(new Strange(), typeof(Strange))));
        Assert.Equal(("$.capture.v", null), (foreign.Path, foreign.Line));
        Assert.Contains("(Strange)", foreign.Why, StringComparison.Ordinal);
        Assert.Equal("$.capture.v", Assert.Throws<ProbeJsonException>(() => Text.Of(new ConstantExpression(1.5m, typeof(decimal)))).Path);
        Assert.Equal("$.capture.v.this", Assert.Throws<ProbeJsonException>(() => Text.Of(new ThisExpression(typeof(void)))).Path);
        Assert.Equal("$.capture.v.this", Assert.Throws<ProbeJsonException>(() => Text.Of(new ThisExpression(new { A = 1 }.GetType()))).Path);
        Assert.Equal("$.capture.v.this", Assert.Throws<ProbeJsonException>(() => Text.Of(new ThisExpression(typeof(List<>)))).Path);
        Assert.Equal("$.capture.v", Assert.Throws<ProbeJsonException>(() => Text.Of(new BinaryExpression(BinaryOperator.Add, new ConstantExpression(1, typeof(int)), new ConstantExpression(1, typeof(long)), typeof(int)))).Path);
        Assert.Equal("$.point", Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Write(new ProbeSpec(new Strange()))).Path);
        Assert.Equal("$.label", Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Write(Text.Place.Named("\uD800"))).Path);
        Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Write(Text.Place with { Edge = ProbeEdge.None }));
    }

    private sealed record Strange : ProbePoint
    {
        public override string Describe() => "strange";
    }
}
