using System.Diagnostics;
using System.Globalization;
using Instrumentation.Testing.Kernel;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing;

/// <summary>Assertions on the files that a recorder has seen being used. What could pass since something was missed fails instead, and says what.</summary>
[StackTraceHidden]
public sealed class FileAssertions
{
    private readonly CallRecorder _recorder;
    private readonly IReadOnlyList<FileUse> _uses;
    private readonly IReadOnlyList<string> _doubts;

    internal FileAssertions(CallRecorder recorder, IReadOnlyList<FileUse> uses, IReadOnlyList<string> doubts) => (_recorder, _uses, _doubts) = (recorder, uses, doubts);

    /// <summary>All files that were written lie in directories, or are those directories.</summary>
    /// <param name="directories">The directories; links are followed.</param>
    /// <returns>The same assertions.</returns>
    public FileAssertions OnlyWriteUnder(params string[] directories)
    {
        ArgumentNullException.ThrowIfNull(directories);
        string[] roots = [.. directories.Select(Real)];
        NotAny(
            $"files to be written under {string.Join(", ", directories)} only",
            "written elsewhere",
            [.. Written().Where(use => use.Path is { } path && !Array.Exists(roots, root => root == "/" || path == root || path.StartsWith(root + "/", StringComparison.Ordinal)))],
            Written());
        return this;
    }

    /// <summary>No file was written.</summary>
    /// <returns>The same assertions.</returns>
    public FileAssertions NotWrite()
    {
        NotAny("no file to be written", "written", [.. Written().Where(static use => use.Path is not null)], Written());
        return this;
    }

    /// <summary>A file was written.</summary>
    /// <param name="path">Its path; links are followed.</param>
    /// <returns>The same assertions.</returns>
    public FileAssertions HaveWritten(string path)
    {
        Have(path, "written", [.. Written()]);
        return this;
    }

    /// <summary>A file was opened for reading.</summary>
    /// <param name="path">Its path; links are followed.</param>
    /// <returns>The same assertions.</returns>
    public FileAssertions HaveRead(string path)
    {
        Have(path, "read", [.. _uses.Where(static use => (use.Kinds & FileUseKinds.Read) != 0)]);
        return this;
    }

    /// <summary>No file that a pattern matches was opened.</summary>
    /// <param name="pattern">
    /// <c>*</c> and <c>?</c> stand for any characters, slashes too. With a slash, absolute paths are compared (<c>/etc/*</c>); without, the names of files (<c>*.secret</c>).
    /// </param>
    /// <returns>The same assertions.</returns>
    public FileAssertions NeverHaveOpened(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        FileUse[] opened = [.. _uses.Where(static use => (use.Kinds & FileUseKinds.Open) != 0)];
        bool IsMeant(FileUse use) => (use.Path is { } path && FilePaths.Matches(path, pattern)) || (use.Call.Path is { } given && FilePaths.Matches(given, pattern));
        NotAny($"no file {pattern} to be opened", "opened", [.. opened.Where(IsMeant)], opened);
        return this;
    }

    private static string Real(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using RecorderFlow.Aside aside = RecorderFlow.StepAside();
        return new FilePaths().Real(Path.GetFullPath(path), last: true);
    }

    // Of each file the first use: what follows has the same cause mostly.
    private static List<string> Lines(IEnumerable<FileUse> uses) =>
        [.. uses.Where(static use => use.Path is not null).GroupBy(static use => use.Path).Select(static file => $"{file.Key} by {file.First().Call}")];

    private IEnumerable<FileUse> Written() => _uses.Where(static use => (use.Kinds & FileUseKinds.Write) != 0);

    private void Have(string path, string what, IReadOnlyList<FileUse> seen)
    {
        string real = Real(path);

        // What was removed since, or is a link itself, has the path as it was given.
        if (!seen.Any(use => use.Path == real || use.Path == Path.GetFullPath(path)))
        {
            KernelMessages.Fail(
                $"Expected {path} to be {what}, but it was not.",
                $"Files that were {what}",
                Lines(seen),
                [.. seen.Select(static use => use.Doubt).OfType<string>(), .. _doubts]);
        }
    }

    private void NotAny(string expected, string what, IEnumerable<FileUse> found, IEnumerable<FileUse> looked)
    {
        if (Lines(found) is { Count: > 0 } lines)
        {
            string files = lines.Count == 1 ? "1 was" : $"{lines.Count.ToString(CultureInfo.InvariantCulture)} were";
            KernelMessages.Fail($"Expected {expected}, but {files} {what}.", "Seen", lines, []);
        }

        using RecorderFlow.Aside aside = RecorderFlow.StepAside();
        string[] underWay = [.. _recorder.SyscallsUnderWay().Where(static call => IsOfFiles(call.Name)).Select(static call => call.Text)];
        KernelMessages.FailOnDoubts(expected, [.. _doubts, .. looked.Select(static use => use.Doubt).OfType<string>(), .. underWay]);
    }

    private static bool IsOfFiles(string call) =>
        RecordedNames.Default.Contains(call) && call is not ("connect" or "accept" or "accept4" or "socket" or "listen" or "kill" or "vfork" or "fork" or "clone" or "clone3" or "fsync" or "fdatasync" or "sync" or "syncfs");
}
