using System.Text.Json;

namespace Instrumentation.Json;

/// <summary>A writer that knows the place that it has come to, so that every error can name it.</summary>
/// <param name="writer">Where the text goes.</param>
internal sealed class JsonOutput(Utf8JsonWriter writer)
{
    private readonly List<Level> _levels = [];

    /// <summary>The place of the value that is written next or was written last.</summary>
    public string Path => "$" + string.Concat(_levels.Select(static level => level.Step));

    /// <summary>Begins an object.</summary>
    public void BeginObject() => Begin(isArray: false);

    /// <summary>Begins an array.</summary>
    public void BeginArray() => Begin(isArray: true);

    /// <summary>Ends the object or array that was begun last.</summary>
    public void End()
    {
        if (_levels[^1].IsArray)
        {
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteEndObject();
        }

        _levels.RemoveAt(_levels.Count - 1);
    }

    /// <summary>Begins a property; its value comes next.</summary>
    /// <param name="name">Its name.</param>
    public void Name(string name)
    {
        _levels[^1] = _levels[^1] with { Step = JsonPath.Step(name) };
        writer.WritePropertyName(Checked(name));
    }

    /// <summary>Writes a property that is a string.</summary>
    /// <param name="name">The property's name.</param>
    /// <param name="text">The string.</param>
    public void Property(string name, string text)
    {
        Name(name);
        Value(new LiteralToken(JsonValueKind.String, text));
    }

    /// <summary>Writes a scalar.</summary>
    /// <param name="token">The scalar.</param>
    public void Value(LiteralToken token)
    {
        NextElement();
        switch (token.Kind)
        {
            case JsonValueKind.String:
                writer.WriteStringValue(Checked(token.Text));
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(token.Text);
                break;
            case JsonValueKind.Null:
                writer.WriteNullValue();
                break;
            default:
                writer.WriteBooleanValue(token.Kind == JsonValueKind.True);
                break;
        }
    }

    /// <summary>An error at this place.</summary>
    /// <param name="why">What is wrong.</param>
    /// <param name="mend">What to do instead.</param>
    /// <param name="inner">The failure underneath.</param>
    /// <returns>The error.</returns>
    public ProbeJsonException Error(string why, string mend, Exception? inner = null) => new(Path, why, mend, inner: inner);

    private void Begin(bool isArray)
    {
        NextElement();
        _levels.Add(new(isArray, isArray ? -1 : 0, string.Empty));
        if (isArray)
        {
            writer.WriteStartArray();
        }
        else
        {
            writer.WriteStartObject();
        }
    }

    private void NextElement()
    {
        if (_levels is [.., { IsArray: true } last])
        {
            _levels[^1] = new(IsArray: true, last.Index + 1, JsonPath.Step(last.Index + 1));
        }
    }

    private string Checked(string text) => LiteralToken.IsUnicode(text)
        ? text
        : throw Error($"the name or text '{JsonPath.Shorten(text)}' is no valid Unicode: half of a surrogate pair stands alone.", "Use another name.");

    private readonly record struct Level(bool IsArray, int Index, string Step);
}
