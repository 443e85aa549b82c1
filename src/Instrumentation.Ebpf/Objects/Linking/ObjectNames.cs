using Instrumentation.Ebpf.Names;

namespace Instrumentation.Ebpf.Objects.Linking;

/// <summary>Errors about names that an object does not have.</summary>
internal static class ObjectNames
{
    /// <summary>The error of a name that is not there.</summary>
    /// <param name="path">The object.</param>
    /// <param name="kind">What is named: a map, a program, a variable.</param>
    /// <param name="name">The name.</param>
    /// <param name="names">The names that there are.</param>
    /// <returns>The error.</returns>
    public static BpfObjectException Missing(string path, string kind, string name, IEnumerable<string> names)
    {
        const int MostListed = 8;
        string[] all = [.. names];
        var nearest = new NearestSymbols(name);
        Array.ForEach(all, candidate => nearest.Offer(System.Text.Encoding.UTF8.GetBytes(candidate)));
        string mend = (nearest.Names.Count, all.Length) switch
        {
            ( > 0, _) => $"Did you mean {string.Join(", or ", nearest.Names)}?",
            (_, 0) => $"It has no {kind} at all.",
            _ => $"It has {string.Join(", ", all.Order(StringComparer.Ordinal).Take(MostListed))}{(all.Length > MostListed ? " and more" : string.Empty)}.",
        };
        return new BpfObjectException(path, $"{kind} {name}", $"it has no {kind} of this name.", mend);
    }
}
