using System.Reflection;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;

namespace Instrumentation.Frameworks.Libraries;

/// <summary>What Newtonsoft.Json does inside.</summary>
[TestClass]
public sealed class NewtonsoftTests
{
    private readonly Case _case = Case.Current;

    [Test]
    public async Task AKeyIsNamedOnce()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((JsonTextWriter w) => w.WritePropertyName(default!, default));
        JsonConvert.SerializeObject(new Dictionary<string, int> { [_case.Text] = 1, ["other"] = 2 });
        _case.Check(
            calls,
            () => calls.Should().HaveCalled((JsonTextWriter w) => w.WritePropertyName(_case.Text, Arg.Any<bool>())).Once(),
            () => calls.Should().HaveCalled((JsonTextWriter w) => w.WritePropertyName(_case.Text, Arg.Any<bool>())).Twice());
    }

    [Test]
    public async Task NamesAndValuesAlternate()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((JsonTextWriter w) => w.WritePropertyName(default!, default)).Watch((JsonTextWriter w) => w.WriteValue(default(int))).Watch((JsonTextWriter w) => w.WriteValue(default(string)));
        JsonConvert.SerializeObject(new Order { Id = _case.Number, Name = _case.Text });
        _case.Check(
            calls,
            () => calls.Should().HaveCalledInOrder(
                (JsonTextWriter w) => w.WritePropertyName("Id", Arg.Any<bool>()),
                (JsonTextWriter w) => w.WriteValue(_case.Number),
                (JsonTextWriter w) => w.WritePropertyName("Name", Arg.Any<bool>()),
                (JsonTextWriter w) => w.WriteValue(_case.Text)),
            () => calls.Should().HaveCalledInOrder(
                (JsonTextWriter w) => w.WritePropertyName("Name", Arg.Any<bool>()),
                (JsonTextWriter w) => w.WriteValue(_case.Number)));
    }

    [Test]
    public async Task AnIgnoredPropertyIsNotWritten()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((JsonTextWriter w) => w.WriteValue(default(string)));
        JsonConvert.SerializeObject(new Order { Name = _case.Text, Secret = $"secret {_case.Text}" });
        _case.Check(
            calls,
            () => calls.Should().NeverHaveCalled((JsonTextWriter w) => w.WriteValue($"secret {_case.Text}")),
            () => calls.Should().NeverHaveCalled((JsonTextWriter w) => w.WriteValue(_case.Text)));
    }

    [Test]
    public async Task AContractIsMadeOnceForEachType()
    {
        MethodInfo create = Internals.Json("Serialization.DefaultContractResolver", "CreateContract");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(create);
        JsonSerializerSettings settings = new() { ContractResolver = new DefaultContractResolver() };
        for (int i = 0; i < 3; i++)
        {
            JsonConvert.SerializeObject(new Order { Name = _case.Text }, settings);
        }

        _case.Check(
            calls,
            () => calls.Should().HaveCalled(create, typeof(Order)).Once(),
            () => calls.Should().HaveCalled(create, typeof(Order)).Times(3));
    }

    [Test]
    public async Task AConverterGetsTheObject()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((OrderConverter x) => x.WriteJson(default!, default, default!));
        JsonConvert.SerializeObject(new Order { Name = _case.Text }, new OrderConverter());
        _case.Check(
            calls,
            () => calls.Should().HaveCalled((OrderConverter x) => x.WriteJson(Arg.Any<JsonWriter>(), Arg.Is<Order>(o => o.Name == _case.Text), Arg.Any<JsonSerializer>())).Once(),
            () => calls.Should().HaveCalled((OrderConverter x) => x.WriteJson(Arg.Any<JsonWriter>(), Arg.Is<Order>(o => o.Id == _case.Number), Arg.Any<JsonSerializer>())).Once());
    }

    [Test]
    public async Task AConverterReadsWhereNothingIs()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((OrderConverter x) => x.ReadJson(default!, default!, default, default, default!));
        JsonConvert.DeserializeObject<Order>($"\"{_case.Text}\"", new OrderConverter());
        _case.Check(
            calls,
            () => calls.Should().HaveCalled((OrderConverter x) => x.ReadJson(Arg.Any<JsonReader>(), typeof(Order), null, false, Arg.Any<JsonSerializer>()))
                .Returning<Order>(o => o.Name == _case.Text).Once(),
            () => calls.Should().HaveCalled((OrderConverter x) => x.ReadJson(Arg.Any<JsonReader>(), typeof(Order), null, true, Arg.Any<JsonSerializer>())).Once());
    }

    [Test]
    public async Task EachTextIsParsedOnce()
    {
        MethodInfo parse = Internals.Json("JsonTextReader", "ParseString");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(parse);
        JsonConvert.DeserializeObject<string[]>($"[\"{_case.Text}\", \"b\", \"c\"]");
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(parse).Times(3),
            () => calls.Should().HaveCalled(parse).Times(4));
    }

    [Test]
    public async Task AListIsFilledAtOnce()
    {
        MethodInfo populate = Internals.Json("Serialization.JsonSerializerInternalReader", "PopulateList");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(populate);
        JsonConvert.DeserializeObject<List<string>>($"[\"{_case.Text}\", \"b\"]");
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(populate).Returning<IReadOnlyCollection<string>>(list => list.Count == 2 && list.Contains(_case.Text)).Once(),
            () => calls.Should().HaveCalled(populate).Returning<IReadOnlyCollection<string>>(list => list.Count == 3).Once());
    }

    [Test]
    public async Task AMissingCommaIsFoundBehindTheValue()
    {
        MethodInfo parse = Internals.Json("JsonTextReader", "ParsePostValue");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(parse);
        Refused<JsonReaderException>(() => JsonConvert.DeserializeObject<Order>($"{{\"Name\": \"{_case.Text}\" \"Id\": 1}}"));
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(parse).Throwing<JsonReaderException>(message => message.Contains("After parsing a value")).Once(),
            () => calls.Should().HaveCalled(parse).Throwing<JsonReaderException>(message => message.Contains("Unterminated")).Once());
    }

    [Test]
    public async Task ALoopIsRefused()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(Internals.Json("Serialization.JsonSerializerInternalWriter", "CheckForCircularReference"));
        Node node = new();
        node.Next = node;
        Refused<JsonSerializationException>(() => JsonConvert.SerializeObject(node));
        _case.Check(
            calls,
            () => calls.Should().HaveThrown<JsonSerializationException>(message => message.Contains("Self referencing loop")),
            () => calls.Should().HaveThrown<JsonReaderException>());
    }

    [Test]
    public async Task KeysAreConvertedToCamelCase()
    {
        MethodInfo convert = Internals.Json("Utilities.StringUtils", "ToCamelCase");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(convert);
        CamelCaseNamingStrategy naming = new() { ProcessDictionaryKeys = true };
        JsonConvert.SerializeObject(new Dictionary<string, int> { [$"Key{_case.Text}"] = 1 }, new JsonSerializerSettings { ContractResolver = new DefaultContractResolver { NamingStrategy = naming } });
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(convert, $"Key{_case.Text}").Returning($"key{_case.Text}").Once(),
            () => calls.Should().HaveCalled(convert, $"Key{_case.Text}").Returning($"Key{_case.Text}").Once());
    }

    [Test]
    public async Task AnObjectKeepsItsPropertiesByName()
    {
        MethodInfo add = Internals.Json("Linq.JPropertyKeyedCollection", "AddKey");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(add);
        JObject.Parse($"{{\"{_case.Text}\": 1, \"b\": 2}}");
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(add, () => new object?[] { _case.Text, Arg.Any<JProperty>() }).Once(),
            () => calls.Should().HaveCalled(add, () => new object?[] { "c", Arg.Any<JProperty>() }).Once());
    }

    [Test]
    public async Task APathIsReadNameByName()
    {
        MethodInfo create = Internals.Json("Linq.JsonPath.JPath", "CreatePathFilter");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(create);
        new JObject().SelectToken($"['{_case.Text}'].b");
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(create, _case.Text, false).Once(),
            () => calls.Should().HaveCalled(create, _case.Text, true).Once());
    }

    [Test]
    public async Task AnEnumIsWrittenByItsConverter()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((StringEnumConverter x) => x.WriteJson(default!, default, default!));
        JsonConvert.SerializeObject(new object[] { DayOfWeek.Friday, _case.Text }, new StringEnumConverter());
        _case.Check(
            calls,
            () => calls.Should().HaveCalled((StringEnumConverter x) => x.WriteJson(Arg.Any<JsonWriter>(), DayOfWeek.Friday, Arg.Any<JsonSerializer>())).Once(),
            () => calls.Should().HaveCalled((StringEnumConverter x) => x.WriteJson(Arg.Any<JsonWriter>(), DayOfWeek.Monday, Arg.Any<JsonSerializer>())).Once());
    }

    [Test]
    public async Task WhatComesAgainIsWrittenAsAReference()
    {
        MethodInfo write = Internals.Json("Serialization.JsonSerializerInternalWriter", "WriteReference");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(write);
        Label label = new() { Text = _case.Text };
        JsonConvert.SerializeObject(new[] { label, label, label }, new JsonSerializerSettings { PreserveReferencesHandling = PreserveReferencesHandling.Objects });
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(write, () => new object?[] { Arg.Any<JsonWriter>(), Arg.Is<Label>(l => l.Text == _case.Text) }).Twice(),
            () => calls.Should().HaveCalled(write).Times(3));
    }

    [Test]
    public async Task ANameThatStandsInIsWritten()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((JsonTextWriter w) => w.WritePropertyName(default!, default));
        calls.Replace((NamingStrategy n) => n.GetPropertyName(Arg.Any<string>(), Arg.Any<bool>())).With(_case.Text);
        JsonConvert.SerializeObject(new Label(), new JsonSerializerSettings { ContractResolver = new DefaultContractResolver { NamingStrategy = new DefaultNamingStrategy() } });
        _case.Check(
            calls,
            () => calls.Should().HaveCalled((JsonTextWriter w) => w.WritePropertyName(_case.Text, Arg.Any<bool>())).Once(),
            () => calls.Should().HaveCalled((JsonTextWriter w) => w.WritePropertyName("Text", Arg.Any<bool>())).Once());
    }

    [Test]
    public async Task AValueIsWrittenAsynchronously()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((JsonTextWriter w) => w.WriteValueAsync(default(string), default));
        await using JsonTextWriter writer = new(new StringWriter());
        await writer.WriteValueAsync(_case.Text);
        _case.Check(
            calls,
            () => calls.Should().HaveCalled((JsonTextWriter w) => w.WriteValueAsync(_case.Text, Arg.Any<CancellationToken>())).Within(TimeSpan.FromMinutes(1)).Once(),
            () => calls.Should().HaveCalled((JsonTextWriter w) => w.WriteValueAsync(_case.Text, Arg.Any<CancellationToken>())).Within(TimeSpan.Zero).Once());
    }

    private static void Refused<TException>(Action action)
        where TException : Exception
    {
        try
        {
            action();
        }
        catch (TException)
        {
            return;
        }

        throw new InvalidOperationException($"No {typeof(TException).Name} came.");
    }
}
