using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Objects.Attaching;
using Instrumentation.Ebpf.Tests.Fuzzing;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Objects;

/// <summary>Objects that somebody broke: read, adapted and linked, and some of them offered to the kernel.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ObjectLoadFuzzTests
{
    private static readonly BpfObjectOptions Small = new() { MaximumMapBytes = 1 << 20 };

    private static readonly string[] Parts = [".BTF", ".BTF.ext", ".symtab", ".maps", ".reluprobe", ".relraw_tp/square", ".relraw_tp/sys_enter", "raw_tp/square", "raw_tp/sys_enter", ".text", ".strtab"];

    [Theory]
    [InlineData("sampler")]
    [InlineData("taskinfo")]
    public void Mutations_ArePlannedOrRefused(string sample)
    {
        var target = KernelBtf.Open();
        byte[] bytes = Compile(sample);
        Mutator.Run(bytes, Places(bytes), Mutator.Count(5), Plan);
        Mutator.Truncate(bytes, 7, Plan);

        void Plan(byte[] mutated)
        {
            using var elf = ElfFile.Parse(mutated, "fuzzed");
            var plan = ObjectPlan.Make(elf, Small, () => target);
            foreach (PlannedProgram program in plan.Programs)
            {
                GC.KeepAlive(plan.Records.NotesOf(program.Code).Count + plan.Records.FunctionsOf(program.Code).Length + plan.Records.LinesOf(program.Code).Length);
            }
        }
    }

    [Theory]
    [InlineData("sampler")]
    [InlineData("taskinfo")]
    [InlineData("execcount")]
    public void Mutations_LeaveNothingInTheKernel(string sample)
    {
        Require.Bpf();
        byte[] bytes = Compile(sample);
        ObjectCounts before = Settled.Counts();
        Mutator.Run(bytes, Places(bytes), Math.Max(100, Mutator.Count(1) / 10), Load);

        Assert.Equal(before, ObjectCounts.OfProcess());

        static void Load(byte[] mutated)
        {
            using var elf = ElfFile.Parse(mutated, "fuzzed");
            using var loaded = BpfObject.Load(elf, Small);
        }
    }

    private static byte[] Compile(string sample)
    {
        using var directory = new TemporaryDirectory();
        return File.ReadAllBytes(Clang.Sample(directory, sample));
    }

    private static List<(int Start, int Length)> Places(byte[] bytes)
    {
        using var elf = ElfFile.Parse(bytes, "whole");
        List<(int, int)> places = [(0, 64)];
        foreach (ElfSection section in elf.Sections)
        {
            if (Parts.Contains(elf.NameOf(section)) && section.Size > 0)
            {
                places.Add(((int)section.Offset, (int)section.Size));
            }
        }

        return places;
    }
}
