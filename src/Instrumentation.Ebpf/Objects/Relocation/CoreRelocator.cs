using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Objects.Linking;

namespace Instrumentation.Ebpf.Objects.Relocation;

/// <summary>
/// Adapts an object's instructions to the types of the kernel that they shall run on (CO-RE). What the target does not have becomes an instruction
/// that the verifier refuses if it can be reached; programs that ask first whether a field exists never reach it.
/// </summary>
internal sealed class CoreRelocator
{
    // Far above what objects need: the kernel's largest structures have some hundred members.
    private const int MostSteps = 4_000_000;

    private readonly ObjectFile _object;
    private readonly BtfFile _types;
    private readonly CoreMatcher _matcher;
    private readonly Dictionary<(uint Type, uint Access, BtfRelocationKind Kind), CoreAnswer> _answers = [];
    private int _budget = MostSteps;

    private CoreRelocator(ObjectFile file, BtfFile types, BtfFile target)
    {
        _object = file;
        _types = types;
        _matcher = new CoreMatcher(target);
    }

    /// <summary>Adapts the instructions of an object.</summary>
    /// <param name="file">The object.</param>
    /// <param name="target">The types of the kernel; asked for only if there is something to adapt.</param>
    /// <exception cref="BadFileException">A relocation does not fit the object's types.</exception>
    /// <exception cref="BpfObjectException">What a relocation names is ambiguous in the target.</exception>
    public static void Run(ObjectFile file, Func<BtfFile> target)
    {
        if (file.Types is not { Extension: { } extension } types || extension.Relocations.All(section => section.Records.Count == 0))
        {
            return;
        }

        var relocator = new CoreRelocator(file, types.File, target());
        var sections = file.Code.DistinctBy(section => section.Name).ToDictionary(section => section.Name, StringComparer.Ordinal);
        foreach (BtfSectionRecords<BtfRelocation> records in extension.Relocations)
        {
            string name = records.NameIn(types.File);
            if (!sections.TryGetValue(name, out ObjectCode? section))
            {
                throw file.Wrong($"section {name}", "there are relocations for it, and it holds no instructions.", "Compile the object anew.");
            }

            foreach (BtfRelocation relocation in records.Records)
            {
                relocator.Apply(section, relocation);
            }
        }
    }

    private void Apply(ObjectCode section, BtfRelocation relocation)
    {
        const uint Slot = 8;
        if (relocation.InstructionOffset % Slot != 0 || relocation.InstructionOffset / Slot >= (uint)section.Code.Length)
        {
            throw new BadFileException(_object.Path, $"the CO-RE relocations of section {section.Name}", relocation.InstructionOffset, $"there is no such instruction: the section has {section.Code.Length}.");
        }

        int slot = (int)(relocation.InstructionOffset / Slot);
        if (!_answers.TryGetValue((relocation.TypeId, relocation.AccessOffset, relocation.Kind), out CoreAnswer? answer))
        {
            answer = Answer(CoreSpec.Parse(relocation, _types));
            _answers.Add((relocation.TypeId, relocation.AccessOffset, relocation.Kind), answer);
        }

        string? failure = answer.Target is { } target ? CorePatch.Apply(section.Code, slot, answer.Local, target) : answer.Failure;
        if (failure is not null)
        {
            CorePatch.Spoil(section.Code, slot);
            section.Poisoned[slot] = $"the relocation {answer.Spec}, which has no answer here: {failure}";
        }
    }

    private CoreAnswer Answer(CoreSpec spec)
    {
        if (spec.Kind == BtfRelocationKind.LocalTypeId)
        {
            CoreValue own = CoreValue.Of(spec, spec.Kind)!.Value;
            return new CoreAnswer(spec, own, own, null);
        }

        if (spec.Root.Peel().Kind == BtfKind.Void || spec.Root.NameUtf8.IsEmpty)
        {
            return new CoreAnswer(spec, default, null, "the type has no name that it could be found by");
        }

        if (CoreValue.Of(spec, spec.Kind) is not { } local)
        {
            return new CoreAnswer(spec, default, null, "the object's own types give it no meaning");
        }

        CoreValue? answer = null;
        long? offset = null;
        IReadOnlyList<BtfType> candidates = _matcher.Candidates(spec.Root);
        foreach (BtfType candidate in candidates)
        {
            CoreSpec? match = CoreMatcher.Match(spec, candidate, ref _budget);
            if (_budget <= 0)
            {
                throw _object.Wrong($"the relocation {spec}", "the types that it names are too many to be compared.", "Compile the object with fewer relocations.");
            }

            if (match is null || CoreValue.Of(match, spec.Kind) is not { } value)
            {
                continue;
            }

            if (answer is not null && (answer.Value.Value != value.Value || offset != match.BitOffset))
            {
                throw _object.Wrong($"the relocation {spec}", $"the target has several types of this name, and they answer {answer.Value.Value} and {value.Value}.", "Declare more of the structure, so that one of them fits.");
            }

            (answer, offset) = (answer ?? value, match.BitOffset);
        }

        if (answer is null && spec.AsksForExistence)
        {
            answer = new CoreValue(0, 0, null, true);
        }

        string why = candidates.Count == 0 ? $"the target has no type '{CoreSpec.WithoutFlavor(spec.Root.Name)}' of this kind" : "the target's type has no such part, or one of another kind";
        return new CoreAnswer(spec, local, answer, why);
    }

    private sealed record CoreAnswer(CoreSpec Spec, CoreValue Local, CoreValue? Target, string? Failure);
}
