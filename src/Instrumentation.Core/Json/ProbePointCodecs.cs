using System.Diagnostics.CodeAnalysis;

namespace Instrumentation.Json;

/// <summary>
/// The codecs of all backends. Those of this library's own packages are found by name when a point is first read or written, because a probe can be
/// read before anything has touched its backend, and so before its assembly is loaded and could register anything.
/// </summary>
internal static class ProbePointCodecs
{
    private static readonly Lock Gate = new();
    private static volatile IProbePointCodec[]? s_all;

    /// <summary>The codecs.</summary>
    public static IReadOnlyList<IProbePointCodec> All
    {
        get
        {
            lock (Gate)
            {
                return s_all ??= OfPackages();
            }
        }
    }

    /// <summary>Adds a codec; the same type again changes nothing.</summary>
    /// <param name="codec">The codec.</param>
    public static void Register(IProbePointCodec codec)
    {
        lock (Gate)
        {
            IProbePointCodec[] all = s_all ?? OfPackages();
            s_all = all.Any(known => known.GetType() == codec.GetType()) ? all : [.. all, codec];
        }
    }

    private static IProbePointCodec[] OfPackages() =>
    [
        .. Create(Type.GetType("Instrumentation.Managed.Points.JsonMethodPoint, Instrumentation.Managed", throwOnError: false)),
        .. Create(Type.GetType("Instrumentation.Managed.Locks.JsonLockPoint, Instrumentation.Managed", throwOnError: false)),
        .. Create(Type.GetType("Instrumentation.Ebpf.Points.JsonKernelPoint, Instrumentation.Ebpf", throwOnError: false)),
    ];

    // The names are constants, so that trimming keeps the types of the packages that an application has.
    private static IEnumerable<IProbePointCodec> Create([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type? type) =>
        type is not null && Activator.CreateInstance(type) is IProbePointCodec codec ? [codec] : [];
}
