using Instrumentation.Json;

namespace Instrumentation.Managed.Points;

/// <summary>
/// Method points as JSON: <c>"method"</c> names one, <c>"methods"</c> all that match. A method that was given by reflection is written as the signature
/// that selects it among what is loaded, <c>Assembly!Type::Method(types)</c>. <c>"eachResumption":true</c> stands beside either,
/// <c>"orLoadedLater":true</c> beside <c>"methods"</c>.
/// </summary>
internal sealed class JsonMethodPoint : IProbePointCodec
{
    private const string One = "method";
    private const string Many = "methods";
    private const string Resumptions = "eachResumption";
    private const string Later = "orLoadedLater";
    private const int LongestText = 2000;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [One, Many];

    /// <inheritdoc/>
    public bool TryWrite(ProbePoint point, JsonOutput output)
    {
        if (point is not MethodPoint { Target: var target } method)
        {
            return false;
        }

        bool single = target is not MethodTarget.Matching { Single: false };
        try
        {
            output.Property(single ? One : Many, target is MethodTarget.Matching matching ? matching.Pattern.Text : JsonMethodText.Of(MethodResolver.Resolve(target)[0]));
        }
        catch (Exception error) when (error is SpecException or PlaceNotFoundException or AmbiguousPlaceException)
        {
            InstrumentationException cause = (InstrumentationException)error;
            throw output.Error($"{cause.What}: {cause.Why}", cause.Mend, cause);
        }

        if (method.EachResumption)
        {
            output.Name(Resumptions);
            output.Value(LiteralToken.True);
        }

        if (target is MethodTarget.Matching { OrLater: true })
        {
            output.Name(Later);
            output.Value(LiteralToken.True);
        }

        return true;
    }

    /// <inheritdoc/>
    public ProbePoint Read(string name, JsonItem value, JsonItem point)
    {
        point.Only(name == Many ? [name, Resumptions, Later] : [name, Resumptions]);
        string text = value.DemandText("Write a method, for example \"Shop.Orders::Place(string, int)\".");
        if (text.Length > LongestText)
        {
            throw value.Error($"the text has {text.Length} characters, and names of methods at most {LongestText}.", "Write [Assembly!]Namespace.Type::Method[(type, type)].");
        }

        try
        {
            return new MethodPoint(new MethodTarget.Matching(MethodPattern.Parse(text), Single: name == One)
            {
                OrLater = point.Find(Later)?.DemandBool("Write true when nothing loaded has to match yet.") ?? false,
            })
            {
                EachResumption = point.Find(Resumptions)?.DemandBool("Write true to see each run of a state machine as a call.") ?? false,
            };
        }
        catch (SpecException error)
        {
            throw value.Error(error.Why, error.Mend, inner: error);
        }
    }
}
