namespace Instrumentation.Ebpf.Btf;

/// <summary>
/// The types that the running kernel describes itself with (/sys/kernel/btf). Its own are read once and kept as long as somebody uses them; a
/// module's are read anew each time: a module that was loaded again may have others.
/// </summary>
internal static class KernelBtf
{
    private const string Directory = "/sys/kernel/btf";
    private const string Kernel = "vmlinux";

    private static readonly Lock Gate = new();
    private static WeakReference<BtfFile>? _kernel;

    /// <summary>Whether the kernel describes its types.</summary>
    public static bool IsAvailable => File.Exists($"{Directory}/{Kernel}");

    /// <summary>The kernel's own types.</summary>
    /// <returns>The types.</returns>
    /// <exception cref="BadFileException">The kernel has none (it was built without CONFIG_DEBUG_INFO_BTF), or they cannot be read.</exception>
    public static BtfFile Open()
    {
        lock (Gate)
        {
            if (_kernel is not null && _kernel.TryGetTarget(out BtfFile? opened))
            {
                return opened;
            }

            opened = BtfFile.Open($"{Directory}/{Kernel}");
            _kernel = new WeakReference<BtfFile>(opened);
            return opened;
        }
    }

    /// <summary>The types of a kernel module, with those of the kernel underneath.</summary>
    /// <param name="module">The module's name, as in /proc/modules.</param>
    /// <returns>The types.</returns>
    /// <exception cref="BadFileException">The module is not loaded, or its types cannot be read.</exception>
    public static BtfFile OpenModule(string module) => BtfFile.Open($"{Directory}/{module}", Open());

    /// <summary>The modules that describe their types.</summary>
    /// <returns>Their names; none if the kernel describes nothing.</returns>
    public static IReadOnlyList<string> Modules()
    {
        try
        {
            return [.. System.IO.Directory.GetFiles(Directory).Select(path => Path.GetFileName(path)).Where(name => name != Kernel).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
