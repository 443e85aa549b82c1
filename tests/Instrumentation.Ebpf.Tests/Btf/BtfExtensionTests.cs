using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Btf;

/// <summary>What clang says of a BPF object's instructions.</summary>
public sealed class BtfExtensionTests
{
    private const string Source = """
        typedef unsigned int u32;
        struct kernel_task { int pid; int tgid; struct kernel_task *real_parent; char comm[16]; unsigned flag : 3; } __attribute__((preserve_access_index));
        enum color { RED = 1, GREEN = 7 };
        static long (*probe_read_kernel)(void *, u32, const void *) = (void *)113;
        __attribute__((section("raw_tp/first"), used)) int first(void **context)
        {
            struct kernel_task *task = context[0];
            int tgid = 0;
            probe_read_kernel(&tgid, sizeof(tgid), &task->real_parent->tgid);
            return tgid;
        }
        __attribute__((section("raw_tp/second"), used)) int second(void **context)
        {
            struct kernel_task *task = context[0];
            return __builtin_preserve_field_info(task->flag, 4) + __builtin_btf_type_id(*task, 1) + __builtin_preserve_type_info(*task, 1)
                + __builtin_preserve_enum_value(*(enum color *)GREEN, 1) + __builtin_preserve_field_info(task->comm[3], 0)
                + __builtin_preserve_field_info(task->pid, 2);
        }
        """;

    [Fact]
    public void Relocations_OfAnObject_AreWhatItsSourceAsksFor()
    {
        (BtfFile types, BtfExtension extension) = Read();

        Assert.Equal(["raw_tp/first", "raw_tp/second"], extension.Relocations.Select(section => section.NameIn(types)));
        Assert.Equal(["FieldByteOffset kernel_task 0.2", "FieldByteOffset kernel_task 0.1"], extension.Relocations[0].Records.Select(Describe));
        Assert.Equal(
            ["EnumValue color 1", "FieldByteOffset kernel_task 0.3.3", "FieldExists kernel_task 0.0", "FieldLeftShift kernel_task 0.4", "TargetTypeId kernel_task 0", "TypeSize kernel_task 0"],
            extension.Relocations[1].Records.Select(Describe).Order(StringComparer.Ordinal));
        Assert.All(extension.Relocations.SelectMany(section => section.Records), record => Assert.Equal(0u, record.InstructionOffset % 8));

        string Describe(BtfRelocation record) => $"{record.Kind} {types.GetType(record.TypeId).Name} {string.Join('.', BtfExtension.ReadAccess(record, types))}";
    }

    [Fact]
    public void FunctionsAndLines_OfAnObject_AreThoseOfItsSource()
    {
        (BtfFile types, BtfExtension extension) = Read();

        Assert.Equal(["first", "second"], extension.Functions.Select(section => types.GetType(Assert.Single(section.Records).TypeId).Name));
        BtfLineInfo line = extension.Lines[0].Records.First(record => record.Line == 9);
        Assert.Equal("x.c", Path.GetFileName(Text(line.FileOffset)));
        Assert.Contains("probe_read_kernel", Text(line.TextOffset), StringComparison.Ordinal);
        Assert.InRange(line.Column, 1, 100);

        string Text(uint offset) => Files.StringTable.Text(types.NameAt(offset));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(23)]
    [InlineData(40)]
    public void CutOff_IsAnError(int length)
    {
        (BtfFile types, _) = Read();

        Assert.Throws<BadFileException>(() => BtfExtension.Read(Extension()[..length], types));
    }

    /// <summary>Compiles the object.</summary>
    /// <returns>Its bytes.</returns>
    internal static byte[] Compile()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["x.c"], Source);
        Tool.Run("clang", "-target", "bpf", "-g", "-O2", "-c", directory["x.c"], "-o", directory["x.o"]);
        return File.ReadAllBytes(directory["x.o"]);
    }

    private static byte[] Extension()
    {
        using var file = ElfFile.Parse(Compile(), "x.o");
        return file.ReadSection(file.FindSection(".BTF.ext")!.Value).ToArray();
    }

    private static (BtfFile Types, BtfExtension Extension) Read()
    {
        using var file = ElfFile.Parse(Compile(), "x.o");
        Assert.Equal((ElfType.Relocatable, ElfMachine.Bpf), (file.Type, file.Machine));
        var types = BtfFile.Parse(file.ReadSection(file.FindSection(".BTF")!.Value).ToArray(), "x.o");
        return (types, BtfExtension.Read(file.ReadSection(file.FindSection(".BTF.ext")!.Value).Span, types));
    }
}
