using System.Buffers.Binary;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Links;

/// <summary>The kernel's ids of programs, maps and links, and which of them there are.</summary>
internal static unsafe class KernelObjects
{
    /// <summary>A program's id.</summary>
    /// <param name="handle">The program.</param>
    /// <returns>The id.</returns>
    /// <exception cref="KernelCallException">The kernel does not say.</exception>
    public static uint ProgramId(ProgramHandle handle) => IdOf(handle);

    /// <summary>A map's id.</summary>
    /// <param name="handle">The map.</param>
    /// <returns>The id.</returns>
    /// <exception cref="KernelCallException">The kernel does not say.</exception>
    public static uint MapId(MapHandle handle) => IdOf(handle);

    /// <summary>A link's id.</summary>
    /// <param name="handle">The link.</param>
    /// <returns>The id.</returns>
    /// <exception cref="KernelCallException">The kernel does not say.</exception>
    public static uint LinkId(LinkHandle handle) => IdOf(handle);

    /// <summary>Asks for an object's info struct.</summary>
    /// <param name="handle">The object.</param>
    /// <param name="info">Where to; what an older kernel does not know becomes 0.</param>
    /// <exception cref="KernelCallException">The kernel does not say.</exception>
    public static void ReadInfo(DescriptorHandle handle, Span<byte> info)
    {
        using HandleLease lease = new(handle);
        info.Clear();

        // SAFETY: the kernel writes no more than the length that it is given.
        fixed (byte* start = info)
        {
            ObjectInfoAttributes attributes = new() { Descriptor = lease.Descriptor, Length = (uint)info.Length, Info = (ulong)start };
            Bpf.CallOrThrow(BpfCommand.ObjectGetInfo, ref attributes, "A BPF object cannot be asked about");
        }
    }

    /// <summary>The ids of all programs on this machine. Needs CAP_SYS_ADMIN.</summary>
    /// <returns>The ids, ascending.</returns>
    public static IReadOnlyList<uint> Programs() => Walk(BpfCommand.ProgramGetNextId);

    /// <summary>The ids of all maps on this machine. Needs CAP_SYS_ADMIN.</summary>
    /// <returns>The ids, ascending.</returns>
    public static IReadOnlyList<uint> Maps() => Walk(BpfCommand.MapGetNextId);

    /// <summary>The ids of all links on this machine. Needs CAP_SYS_ADMIN.</summary>
    /// <returns>The ids, ascending.</returns>
    public static IReadOnlyList<uint> Links() => Walk(BpfCommand.LinkGetNextId);

    // The info structs of programs, maps and links all begin with a 32-bit type and the 32-bit id.
    private static uint IdOf(DescriptorHandle handle)
    {
        Span<byte> info = stackalloc byte[8];
        ReadInfo(handle, info);
        return BinaryPrimitives.ReadUInt32LittleEndian(info[4..]);
    }

    private static List<uint> Walk(BpfCommand command)
    {
        List<uint> ids = [];
        ObjectIdAttributes attributes = default;
        while (true)
        {
            int answer = Bpf.Call(command, ref attributes);
            if (answer == -KernelErrors.NoEntry)
            {
                return ids;
            }

            if (answer < 0)
            {
                throw KernelErrors.OfBpf(command, "The BPF objects of this machine cannot be listed", -answer);
            }

            ids.Add(attributes.NextId);
            attributes = new ObjectIdAttributes { Id = attributes.NextId };
        }
    }
}
