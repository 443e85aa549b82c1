using System.Diagnostics.CodeAnalysis;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Objects.Attaching;
using Instrumentation.Ebpf.Objects.Linking;
using Instrumentation.Ebpf.RingBuffer;

namespace Instrumentation;

/// <summary>
/// A BPF object file that somebody compiled (clang -target bpf -g -O2 -c), loaded: its maps, its programs and its global variables. Field accesses are
/// adapted to the running kernel's types (CO-RE). Disposing detaches everything and takes all of it out of the kernel.
/// </summary>
public sealed partial class BpfObject : IDisposable
{
    private readonly List<IDisposable> _owned;
    private readonly HashSet<BpfAttachment> _attachments = [];
    private readonly Dictionary<string, ObjectRing> _rings = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, ObjectVariable> _variables;
    private readonly IReadOnlyList<DataMemory> _memory;
    private readonly Lock _lock = new();
    private bool _isDisposed;

    private BpfObject(ObjectPlan plan, ObjectLoader loader)
    {
        Path = plan.Object.Path;
        License = plan.Object.License;
        Warnings = loader.Warnings;
        _owned = loader.Owned;
        _variables = plan.Object.Variables;
        _memory = loader.Memory;
        var maps = new Dictionary<string, BpfObjectMap>(StringComparer.Ordinal);
        foreach ((string name, BpfMap map) in plan.Object.Maps.Select(map => map.Name).Concat(plan.Object.Data.Select(section => section.Name)).Zip(loader.Maps.Concat(loader.Data)))
        {
            maps.TryAdd(name, new BpfObjectMap(name, map));
            if (map is BpfRingBuffer ring)
            {
                _rings.TryAdd(name, new ObjectRing(ring));
            }
        }

        Maps = maps;
        var programs = new Dictionary<string, BpfObjectProgram>(StringComparer.Ordinal);
        foreach (PlannedProgram planned in plan.Programs)
        {
            string name = planned.Code.Entry.Name;
            programs.Add(name, new BpfObjectProgram(name, planned.Section, loader.Load(planned), Path, Keep));
        }

        Programs = programs;
    }

    /// <summary>The object's path.</summary>
    public string Path { get; }

    /// <summary>The licence that the programs say they are under.</summary>
    public string License { get; }

    /// <summary>The programs, by the names of their functions.</summary>
    public IReadOnlyDictionary<string, BpfObjectProgram> Programs { get; }

    /// <summary>The maps, by name; among them the sections of global variables, as <c>.bss</c>.</summary>
    public IReadOnlyDictionary<string, BpfObjectMap> Maps { get; }

    /// <summary>What this kernel did not take although the programs work without it.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads an object file, adapts it to the running kernel, makes its maps and loads its programs. Nothing is attached yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is loaded; null for the defaults.</param>
    /// <returns>The object.</returns>
    /// <exception cref="BadFileException">The file cannot be read, or is damaged.</exception>
    /// <exception cref="BpfObjectException">It asks for what cannot be given: which section, symbol or relocation, and why.</exception>
    /// <exception cref="ProgramRefusedException">The verifier refused a program: at which line of source, and the whole log.</exception>
    /// <exception cref="KernelCallException">The kernel refused something else, for example because rights are missing.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The object is handed to the caller, who disposes it.")]
    public static BpfObject Load(string path, BpfObjectOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var elf = ElfFile.Open(path);
        return Load(elf, options ?? new BpfObjectOptions());
    }

    /// <summary>Loads an object.</summary>
    /// <param name="elf">The file; it is not needed afterwards.</param>
    /// <param name="options">How it is loaded.</param>
    /// <returns>The object.</returns>
    internal static BpfObject Load(ElfFile elf, BpfObjectOptions options)
    {
        var plan = ObjectPlan.Make(elf, options, () => options.TargetTypes is { } types ? BtfFile.Open(types) : KernelBtf.Open());
        ObjectLoader loader = new(plan);
        try
        {
            loader.MakeMaps();
            return new BpfObject(plan, loader);
        }
        catch
        {
            DisposeAll(loader.Owned);
            throw;
        }
    }

    /// <summary>Attaches every program whose section says what it is attached to. All or none.</summary>
    /// <returns>The attachments; the object keeps them as well.</returns>
    /// <exception cref="InstrumentationException">One of them cannot be attached; those before it are detached again.</exception>
    public IReadOnlyList<BpfAttachment> AttachAll()
    {
        var attachments = new List<BpfAttachment>();
        try
        {
            foreach (BpfObjectProgram program in Programs.Values.Where(program => program.Parsed.Target.Length > 0))
            {
                attachments.Add(program.Attach());
            }
        }
        catch
        {
            attachments.ForEach(static attachment => attachment.Dispose());
            throw;
        }

        return attachments;
    }

    /// <summary>A map, its elements as values of C# types.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="name">The map's name.</param>
    /// <returns>The map.</returns>
    /// <exception cref="BpfObjectException">There is no such map, or its elements have other sizes.</exception>
    public BpfObjectMap<TKey, TValue> GetMap<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        BpfObjectMap map = GetMap(name);
        (int key, int value) = (System.Runtime.CompilerServices.Unsafe.SizeOf<TKey>(), System.Runtime.CompilerServices.Unsafe.SizeOf<TValue>());
        return map.KeySize == key && map.ValueSize == value
            ? new BpfObjectMap<TKey, TValue>(map)
            : throw new BpfObjectException(
                Path, $"map {name}", $"its keys have {map.KeySize} bytes and its values {map.ValueSize}; {typeof(TKey).Name} has {key}, and {typeof(TValue).Name} {value}.", "Use types that are laid out as those of the program.");
    }

    /// <summary>A map, its elements as bytes.</summary>
    /// <param name="name">The map's name.</param>
    /// <returns>The map.</returns>
    /// <exception cref="BpfObjectException">There is no such map.</exception>
    public BpfObjectMap GetMap(string name) => Maps.TryGetValue(name, out BpfObjectMap? map) ? map : throw ObjectNames.Missing(Path, "map", name, Maps.Keys);

    /// <summary>A program.</summary>
    /// <param name="name">The name of its function.</param>
    /// <returns>The program.</returns>
    /// <exception cref="BpfObjectException">There is no such program.</exception>
    public BpfObjectProgram GetProgram(string name) =>
        Programs.TryGetValue(name, out BpfObjectProgram? program) ? program : throw ObjectNames.Missing(Path, "program", name, Programs.Keys);

    /// <inheritdoc/>
    public void Dispose()
    {
        BpfAttachment[] attachments;
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            attachments = [.. _attachments];
        }

        Array.ForEach(attachments, static attachment => attachment.Dispose());
        foreach (ObjectRing ring in _rings.Values)
        {
            ring.Dispose();
        }

        DisposeAll(_owned);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {Programs.Count} programs, {Maps.Count} maps";

    private static void DisposeAll(List<IDisposable> owned)
    {
        for (int i = owned.Count - 1; i >= 0; i--)
        {
            owned[i].Dispose();
        }
    }

    private void Keep(BpfAttachment attachment)
    {
        lock (_lock)
        {
            if (!_isDisposed)
            {
                _attachments.Add(attachment);
                attachment.Released = Release;
                return;
            }
        }

        attachment.Dispose();
        throw new ObjectDisposedException(nameof(BpfObject));
    }

    private void Release(BpfAttachment attachment)
    {
        lock (_lock)
        {
            _attachments.Remove(attachment);
        }
    }
}
