using System.Globalization;
using System.Text;
using System.Xml;
using Newtonsoft.Json;
using Newtonsoft.Json.Bson;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;

namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>The public entry points of Newtonsoft.Json: serializer, LINQ to JSON, paths, XML, readers and writers, and their errors.</summary>
internal static class NewtonsoftJsonUse
{
    /// <summary>Uses the library.</summary>
    /// <returns>All that it gave.</returns>
    public static byte[] Run()
    {
        StringBuilder all = new();
        JsonSerializerSettings settings = new()
        {
            Formatting = Newtonsoft.Json.Formatting.Indented,
            ContractResolver = new CamelCasePropertyNamesContractResolver(),
            NullValueHandling = NullValueHandling.Ignore,
            Converters = { new StringEnumConverter() },
        };
        string text = JsonConvert.SerializeObject(Order.Sample, settings);
        Order back = JsonConvert.DeserializeObject<Order>(text, settings)!;
        all.AppendLine(text).AppendLine(JsonConvert.SerializeObject(back));
        Linq(text, all);
        Xml(all);
        ReadersAndWritersAsync(text, all).GetAwaiter().GetResult();
        Populate(text, all);
        Errors(all);
        return Encoding.UTF8.GetBytes(all.ToString());
    }

    private static void Linq(string text, StringBuilder all)
    {
        JObject tree = JObject.Parse(text);
        ((JArray)tree["lines"]!).Add(new JObject(new JProperty("name", "c"), new JProperty("price", 3), new JProperty("tags", new JArray(1, 2.5, "x"))));
        tree.Merge(JObject.Parse("{ \"extra\": { \"z\": 1 } /* more */ }"), new JsonMergeSettings { MergeArrayHandling = MergeArrayHandling.Union });
        all.AppendJoin(',', tree.SelectTokens("$.lines[?(@.price > 1)].name").Select(static token => token.Path)).AppendLine();
        all.Append(JToken.DeepEquals(tree, tree.DeepClone())).Append(tree["lines"]!.Sum(static line => (double)line["price"]!)).AppendLine();
        all.AppendLine(JToken.FromObject(Order.Sample).ToString(Newtonsoft.Json.Formatting.None));
    }

    private static void Xml(StringBuilder all)
    {
        XmlDocument document = JsonConvert.DeserializeXmlNode("{ \"root\": { \"@id\": \"1\", \"item\": [\"a\", \"b\"], \"when\": \"2026-01-02T03:04:05Z\" } }")!;
        all.AppendLine(document.OuterXml).AppendLine(JsonConvert.SerializeXmlNode(document));
    }

    private static async Task ReadersAndWritersAsync(string text, StringBuilder all)
    {
        StringWriter target = new(CultureInfo.InvariantCulture);
        await using (target.ConfigureAwait(false))
        {
            using JsonTextReader reader = new(new StringReader(text));
            await using JsonTextWriter writer = new(target) { QuoteChar = '\'' };
            while (await reader.ReadAsync().ConfigureAwait(false))
            {
                await writer.WriteTokenAsync(reader.TokenType, reader.Value).ConfigureAwait(false);
                all.Append(reader.LineNumber).Append(':').Append(reader.LinePosition).Append(' ');
            }
        }

        all.AppendLine(target.ToString());
        JToken loaded = await JToken.LoadAsync(new JsonTextReader(new StringReader(text))).ConfigureAwait(false);
        all.AppendLine(loaded.ToString());
    }

    private static void Populate(string text, StringBuilder all)
    {
        Dictionary<string, object> target = [];
        JsonConvert.PopulateObject(text, target);
        all.AppendJoin(',', target.Keys).AppendLine();
        using MemoryStream stream = new();
#pragma warning disable CS0618 // Obsolete: still a public entry point.
        using (BsonWriter writer = new(stream))
        {
            new JsonSerializer().Serialize(writer, Order.Sample);
        }
#pragma warning restore CS0618

        all.AppendLine(Convert.ToHexString(stream.ToArray()));
    }

    private static void Errors(StringBuilder all)
    {
        foreach (string wrong in (string[])["[1, 2, x]", "{\"Id\": \"seven\"}", "{", "", "{\"At\": 3}"])
        {
            try
            {
                all.Append(JsonConvert.DeserializeObject<Order>(wrong) is null);
            }
            catch (JsonException error)
            {
                all.AppendLine(error.Message);
            }
        }
    }
}
