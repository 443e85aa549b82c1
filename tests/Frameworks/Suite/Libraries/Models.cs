using Newtonsoft.Json;

namespace Instrumentation.Frameworks.Libraries;

/// <summary>What is serialized.</summary>
public sealed class Order
{
    /// <summary>The number of the case.</summary>
    public int Id { get; set; }

    /// <summary>The text of the case.</summary>
    public string? Name { get; set; }

    /// <summary>What is not for others.</summary>
    [JsonIgnore]
    public string? Secret { get; set; }
}

/// <summary>An object with one property.</summary>
public sealed class Label
{
    /// <summary>The text of the case.</summary>
    public string? Text { get; set; }
}

/// <summary>What can point at itself.</summary>
public sealed class Node
{
    /// <summary>The next.</summary>
    public Node? Next { get; set; }
}

/// <summary>Writes an order as its name, and reads it from that.</summary>
public sealed class OrderConverter : JsonConverter<Order>
{
    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, Order? value, JsonSerializer serializer) => writer.WriteValue(value?.Name);

    /// <inheritdoc/>
    public override Order ReadJson(JsonReader reader, Type objectType, Order? existingValue, bool hasExistingValue, JsonSerializer serializer) => new() { Name = (string?)reader.Value };
}
