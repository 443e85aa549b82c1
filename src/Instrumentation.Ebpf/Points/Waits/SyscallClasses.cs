using Instrumentation.Ebpf.Points.Syscalls;

namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>The classes of system calls, by number.</summary>
internal static class SyscallClasses
{
    private static readonly SyscallClass Stream = new(OffCpuReason.Network, OffCpuReason.File);

    private static readonly (SyscallClass Class, string Names)[] Known =
    [
        (new(OffCpuReason.Lock, OffCpuReason.Lock), "futex futex_time64 futex_waitv futex_wait futex_requeue semop semtimedop semtimedop_time64"),
        (new(OffCpuReason.Sleep, OffCpuReason.Sleep), "nanosleep clock_nanosleep clock_nanosleep_time64 restart_syscall"),
        (new(OffCpuReason.Network, OffCpuReason.Network), "poll ppoll ppoll_time64 select pselect6 pselect6_time64 epoll_wait epoll_pwait epoll_pwait2 accept accept4 connect recvmmsg recvmmsg_time64 sendmmsg shutdown io_uring_enter"),
        (new(OffCpuReason.Network, OffCpuReason.Network, Reads: true), "recvfrom recvmsg"),
        (new(OffCpuReason.Network, OffCpuReason.Network, Writes: true), "sendto sendmsg"),
        (Stream with { Reads = true }, "read readv"),
        (Stream with { Writes = true }, "write writev"),
        (Stream with { Reads = true, Writes = true }, "sendfile copy_file_range"),
        (new(OffCpuReason.File, OffCpuReason.File, Reads: true), "pread64 preadv preadv2"),
        (new(OffCpuReason.File, OffCpuReason.File, Writes: true), "pwrite64 pwritev pwritev2"),
        (Stream, "splice tee vmsplice"),
        (
            new(OffCpuReason.File, OffCpuReason.File),
            "fsync fdatasync sync syncfs sync_file_range sync_file_range2 open openat openat2 creat close stat fstat lstat newfstatat fstatat statx access faccessat faccessat2 getdents getdents64 unlink unlinkat rename renameat renameat2 "
            + "mkdir mkdirat rmdir link linkat symlink symlinkat truncate ftruncate fallocate fadvise64 flock readahead msync io_getevents io_pgetevents"),
        (new(OffCpuReason.Other, OffCpuReason.Other), "mmap munmap mprotect mremap madvise brk mlock mlock2 munlock mlockall munlockall process_madvise clone clone3 fork vfork execve execveat exit exit_group wait4 waitid membarrier"),
    ];

    /// <summary>The numbers, in ranges that end before the next begins: each with its class, the first from 0 on and the last without end.</summary>
    public static IReadOnlyList<(int First, SyscallClass Class)> Ranges { get; } = Find();

    /// <summary>The class of a system call.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <returns>The class.</returns>
    public static SyscallClass Of(int number) => Ranges.Last(range => range.First <= number).Class;

    private static List<(int First, SyscallClass Class)> Find()
    {
        SortedDictionary<int, SyscallClass> classes = [];
        foreach ((SyscallClass one, string names) in Known)
        {
            foreach (string name in names.Split(' '))
            {
                if (SyscallTable.TryFind(name) is { } call)
                {
                    classes[call.Number] = one;
                }
            }
        }

        List<(int First, SyscallClass Class)> ranges = [(0, SyscallClass.Default)];
        foreach ((int number, SyscallClass one) in classes)
        {
            if (ranges[^1].First == number)
            {
                ranges.RemoveAt(ranges.Count - 1);
            }

            if (ranges.Count == 0 || ranges[^1].Class != one)
            {
                ranges.Add((number, one));
            }

            if (!classes.ContainsKey(number + 1))
            {
                ranges.Add((number + 1, SyscallClass.Default));
            }
        }

        return ranges;
    }
}
