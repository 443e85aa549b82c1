using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Errors;

namespace Instrumentation.Ebpf.Interop;

/// <summary>
/// What a reader waits on: an epoll descriptor over the descriptors that it reads, and an eventfd that ends any wait. Both ways to wait, for data and
/// for a time alone, end at once when <see cref="Stop"/> was called.
/// </summary>
internal sealed unsafe class EventQueue : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Delete = 2;
    private const uint Readable = 1;
    private const int Interrupted = 4;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly FileHandle _epoll;
    private readonly FileHandle _stop;

    /// <summary>Creates the queue.</summary>
    /// <exception cref="KernelCallException">No descriptors are left.</exception>
    public EventQueue()
    {
        _epoll = new FileHandle(LibC.EpollCreate(CloseOnExec));
        int error = Marshal.GetLastPInvokeError();
        if (_epoll.IsInvalid)
        {
            throw KernelErrors.OfCall("epoll_create1", "The reader cannot wait for data", error);
        }

        _stop = new FileHandle(LibC.EventDescriptor(0, CloseOnExec));
        error = Marshal.GetLastPInvokeError();
        if (_stop.IsInvalid)
        {
            _epoll.Dispose();
            throw KernelErrors.OfCall("eventfd", "The reader cannot wait for data", error);
        }

        Watch(_stop);
    }

    /// <summary>Ends a wait when the descriptor has data.</summary>
    /// <param name="source">The descriptor; it stays the caller's.</param>
    /// <exception cref="KernelCallException">It cannot be waited on.</exception>
    public void Watch(DescriptorHandle source)
    {
        using HandleLease epoll = new(_epoll);
        using HandleLease watched = new(source);
        Span<byte> room = stackalloc byte[16];
        room.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(room, Readable);
        BinaryPrimitives.WriteInt32LittleEndian(room[DataOffset..], watched.Descriptor);

        // SAFETY: the struct is 12 or 16 bytes, and the kernel copies it.
        fixed (byte* start = room)
        {
            if (LibC.EpollControl(epoll.Descriptor, Add, watched.Descriptor, start) != 0)
            {
                throw KernelErrors.OfCall("epoll_ctl", "The reader cannot wait for data", Marshal.GetLastPInvokeError());
            }
        }
    }

    /// <summary>Watches a descriptor no longer.</summary>
    /// <param name="source">What <see cref="Watch"/> was given.</param>
    public void Unwatch(DescriptorHandle source)
    {
        using HandleLease epoll = new(_epoll);
        using HandleLease watched = new(source);
        byte* unused = stackalloc byte[16];

        // SAFETY: old kernels want an event here, though they do not read it. That it was not watched is no fault.
        _ = LibC.EpollControl(epoll.Descriptor, Delete, watched.Descriptor, unused);
    }

    /// <summary>Waits until something watched has data, the time is over, or <see cref="Stop"/> is called.</summary>
    /// <param name="milliseconds">The longest wait.</param>
    public void WaitForData(int milliseconds)
    {
        using HandleLease epoll = new(_epoll);
        byte* events = stackalloc byte[16 * 4];

        // SAFETY: room for four events; the answer is not read, since the caller looks at every ring anyway.
        if (LibC.EpollWait(epoll.Descriptor, events, 4, milliseconds) < 0 && Marshal.GetLastPInvokeError() is not Interrupted and int error)
        {
            throw KernelErrors.OfCall("epoll_wait", "The reader cannot wait for data", error);
        }
    }

    /// <summary>Waits until the time is over or <see cref="Stop"/> is called; the resolution is the kernel's, some 50 microseconds.</summary>
    /// <param name="microseconds">The wait.</param>
    public void Pause(int microseconds)
    {
        using HandleLease stop = new(_stop);
        PollDescriptor poll = new() { Descriptor = stop.Descriptor, Events = (short)Readable };
        long* time = stackalloc long[2];
        time[0] = microseconds / 1_000_000;
        time[1] = microseconds % 1_000_000 * 1_000L;

        // SAFETY: one struct pollfd and one struct timespec, both of this frame. An interrupted wait is a shorter one.
        _ = LibC.PreciselyPoll(&poll, 1, time, null);
    }

    /// <summary>Ends the wait that is under way and all later ones. Any thread may call it.</summary>
    public void Stop()
    {
        using HandleLease stop = new(_stop);
        ulong one = 1;

        // SAFETY: an eventfd takes eight bytes. Its counter never overflows here, so that the write cannot block.
        _ = LibC.Write(stop.Descriptor, &one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _epoll.Dispose();
        _stop.Dispose();
    }
}
