using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>What events record: an object of names and expressions, in record order; an array of such objects where a name comes twice.</summary>
internal static class CaptureJson
{
    private const string Mend = "Write names and expressions: {\"quantity\":{\"arg\":\"quantity\",\"type\":\"int\"}}.";

    /// <summary>Reads a capture.</summary>
    /// <param name="item">The capture.</param>
    /// <returns>The fields, without a factory.</returns>
    public static CaptureShape Read(JsonItem item)
    {
        IEnumerable<JsonMember> members = item.Kind == JsonValueKind.Array
            ? item.Items.Select(static one => one.Demand(JsonValueKind.Object, Mend).Members is [var member] ? member : throw one.Error("an element has one name.", Mend))
            : item.Demand(JsonValueKind.Object, Mend).Members;
        return new([.. members.Select(static member => new CaptureField(member.Name, ExpressionReader.Read(member.Value)))], Factory: null);
    }

    /// <summary>Writes a capture.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="shape">The capture; its factory is left out.</param>
    public static void Write(JsonOutput output, CaptureShape shape)
    {
        bool repeats = shape.Fields.DistinctBy(static field => field.Name, StringComparer.Ordinal).Count() < shape.Fields.Count;
        if (repeats)
        {
            output.BeginArray();
        }
        else
        {
            output.BeginObject();
        }

        foreach (CaptureField field in shape.Fields)
        {
            if (repeats)
            {
                output.BeginObject();
            }

            output.Name(field.Name);
            new ExpressionWriter(output).Write(field.Value);
            if (repeats)
            {
                output.End();
            }
        }

        output.End();
    }
}
