using System.Globalization;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>Names the addresses of a process: by the perf map that its runtime writes, else by the symbols of the file that is mapped there.</summary>
/// <param name="processId">The process.</param>
/// <param name="files">The symbols of files.</param>
internal sealed class ProcessNames(int processId, NativeNames files)
{
    private readonly bool _isThis = processId == Environment.ProcessId;
    private readonly PerfMapFile _methods = new(PerfMapFile.PathOf(processId));
    private readonly Dictionary<ulong, (string Name, string Module, FrameKind Kind)> _known = [];
    private IReadOnlyList<ProcessMap> _maps = [];

    /// <summary>The process's name; empty when it had ended before it was asked.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Looks anew at what is mapped and compiled. What was known of a process that has ended is kept.</summary>
    public void Refresh()
    {
        if (StackNames.ReadOf(processId, "comm") is { Length: > 0 } name)
        {
            Name = name;
        }

        IReadOnlyList<ProcessMap> maps = ProcessMap.Read(processId.ToString(CultureInfo.InvariantCulture));
        if (maps.Count > 0)
        {
            _maps = maps;
            _methods.Refresh();
            _known.Clear();
        }
    }

    /// <summary>Names an address.</summary>
    /// <param name="address">The address.</param>
    /// <returns>Name, module and kind.</returns>
    public (string Name, string Module, FrameKind Kind) Find(ulong address)
    {
        if (!_known.TryGetValue(address, out (string Name, string Module, FrameKind Kind) found))
        {
            _known[address] = found = Look(address);
        }

        return found;
    }

    private (string Name, string Module, FrameKind Kind) Look(ulong address)
    {
        if (_methods.Find(address) is { } method)
        {
            (string name, string assembly) = PerfMapText.Parse(method);
            return (name, assembly, FrameKind.Managed);
        }

        if (MapOf(address) is not { } map || map.Path.Length == 0 || map.Path.StartsWith("/memfd:", StringComparison.Ordinal))
        {
            // Code without a file is a runtime's.
            return OfThisRuntime(address) is { } own ? (own, "", FrameKind.Managed) : ("[unknown]", "", FrameKind.Unknown);
        }

        string module = Path.GetFileName(map.Path);
        if (map.Inode == 0)
        {
            return (map.Path.StartsWith('[') ? map.Path : "[unknown]", "", FrameKind.Native);
        }

        if (files.Find(processId, map, address) is { } symbol)
        {
            return (symbol, module, FrameKind.Native);
        }

        // The assemblies of a program that is published as a single file are mapped from that file.
        bool isAssembly = module.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        return (isAssembly || map.Path == Environment.ProcessPath) && OfThisRuntime(address) is { } compiled
            ? (compiled, module, FrameKind.Managed)
            : ($"[{module}]", module, isAssembly ? FrameKind.Managed : FrameKind.Native);
    }

    // Code that was compiled ahead of time is in no perf map, but the .NET engine, where a probe on a method uses it, knows it.
    private string? OfThisRuntime(ulong address) => _isThis ? CodeAddress.Resolver?.Invoke(address) : null;

    private ProcessMap? MapOf(ulong address)
    {
        int low = 0;
        int high = _maps.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (address < _maps[middle].Start)
            {
                high = middle - 1;
            }
            else if (address >= _maps[middle].End)
            {
                low = middle + 1;
            }
            else
            {
                return _maps[middle];
            }
        }

        return null;
    }
}
