using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Maps;

/// <summary>Programs that others go on in by a tail call; they are kept as long as they are in the array.</summary>
internal sealed unsafe class BpfProgramArray : BpfMap
{
    /// <summary>Creates the array.</summary>
    /// <param name="length">Its places.</param>
    /// <param name="name">What the kernel lists it as.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfProgramArray(int length, string name = "programs")
        : base(new MapDescription(MapType.ProgramArray, sizeof(int), sizeof(int), length) { Name = name })
    {
    }

    /// <summary>Puts a program in a place.</summary>
    /// <param name="index">The place.</param>
    /// <param name="program">The program; all of an array are of one type.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public void Set(int index, BpfProgram program)
    {
        using HandleLease lease = new(program.Handle);
        int descriptor = lease.Descriptor;

        // SAFETY: the value is a descriptor in this frame.
        Write(&index, &descriptor, UpdateMode.Any);
    }

    /// <summary>Empties a place: a tail call to it does nothing.</summary>
    /// <param name="index">The place.</param>
    /// <returns>False when it was empty.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool Remove(int index) => Delete(&index);
}
