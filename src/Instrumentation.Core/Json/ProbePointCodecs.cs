using System.Diagnostics.CodeAnalysis;
using Instrumentation.Backends;

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

    /// <summary>Adds the format of a user; one of the same type again changes nothing.</summary>
    /// <param name="format">The format.</param>
    /// <exception cref="ArgumentException">Another kind of point has its name, or the name is blank.</exception>
    public static void Register(ProbePointFormat format)
    {
        lock (Gate)
        {
            IProbePointCodec[] all = s_all ?? OfPackages();
            if (all.Any(known => known is FormatCodec other && other.Format.GetType() == format.GetType()))
            {
                return;
            }

            ArgumentException.ThrowIfNullOrWhiteSpace(format.Name, nameof(format));
            if (all.Any(known => known.Names.Contains(format.Name)))
            {
                throw new ArgumentException($"Another kind of point is written as '{format.Name}': give the format another name.", nameof(format));
            }

            s_all = [.. all, new FormatCodec(format)];
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
