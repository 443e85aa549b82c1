using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Maps;

/// <summary>A value for each thread, created by programs at its first use and freed with the thread.</summary>
/// <typeparam name="TValue">The value.</typeparam>
internal sealed unsafe class BpfTaskStorage<TValue> : BpfMap
    where TValue : unmanaged
{
    /// <summary>Creates the storage.</summary>
    /// <param name="btf">BTF with a 4-byte integer, which keys are, and the value's type.</param>
    /// <param name="keyTypeId">The integer's type.</param>
    /// <param name="valueTypeId">The value's type, of the size of <typeparamref name="TValue"/>.</param>
    /// <param name="name">What the kernel lists it as.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfTaskStorage(BtfHandle btf, uint keyTypeId, uint valueTypeId, string name = "tasks")
        : base(new MapDescription(MapType.TaskStorage, sizeof(int), sizeof(TValue), 0)
        {
            Name = name,
            Flags = MapFlags.NoPreallocation,
            Btf = btf,
            KeyTypeId = keyTypeId,
            ValueTypeId = valueTypeId,
        })
    {
    }

    /// <summary>Reads the value of a process's main thread.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when it has none.</returns>
    /// <exception cref="KernelCallException">There is no such process, or the kernel refused.</exception>
    public bool TryGet(int processId, out TValue value)
    {
        using FileHandle process = new((int)LibC.SystemCall(SystemCallNumber.ProcessDescriptorOpen, processId, 0, 0, 0, 0));
        int error = Marshal.GetLastPInvokeError();
        if (process.IsInvalid)
        {
            throw KernelErrors.OfCall("pidfd_open", $"The process {processId} cannot be reached", error);
        }

        using HandleLease lease = new(process);
        int descriptor = lease.Descriptor;
        TValue room = default;

        // SAFETY: the room is a TValue, and the map's values are as large.
        bool found = Read(&descriptor, &room);
        value = room;
        return found;
    }
}
