using System.Runtime.InteropServices;

namespace Instrumentation.Testing.Kernel;

/// <summary>Finds out which files system calls have used. Calls that failed have used none.</summary>
internal sealed class FileUses
{
    private const long AccessMode = 3;
    private const long WriteOnly = 1;
    private const long Create = 0x40;
    private const long Truncate = 0x200;
    private const long PathOnly = 0x20_0000;
    private const long NoFollow = 0x100;
    private const long FollowLinks = 0x400;

    private static readonly string[] Harmless = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/random", "/dev/urandom"];

    private static readonly long DirectoryOnly = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x1_0000;

    private readonly string? _workingDirectory;
    private readonly FilePaths _paths = new();
    private readonly Dictionary<int, string?> _descriptors = [];
    private readonly List<FileUse> _uses = [];
    private string? _movedDirectory;
    private string? _remapped;

    private FileUses(string? workingDirectory) => _workingDirectory = workingDirectory;

    /// <summary>Finds out which files calls have used.</summary>
    /// <param name="calls">The calls, in order.</param>
    /// <param name="workingDirectory">The working directory before the first; null when it was gone.</param>
    /// <returns>The uses, in order.</returns>
    public static IReadOnlyList<FileUse> Of(IEnumerable<RecordedSyscall> calls, string? workingDirectory)
    {
        FileUses uses = new(workingDirectory);
        string? now = FilePaths.CurrentDirectory();
        if (workingDirectory is null || now != workingDirectory)
        {
            uses._movedDirectory = $"the working directory has changed from {workingDirectory ?? "one that was removed"} to {now ?? "one that was removed"}";
        }

        foreach (RecordedSyscall call in calls.Where(static call => call.Result >= 0))
        {
            uses.Take(call);
        }

        return uses._uses;
    }

    private void Take(RecordedSyscall call)
    {
        IReadOnlyList<long> a = call.Arguments;
        switch (call.Name)
        {
            case "open":
                Open(call, FilePaths.WorkingDirectory, a[1]);
                break;
            case "openat":
                Open(call, (int)a[0], a[2]);
                break;
            case "openat2":
                Open(call, (int)a[0], call.Facts.Word);
                break;
            case "creat":
                Open(call, FilePaths.WorkingDirectory, WriteOnly | Create | Truncate);
                break;
            case "open_by_handle_at":
                _descriptors.Remove((int)call.Result);
                _uses.Add(new FileUse(call, FileUseKinds.Open | FileUseKinds.Read | FileUseKinds.Write, null, $"{call} opens a file that has no name here"));
                break;
            case "memfd_create":
                _descriptors[(int)call.Result] = null;
                break;
            case "unlink" or "rmdir" or "mkdir" or "mknod" or "lchown" or "lsetxattr" or "lremovexattr":
                Write(call, FilePaths.WorkingDirectory, call.Path, last: false);
                break;
            case "truncate" or "chmod" or "chown" or "utime" or "utimes" or "setxattr" or "removexattr":
                Write(call, FilePaths.WorkingDirectory, call.Path, last: true);
                break;
            case "unlinkat" or "mkdirat" or "mknodat":
                Write(call, (int)a[0], call.Path, last: false);
                break;
            case "fchmodat" or "fchmodat2" or "futimesat":
                Write(call, (int)a[0], call.Path, last: true);
                break;
            case "fchownat":
                Write(call, (int)a[0], call.Path, last: (a[4] & NoFollow) == 0);
                break;
            case "utimensat":
                Write(call, (int)a[0], call.Path, last: (a[3] & NoFollow) == 0, ofDescriptor: a[1] == 0);
                break;
            case "rename":
                Write(call, FilePaths.WorkingDirectory, call.Path, last: false);
                Write(call, FilePaths.WorkingDirectory, call.OtherPath, last: false);
                break;
            case "renameat" or "renameat2":
                Write(call, (int)a[0], call.Path, last: false);
                Write(call, (int)a[2], call.OtherPath, last: false);
                break;
            case "link":
                Write(call, FilePaths.WorkingDirectory, call.Path, last: false);
                Write(call, FilePaths.WorkingDirectory, call.OtherPath, last: false);
                break;
            case "linkat":
                Write(call, (int)a[0], call.Path, last: (a[4] & FollowLinks) != 0);
                Write(call, (int)a[2], call.OtherPath, last: false);
                break;
            case "symlink":
                Write(call, FilePaths.WorkingDirectory, call.OtherPath, last: false);
                break;
            case "symlinkat":
                Write(call, (int)a[1], call.OtherPath, last: false);
                break;
            case "bind" when call.Address?.StartsWith("unix:/", StringComparison.Ordinal) == true:
                Write(call, FilePaths.WorkingDirectory, call.Address["unix:".Length..], last: false);
                break;
            case "ftruncate" or "fallocate" or "fchmod" or "fchown" or "fsetxattr" or "fremovexattr":
                WriteDescriptor(call, (int)a[0]);
                break;
            case "copy_file_range":
                WriteDescriptor(call, (int)a[2]);
                break;
            case "socket" or "accept" or "accept4":
                _descriptors[(int)call.Result] = null;
                break;
            case "chdir" or "fchdir":
                _movedDirectory = $"{call} changes where relative paths begin";
                break;
            case "chroot" or "pivot_root" or "mount" or "umount2":
                _remapped = $"{call} changes what paths mean";
                break;
            default:
                break;
        }
    }

    private void Open(RecordedSyscall call, int directory, long flags)
    {
        if ((flags & PathOnly) != 0)
        {
            (string? place, _) = Resolve(call, directory, call.Path, last: true);
            _descriptors[(int)call.Result] = place;
            return;
        }

        FileUseKinds kinds = FileUseKinds.Open;
        kinds |= (flags & AccessMode) == WriteOnly ? FileUseKinds.None : FileUseKinds.Read;
        kinds |= (flags & AccessMode) != 0 || (flags & (Create | Truncate)) != 0 ? FileUseKinds.Write : FileUseKinds.None;
        kinds |= (flags & DirectoryOnly) != 0 && (kinds & FileUseKinds.Write) == 0 ? FileUseKinds.Directory : FileUseKinds.None;
        (string? path, string? doubt) = Resolve(call, directory, call.Path, last: true);
        _descriptors[(int)call.Result] = path;
        Add(call, kinds, path, doubt);
    }

    private void Write(RecordedSyscall call, int directory, string? path, bool last, bool ofDescriptor = false)
    {
        if (ofDescriptor || (path?.Length == 0 && directory != FilePaths.WorkingDirectory))
        {
            WriteDescriptor(call, directory);
            return;
        }

        (string? resolved, string? doubt) = Resolve(call, directory, path, last);
        Add(call, FileUseKinds.Write, resolved, doubt);
    }

    private void WriteDescriptor(RecordedSyscall call, int descriptor)
    {
        if (!_descriptors.TryGetValue(descriptor, out string? path))
        {
            string guess = FilePaths.OfDescriptor(descriptor) is { } now ? $"; it is open on {now} now" : string.Empty;
            Add(call, FileUseKinds.Write, null, $"{call}: the descriptor {descriptor} was opened before the recorder was started, or elsewhere{guess}");
        }
        else if (path is not null)
        {
            Add(call, FileUseKinds.Write, path, null);
        }
    }

    private (string? Path, string? Doubt) Resolve(RecordedSyscall call, int directory, string? path, bool last)
    {
        if (path is null)
        {
            return (null, $"{call}: its path could not be read");
        }

        if (call.Facts.IsCut)
        {
            return (null, $"{call}: its path is longer than what is recorded");
        }

        if (_remapped is not null)
        {
            return (null, $"{call}: {_remapped}");
        }

        if (path.StartsWith('/'))
        {
            return (_paths.Real(path, last), null);
        }

        string? from = directory == FilePaths.WorkingDirectory ? (_movedDirectory is null ? _workingDirectory : null) : _descriptors.GetValueOrDefault(directory);
        return from is not null
            ? (_paths.Real($"{from}/{path}", last), null)
            : (null, directory == FilePaths.WorkingDirectory ? $"{call}: {_movedDirectory}" : $"{call}: the descriptor {directory}, where its path begins, was opened before the recorder was started, or elsewhere");
    }

    private void Add(RecordedSyscall call, FileUseKinds kinds, string? path, string? doubt)
    {
        if (path is null || !IsHarmless(path))
        {
            _uses.Add(new FileUse(call, kinds, path, doubt));
        }
    }

    // What is written about the process itself, its threads' names for instance, lies in /proc.
    private static bool IsHarmless(string path) =>
        Harmless.Contains(path) || path.StartsWith("/dev/pts/", StringComparison.Ordinal) || path.StartsWith($"/proc/{Environment.ProcessId}/", StringComparison.Ordinal);
}
