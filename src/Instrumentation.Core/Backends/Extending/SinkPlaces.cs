using System.Collections.Concurrent;
using Instrumentation.Events;

namespace Instrumentation.Backends.Extending;

/// <summary>The places that backends have named, each once.</summary>
internal static class SinkPlaces
{
    private static readonly ConcurrentDictionary<(string Backend, string Name), ProbeSite> Known = new();

    /// <summary>Finds or makes a place.</summary>
    /// <param name="backend">The backend's name.</param>
    /// <param name="name">The place's name.</param>
    /// <returns>The place.</returns>
    public static ProbeSite Find(string backend, string name) => Known.GetOrAdd((backend, name), static key => ProbeSite.Register(key.Name, key.Backend));
}
