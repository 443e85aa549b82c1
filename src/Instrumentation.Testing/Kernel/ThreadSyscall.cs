using System.Globalization;

namespace Instrumentation.Testing.Kernel;

/// <summary>Which system call a thread of this process is in.</summary>
internal static class ThreadSyscall
{
    /// <summary>The call's number.</summary>
    /// <param name="thread">The operating system's id of the thread.</param>
    /// <returns>The number; null when the thread is in none, runs, is gone, or the kernel does not tell.</returns>
    public static long? Of(int thread)
    {
        try
        {
            string text = File.ReadAllText($"/proc/self/task/{thread.ToString(CultureInfo.InvariantCulture)}/syscall");
            int end = text.IndexOf(' ', StringComparison.Ordinal);
            return end > 0 && long.TryParse(text.AsSpan(0, end), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= 0 ? number : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
