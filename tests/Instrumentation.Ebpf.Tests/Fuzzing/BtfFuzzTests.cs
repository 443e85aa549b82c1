using System.Buffers.Binary;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Names;
using Instrumentation.Ebpf.Tests.Btf;

namespace Instrumentation.Ebpf.Tests.Fuzzing;

/// <summary>BTF that somebody broke, by accident or on purpose.</summary>
public sealed class BtfFuzzTests
{
    private static readonly NamePattern Everything = new("*");

    [Fact]
    public void MutationsOfTheKernelsFirstTypes_AreReadOrRefused() => Mutate(FirstTypes(60));

    [Fact]
    public void MutationsOfTypesOfEveryKind_AreReadOrRefused() => Mutate(BtfBuilderTests.BuildAll());

    [Fact]
    public void BeginningsOfTypesOfEveryKind_AreReadOrRefused() => Mutator.Truncate(BtfBuilderTests.BuildAll(), 1, ReadAll);

    [Fact]
    public void BeginningsOfTheKernelsFirstTypes_AreReadOrRefused() => Mutator.Truncate(FirstTypes(200), 1, ReadAll);

    [Fact]
    public void BeginningsOfTheKernelsTypes_AreReadOrRefused() => Mutator.Truncate(File.ReadAllBytes("/sys/kernel/btf/vmlinux"), 100_003, bytes => BtfFile.Parse(bytes, "fuzzed"));

    [Fact]
    public void FirstTypes_AreTheKernels()
    {
        BtfFile kernel = KernelBtf.Open();
        var first = BtfFile.Parse(FirstTypes(200), "first");

        Assert.Equal(201u, first.TypeCount);
        for (uint id = 1; id < first.TypeCount; id++)
        {
            Assert.Equal((kernel.GetType(id).Kind, kernel.GetType(id).Name, kernel.GetType(id).Count), (first.GetType(id).Kind, first.GetType(id).Name, first.GetType(id).Count));
        }
    }

    private static void Mutate(byte[] types)
    {
        int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(types.AsSpan(12));
        Mutator.Run(types, [(0, BtfLayout.HeaderSize), (BtfLayout.HeaderSize, length), (BtfLayout.HeaderSize, length)], Mutator.Count(15), ReadAll);
    }

    private static void ReadAll(byte[] bytes)
    {
        var file = BtfFile.Parse(bytes, "fuzzed");
        int read = file.Match(Everything, BtfKind.Struct).Count + file.Nearest("lsit_head", BtfKind.Struct).Count + file.FindAll("list_head").Count;
        read += BtfEnums.Find(file, "false") is null ? 0 : 1;
        InstrumentationException? refused = null;
        for (uint id = 1; id < file.TypeCount; id++)
        {
            try
            {
                read += Read(file.GetType(id));
            }
            catch (InstrumentationException exception)
            {
                // The first is enough: exceptions are slow, and the rest would say the same.
                refused = exception;
                break;
            }
        }

        GC.KeepAlive(read);
        if (refused is not null)
        {
            throw refused;
        }
    }

    private static int Read(BtfType type)
    {
        int read = BtfText.Of(type).Length + (int)BtfValue.Of(type).Kind + type.Complete().Count;
        switch (type.Kind)
        {
            case BtfKind.Struct or BtfKind.Union when type.Count > 0:
                foreach ((BtfType inner, int index, _) in BtfMembers.All(type))
                {
                    read += inner.GetMember(index).Type.Count;
                }

                break;
            case BtfKind.Enum or BtfKind.Enum64 when type.Count > 0:
                read += (int)type.GetEnumValue(type.Count - 1).Value;
                break;
            case BtfKind.FunctionPrototype when type.Count > 0:
                read += type.GetParameter(type.Count - 1).Type.Count;
                break;
            case BtfKind.DataSection when type.Count > 0:
                read += (int)type.GetVariable(0).Size;
                break;
            case BtfKind.Function:
                read += BtfFunction.Of(type).Parameters.Count;
                break;
        }

        return read;
    }

    // Types of the kernel with the strings that they use; what leads to later ones leads to the first.
    private static byte[] FirstTypes(uint count)
    {
        byte[] kernel = File.ReadAllBytes("/sys/kernel/btf/vmlinux");
        var layout = BtfLayout.Read(kernel, "vmlinux");
        var strings = new BtfStrings(0);
        var types = new List<byte>();
        int at = layout.TypesStart;
        for (uint id = 1; id <= count; id++)
        {
            var record = BtfRecord.Read(kernel, at);
            byte[] copy = kernel[at..(record.Parts + record.PartsSize)];
            Rename(0);
            if (record.Kind is not (BtfKind.Int or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float or BtfKind.DataSection or BtfKind.Forward))
            {
                Refer(8);
            }

            bool hasNamedParts = record.Kind is BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.FunctionPrototype;
            for (int part = BtfRecord.HeadSize; hasNamedParts && part < copy.Length; part += record.PartSize)
            {
                Rename(part);
                if (record.Kind is BtfKind.Struct or BtfKind.Union or BtfKind.FunctionPrototype)
                {
                    Refer(part + 4);
                }
            }

            if (record.Kind == BtfKind.Array)
            {
                Refer(12);
                Refer(16);
            }

            types.AddRange(copy);
            at = record.Parts + record.PartsSize;

            void Rename(int place) => BinaryPrimitives.WriteUInt32LittleEndian(
                copy.AsSpan(place),
                strings.Add(KernelBtfName(kernel, layout, BinaryPrimitives.ReadUInt32LittleEndian(copy.AsSpan(place)))));

            void Refer(int place)
            {
                if (BinaryPrimitives.ReadUInt32LittleEndian(copy.AsSpan(place)) > count)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(place), 1);
                }
            }
        }

        byte[] bytes = new byte[BtfLayout.HeaderSize + types.Count + strings.Length];
        kernel.AsSpan(0, BtfLayout.HeaderSize).CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)types.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), (uint)types.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), (uint)strings.Length);
        types.CopyTo(bytes, BtfLayout.HeaderSize);
        strings.CopyTo(bytes.AsSpan(BtfLayout.HeaderSize + types.Count));
        return bytes;
    }

    private static string KernelBtfName(byte[] kernel, BtfLayout layout, uint offset) =>
        new Files.StringTable(kernel.AsMemory(layout.StringsStart, layout.StringsLength)).TextAt(offset);
}
