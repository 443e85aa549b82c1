using Instrumentation.Ebpf.Points.Syscalls;

namespace Instrumentation.Testing.Kernel;

/// <summary>Which system calls are recorded, and which of them a name stands for.</summary>
internal static class RecordedNames
{
    // unlinkat's flag that makes it an rmdir.
    private const long RemoveDirectory = 0x200;

    /// <summary>The calls that recorders record unless they are told to record more: what changes files, connects, starts processes or makes data durable.</summary>
    public static SyscallSet Default { get; } = new(
    [
        "open", "openat", "openat2", "creat", "open_by_handle_at", "memfd_create",
        "unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "mknod", "mknodat", "link", "linkat", "symlink", "symlinkat",
        "truncate", "ftruncate", "fallocate",
        "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown", "fchownat", "utime", "utimes", "futimesat", "utimensat",
        "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr",
        "fsync", "fdatasync", "sync", "syncfs", "sync_file_range", "copy_file_range",
        "chdir", "fchdir", "chroot", "pivot_root", "mount", "umount2",
        "socket", "connect", "bind", "listen", "accept", "accept4",
        "fork", "vfork", "clone", "clone3", "kill",
        "io_uring_setup", "io_uring_enter",
    ]);

    /// <summary>
    /// Whether a call is what a name stands for: the call of that name, and those that do the same and are used in its place, as the C library does on processors that do not have it
    /// (<c>unlinkat</c> for <c>unlink</c> and <c>rmdir</c>, <c>openat</c> and <c>openat2</c> for <c>open</c>, <c>fchmodat</c> for <c>chmod</c>, <c>clone3</c> for <c>clone</c>).
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="name">The name.</param>
    /// <returns>True when it is.</returns>
    public static bool Matches(RecordedSyscall call, string name) => name switch
    {
        "unlink" => call.Name == name || (call.Name == "unlinkat" && (call.Arguments[2] & RemoveDirectory) == 0),
        "rmdir" => call.Name == name || (call.Name == "unlinkat" && (call.Arguments[2] & RemoveDirectory) != 0),
        _ => IsVariant(call.Name, name),
    };

    /// <summary>Whether a name stands for any of some calls.</summary>
    /// <param name="name">The name.</param>
    /// <param name="calls">The calls.</param>
    /// <returns>True when it does.</returns>
    public static bool IsAmong(string name, SyscallSet calls) => calls.Calls.Any(call => IsVariant(call.Name, name) || (name == "rmdir" && call.Name == "unlinkat"));

    private static bool IsVariant(string call, string name)
    {
        if (call == name)
        {
            return true;
        }

        string family = name is "chmod" or "chown" ? "f" + name : name;
        return call.StartsWith(family, StringComparison.Ordinal) && call[family.Length..] is "at" or "at2" || (call == name + "3" && name == "clone") || (call == name + "4" && name == "accept")
            || (name is "utime" or "utimes" && call is "utimensat" or "utimes");
    }
}
