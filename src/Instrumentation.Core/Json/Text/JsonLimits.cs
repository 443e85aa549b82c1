using System.Globalization;

namespace Instrumentation.Json;

/// <summary>How large a probe's JSON may be, so that no text can exhaust the stack or the memory.</summary>
internal static class JsonLimits
{
    /// <summary>The longest probe, in bytes of UTF-8.</summary>
    public const int Bytes = 256 * 1024;

    /// <summary>The most expressions inside each other.</summary>
    public const int Nodes = 200;

    /// <summary>The most objects and arrays inside each other: each expression takes at most two, and the probe around them a few.</summary>
    public const int Levels = (2 * Nodes) + 16;

    /// <summary>What to do about a probe that is too deep.</summary>
    public const string TooDeepMend = "Write {\"and\":[a, b, c]} rather than pairs inside pairs, or attach several probes.";

    /// <summary>What to do about a probe that is too long.</summary>
    public const string TooLongMend = "Attach several probes.";

    /// <summary>Why expressions inside each other cannot be used.</summary>
    public static readonly string TooDeep = string.Create(CultureInfo.InvariantCulture, $"it is too deep: more than {Nodes} expressions are inside each other.");

    /// <summary>Why a long text cannot be used.</summary>
    public static readonly string TooLong = string.Create(CultureInfo.InvariantCulture, $"it is too long: a probe has at most {Bytes} bytes.");
}
