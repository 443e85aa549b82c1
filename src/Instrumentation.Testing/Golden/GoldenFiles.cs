using System.Text;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.Golden;

/// <summary>The files of a golden trace: beside the test's source file, with its name in front.</summary>
/// <param name="folder">The folder.</param>
/// <param name="prefix">The name of the source file without its ending.</param>
/// <param name="name">The name of the trace.</param>
internal sealed class GoldenFiles(string folder, string prefix, string name)
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The golden file.</summary>
    public string Golden { get; } = Path.Combine(folder, $"{prefix}.{name}.golden.txt");

    /// <summary>What was received instead.</summary>
    public string Received { get; } = Path.Combine(folder, $"{prefix}.{name}.received.txt");

    /// <summary>Finds the folder.</summary>
    /// <param name="name">The name of the trace.</param>
    /// <param name="folder">The folder that was asked for; null for the source file's.</param>
    /// <param name="sourceFile">The source file, as the compiler has written it down.</param>
    /// <returns>The files.</returns>
    /// <exception cref="SpecException">The name cannot be one of a file, or the folder is not on this machine.</exception>
    public static GoldenFiles Find(string name, string? folder, string sourceFile)
    {
        if (name.Length is 0 or > 100 || !name.All(static character => char.IsLetterOrDigit(character) || character is '-' or '_' or '.' or ' '))
        {
            throw new SpecException($"The name \"{name}\" of a golden trace", "it becomes a part of a file's name.", "Use letters, digits, '-', '_' and '.'.");
        }

        string[] parts = sourceFile.Split('/', '\\');
        string prefix = Path.GetFileNameWithoutExtension(parts[^1]);
        if (folder is not null)
        {
            return new GoldenFiles(Path.GetFullPath(folder, AppContext.BaseDirectory), prefix, name);
        }

        string? found = File.Exists(sourceFile) ? sourceFile : FindAbove(AppContext.BaseDirectory, parts) ?? FindAbove(Environment.CurrentDirectory, parts);
        return found is null
            ? throw new SpecException(
                $"The golden trace \"{name}\"",
                $"its file belongs beside {sourceFile}, which is not on this machine: the test was built elsewhere, or with source paths that are the same everywhere.",
                $"Set {nameof(GoldenOptions)}.{nameof(GoldenOptions.Folder)}, or run the test below the folder of its sources.")
            : new GoldenFiles(Path.GetDirectoryName(Path.GetFullPath(found))!, prefix, name);
    }

    /// <summary>Reads the golden file.</summary>
    /// <returns>Its lines; null when there is none.</returns>
    public IReadOnlyList<string>? Read() => File.Exists(Golden) ? File.ReadAllText(Golden).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n') : null;

    /// <summary>Makes lines the golden trace.</summary>
    /// <param name="lines">The lines.</param>
    public void Accept(IReadOnlyList<string> lines)
    {
        using RecorderFlow.Aside aside = RecorderFlow.StepAside();
        Write(Golden, lines);
        File.Delete(Received);
    }

    /// <summary>Puts what was received beside the golden file.</summary>
    /// <param name="lines">The lines.</param>
    /// <returns>Why it could not be written; null when it was.</returns>
    public string? Reject(IReadOnlyList<string> lines)
    {
        using RecorderFlow.Aside aside = RecorderFlow.StepAside();
        try
        {
            Write(Received, lines);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    /// <summary>Removes what an earlier run has received.</summary>
    public void Settle()
    {
        using RecorderFlow.Aside aside = RecorderFlow.StepAside();
        try
        {
            File.Delete(Received);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The folder cannot be written to: nothing of ours is there.
        }
    }

    private static void Write(string path, IReadOnlyList<string> lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllText(temporary, string.Join('\n', lines) + "\n", Encoding);
        File.Move(temporary, path, overwrite: true);
    }

    // The sources mostly lie above the program; the longest end of the path that is there is the file.
    private static string? FindAbove(string start, string[] parts)
    {
        for (int skipped = 0; skipped <= parts.Length - 2; skipped++)
        {
            string end = Path.Combine(parts[skipped..]);
            for (DirectoryInfo? directory = new(start); directory is not null; directory = directory.Parent)
            {
                string candidate = Path.Combine(directory.FullName, end);
                if (end.Length > 0 && !Path.IsPathRooted(end) && File.Exists(candidate))
                {
                    return candidate;
                }
            }
        }

        return null;
    }
}
