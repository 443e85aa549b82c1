namespace Instrumentation.Ebpf.Elf;

/// <summary>Whether a file is the library that a short name means.</summary>
internal static class LibraryName
{
    /// <summary>
    /// How well a file's name fits a library's: <c>libc.so.6</c> is meant by itself, by <c>libc.so</c>, <c>libc</c> and <c>c</c>.
    /// </summary>
    /// <param name="wanted">The name that was asked for.</param>
    /// <param name="file">The file's name without its directory.</param>
    /// <returns>0 if it is not meant; else the higher, the better it fits.</returns>
    public static int Fit(string wanted, string file)
    {
        if (file == wanted)
        {
            return 4;
        }

        if (wanted.Length == 0 || !file.StartsWith("lib", StringComparison.Ordinal) || !file.Contains(".so", StringComparison.Ordinal))
        {
            return 0;
        }

        // libc.so -> libc.so.6, libc -> libc.so.6 or, as glibc had it until 2.33, libc-2.31.so.
        if (wanted.Contains(".so", StringComparison.Ordinal))
        {
            return file.StartsWith(wanted, StringComparison.Ordinal) && file[wanted.Length] == '.' ? 3 : 0;
        }

        return FitStem(wanted, file, 3) is var fit and > 0 ? fit : FitStem("lib" + wanted, file, 2);
    }

    private static int FitStem(string stem, string file, int fit)
    {
        if (!file.StartsWith(stem, StringComparison.Ordinal))
        {
            return 0;
        }

        ReadOnlySpan<char> rest = file.AsSpan(stem.Length);
        if (rest is ".so" || rest.StartsWith(".so."))
        {
            return fit;
        }

        return rest.Length > 1 && rest[0] == '-' && char.IsAsciiDigit(rest[1]) ? fit - 1 : 0;
    }
}
