namespace Instrumentation.Testing.Kernel;

/// <summary>What a system call does to a file.</summary>
[Flags]
internal enum FileUseKinds
{
    /// <summary>Nothing yet.</summary>
    None = 0,

    /// <summary>It opens it.</summary>
    Open = 1,

    /// <summary>It opens it so that it can be read.</summary>
    Read = 2,

    /// <summary>It changes it or its place in a directory, or opens it so that it can be changed.</summary>
    Write = 4,

    /// <summary>It is a directory that is opened.</summary>
    Directory = 8,
}

/// <summary>A file that a system call used.</summary>
/// <param name="Call">The call.</param>
/// <param name="Kinds">What it did.</param>
/// <param name="Path">The absolute path, links followed; null when it is not known.</param>
/// <param name="Doubt">Why the path is not known, or not for sure; null when it is.</param>
internal sealed record FileUse(RecordedSyscall Call, FileUseKinds Kinds, string? Path, string? Doubt);
