using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Instrumentation.Testing.Snapshots;

/// <summary>Objects of .NET that have a text of their own, which is known to be made of nothing but themselves.</summary>
internal static class FrameworkText
{
    /// <summary>The text of such an object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="type">Its type, one of .NET.</param>
    /// <param name="maximum">Characters after which texts in it are cut.</param>
    /// <returns>The text; null when the object is none of these.</returns>
    public static string? Of(object value, Type type, int maximum) => value switch
    {
        CancellationToken token => token == default ? "CancellationToken.None" : "CancellationToken",
        Uri uri => $"Uri({LiteralText.Of(uri.OriginalString, maximum)})",
        StringBuilder text => $"StringBuilder({LiteralText.Of(text.ToString(), maximum)})",
        CultureInfo culture => $"CultureInfo({LiteralText.Of(culture.Name, maximum)})",
        Encoding encoding => $"Encoding({LiteralText.Of(encoding.WebName, maximum)})",
        HttpMethod method => $"HttpMethod({LiteralText.Of(method.Method, maximum)})",
        IPAddress address => $"IPAddress({address})",
        Version or EndPoint or BigInteger => $"{TypeText.Of(type)}({((value as IFormattable)?.ToString(null, CultureInfo.InvariantCulture) ?? value.ToString())!})",
        JsonElement json => LiteralText.Of(json.GetRawText(), maximum) is var raw ? $"JsonElement({raw})" : null,
        Index or Range => value.ToString(),
        IFormattable number when type is { IsValueType: true, IsGenericType: false } => $"{TypeText.Of(type)}({number.ToString(null, CultureInfo.InvariantCulture)})",
        _ => null,
    };
}
