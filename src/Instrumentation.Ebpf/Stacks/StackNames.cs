using System.Globalization;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>Names the addresses of stacks. What a process that has ended had mapped stays known, if it was asked for before.</summary>
internal sealed class StackNames
{
    private readonly Dictionary<int, ProcessNames> _processes = [];
    private readonly NativeNames _files = new();
    private KernelNames? _kernel;

    /// <summary>Looks anew at what processes have mapped, and at the methods that their runtimes have compiled.</summary>
    public void Refresh()
    {
        foreach (ProcessNames process in _processes.Values)
        {
            process.Refresh();
        }
    }

    /// <summary>The name of a process.</summary>
    /// <param name="processId">Its id.</param>
    /// <returns>The name as the kernel knows it; empty when the process had ended before it was asked.</returns>
    public string NameOf(int processId) => Of(processId).Name;

    /// <summary>Names an address of the kernel.</summary>
    /// <param name="address">The address.</param>
    /// <param name="isCaller">Whether it is where a call returns to: the call itself is before it.</param>
    /// <returns>The frame.</returns>
    public ProfiledFrame InKernel(ulong address, bool isCaller)
    {
        _kernel ??= KernelNames.Read();
        return _kernel.Find(isCaller ? address - 1 : address) is { } found
            ? new ProfiledFrame(found.Name, found.Module, FrameKind.Kernel, address)
            : new ProfiledFrame("[kernel]", "kernel", FrameKind.Kernel, address);
    }

    /// <summary>Names an address of a process.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="address">The address.</param>
    /// <param name="isCaller">Whether it is where a call returns to.</param>
    /// <returns>The frame.</returns>
    public ProfiledFrame InProcess(int processId, ulong address, bool isCaller)
    {
        (string name, string module, FrameKind kind) = Of(processId).Find(isCaller ? address - 1 : address);
        return new ProfiledFrame(name, module, kind, address);
    }

    private ProcessNames Of(int processId)
    {
        if (!_processes.TryGetValue(processId, out ProcessNames? process))
        {
            _processes[processId] = process = new ProcessNames(processId, _files);
            process.Refresh();
        }

        return process;
    }

    /// <summary>Reads a small file of /proc.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="file">The file's name in the process's directory.</param>
    /// <returns>Its text without white space around; null when the process has ended.</returns>
    internal static string? ReadOf(int processId, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/{file}")).Trim();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
