namespace Instrumentation.Json;

/// <summary>How the points of one backend are written and read. The point's object has one of the codec's names; what else it has is the codec's.</summary>
internal interface IProbePointCodec
{
    /// <summary>The properties that say that a point is of this kind; no two codecs share one.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Writes a point's properties, when it is of this kind; the object around them is begun and ended already.</summary>
    /// <param name="point">The point.</param>
    /// <param name="output">Where they go.</param>
    /// <returns>False when the point is of another kind and nothing was written.</returns>
    bool TryWrite(ProbePoint point, JsonOutput output);

    /// <summary>Reads a point.</summary>
    /// <param name="name">Which of the codec's names it has.</param>
    /// <param name="value">That property's value.</param>
    /// <param name="point">The point's object, to check for further properties.</param>
    /// <returns>The point.</returns>
    /// <exception cref="ProbeJsonException">The point means nothing.</exception>
    ProbePoint Read(string name, JsonItem value, JsonItem point);
}
