using System.Collections.Immutable;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Objects.Linking;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.RingBuffer;

namespace Instrumentation.Ebpf.Objects.Attaching;

/// <summary>Makes the maps of a plan and loads its programs. What it made is in <see cref="Owned"/>, also after a failure.</summary>
/// <param name="plan">The plan.</param>
internal sealed class ObjectLoader(ObjectPlan plan)
{
    private readonly List<BpfMap> _maps = [];
    private readonly List<BpfMap> _data = [];
    private readonly List<DataMemory> _memory = [];
    private BtfHandle? _types;

    /// <summary>All that was made, in order.</summary>
    public List<IDisposable> Owned { get; } = [];

    /// <summary>What the kernel did not take and the object can do without.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The maps, in the order of the object's.</summary>
    public IReadOnlyList<BpfMap> Maps => _maps;

    /// <summary>The maps of variables, in the order of the object's sections.</summary>
    public IReadOnlyList<BpfMap> Data => _data;

    /// <summary>The memory of the variables, in the same order.</summary>
    public IReadOnlyList<DataMemory> Memory => _memory;

    /// <summary>Loads the object's types and makes its maps.</summary>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public void MakeMaps()
    {
        if (plan.Object.Types is { } types)
        {
            try
            {
                _types = BtfLoader.Load(types.ForKernel);
                Owned.Add(_types);
            }
            catch (KernelCallException refused)
            {
                // Maps and programs do without, unless they call functions back; then the verifier says so.
                Warnings.Add($"The kernel did not take the object's types. {refused.Message}");
            }
        }

        foreach (ObjectMapDefinition map in plan.Object.Maps)
        {
            _maps.Add(Keep(Make(map)));
        }

        foreach (ObjectData section in plan.Object.Data)
        {
            _data.Add(Keep(Make(section)));
            _memory.Add(Keep(DataMemory.Map(_data[^1], !section.IsReadOnly)));
        }
    }

    /// <summary>Loads a program.</summary>
    /// <param name="planned">The program.</param>
    /// <returns>The loaded program.</returns>
    /// <exception cref="BpfObjectException">What it is attached to is not in the kernel's types.</exception>
    /// <exception cref="ProgramRefusedException">The kernel refused it.</exception>
    public BpfProgram Load(PlannedProgram planned)
    {
        LinkedProgram linked = planned.Code;
        BpfCode code = new(
            [.. linked.Code],
            [.. linked.References.Select(reference => reference.IsData
                ? new MapReference(reference.Slot, _data[reference.Number].Handle, plan.Object.Data[reference.Number].Name)
                : new MapReference(reference.Slot, _maps[reference.Number].Handle, plan.Object.Maps[reference.Number].Name))],
            [.. linked.Functions.Select(function => new FunctionStart(function.Function.Name, function.Slot))],
            plan.Records.NotesOf(linked));
        ImmutableArray<FunctionInfo> functions = _types is null ? [] : plan.Records.FunctionsOf(linked);
        ProgramDescription description = new(planned.Section.Type, code)
        {
            Name = linked.Entry.Name,
            ExpectedAttachType = planned.Section.AttachType,
            AttachBtfId = planned.Section.IsTyped ? TargetOf(planned) : 0,
            Btf = functions.IsEmpty ? null : _types,
            Functions = functions,
            Lines = functions.IsEmpty ? [] : plan.Records.LinesOf(linked),
            Flags = planned.Section.IsSleepable ? ProgramFlags.Sleepable : ProgramFlags.None,
            License = plan.Object.License,
        };
        try
        {
            return Keep(BpfProgram.Load(description));
        }
        catch (ProgramRefusedException refused)
        {
            string mend = refused.IsPolicy ? refused.Mend : "Change the program's source there; the property Log has all that the verifier said.";
            throw new ProgramRefusedException(refused.ErrorNumber, refused.Log, refused.Instruction, $"{refused.What} of '{plan.Object.Path}'", refused.Why, mend);
        }
    }

    private static BpfMap Create(MapDescription description)
    {
        if (description.Btf is null)
        {
            return new BpfRawMap(description);
        }

        try
        {
            return new BpfRawMap(description);
        }
        catch (KernelCallException refused) when (KernelErrors.MeansUnsupported(refused.ErrorNumber) && description.Type != MapType.TaskStorage)
        {
            // Some kinds of maps take no types, and which ones differs between kernels.
            return new BpfRawMap(description with { Btf = null, KeyTypeId = 0, ValueTypeId = 0 });
        }
    }

    private BpfMap Make(ObjectMapDefinition map)
    {
        if ((MapType)map.Type == MapType.RingBuffer && map.Flags == 0)
        {
            return new BpfRingBuffer(map.Capacity, map.Name);
        }

        int capacity = (MapType)map.Type is MapType.RingBuffer or MapType.UserRingBuffer ? BpfRingBuffer.RoundUp(map.Capacity) : map.Capacity;
        return Create(new MapDescription((MapType)map.Type, map.KeySize, map.ValueSize, capacity)
        {
            Name = map.Name,
            Flags = (MapFlags)map.Flags,
            Btf = map is { KeyType: 0, ValueType: 0 } ? null : _types,
            KeyTypeId = map.KeyType,
            ValueTypeId = map.ValueType,
        });
    }

    private BpfMap Make(ObjectData section)
    {
        uint type = _types is null ? 0 : plan.Object.Types?.File.Find(section.Name, BtfKind.DataSection)?.Id ?? 0;
        MapDescription description = new(MapType.Array, sizeof(int), section.Size, 1)
        {
            Name = section.Name,
            Flags = MapFlags.Mappable | (section.IsReadOnly ? MapFlags.ReadOnlyForPrograms : MapFlags.None),
            Btf = type == 0 ? null : _types,
            ValueTypeId = type,
        };
        BpfMap map = Create(description);
        try
        {
            if (section.Content is not null)
            {
                ((BpfRawMap)map).Set(new byte[sizeof(int)], section.Content);
            }

            if (section.IsReadOnly)
            {
                map.Freeze();
            }

            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    private uint TargetOf(PlannedProgram planned)
    {
        ProgramSection section = planned.Section;
        var kernel = KernelBtf.Open();
        bool isFunction = section.AttachType != AttachType.TraceRawTracepoint;
        (string name, BtfKind kind) = isFunction ? (section.Target, BtfKind.Function) : ($"btf_trace_{section.Target}", BtfKind.Typedef);
        if (kernel.Find(name, kind) is { } type)
        {
            return type.Id;
        }

        IReadOnlyList<string> nearest = kernel.Nearest(name, kind);
        string near = string.Join(", or ", nearest.Select(found => isFunction ? found : found.Replace("btf_trace_", string.Empty, StringComparison.Ordinal)));
        throw plan.Object.Wrong(
            $"program {planned.Code.Entry.Name} in section {section.Name}", $"the kernel's types have no {(isFunction ? "function" : "tracepoint")} '{section.Target}'.", near.Length == 0 ? "Look for it with bpftool btf dump." : $"Did you mean {near}?");
    }

    private T Keep<T>(T made)
        where T : IDisposable
    {
        Owned.Add(made);
        return made;
    }
}
