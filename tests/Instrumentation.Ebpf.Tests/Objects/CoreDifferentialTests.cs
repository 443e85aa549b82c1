using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Objects.Attaching;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Objects;

/// <summary>
/// The same program, compiled for two random layouts of a structure: adapted to the other layout, the first object has to be what the compiler makes of
/// the second.
/// </summary>
public sealed class CoreDifferentialTests
{
    private static readonly string[] Types = ["u8", "u16", "u32", "u64", "s32", "s64", "struct inner", "struct inner *", "enum shade", "number"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void CodeForOneLayout_AdaptedToAnother_IsTheCompilersOwn(int seed)
    {
        var random = new Random(seed);
        (string Name, string Type, string Suffix)[] members = [.. Enumerable.Range(0, 24).Select(i => Member(i, random))];
        using var first = new TemporaryDirectory();
        using var second = new TemporaryDirectory();
        using var mine = ElfFile.Open(Clang.Source(first, Source(members, random)));
        using var other = ElfFile.Open(Clang.Source(second, Source(members, random)));
        BtfFile target = TypesOf(other);

        Instruction[] compiled = MemoryMarshal.Cast<byte, Instruction>(other.ReadSection(other.FindSection("raw_tp/x")!.Value).Span).ToArray();
        Instruction[] own = Adapt(other, target), adapted = Adapt(mine, target), unchanged = Adapt(mine, TypesOf(mine));

        Assert.Equal(Text(compiled), Text(own));
        Assert.Equal(Text(compiled), Text(adapted));
        Assert.NotEqual(Text(compiled), Text(unchanged));
    }

    private static (string Name, string Type, string Suffix) Member(int number, Random random)
    {
        string name = $"m{number}";
        return random.Next(4) switch
        {
            0 => (name, random.Next(2) == 0 ? "u32" : "u64", $" : {random.Next(1, 20)}"),
            1 => (name, Types[random.Next(5)], $"[{random.Next(1, 9)}]"),
            _ => (name, Types[random.Next(Types.Length)], string.Empty),
        };
    }

    // A structure with the members in a random order, some in anonymous parts, others of its own between them.
    private static string Source((string Name, string Type, string Suffix)[] members, Random random)
    {
        (string Name, string Type, string Suffix)[] order = [.. members];
        random.Shuffle(order);
        var text = new StringBuilder("#include \"bpf.h\"\ntypedef unsigned short number;\nenum shade { DARK = 1, LIGHT = ");
        text.Append(random.Next(2, 100)).Append(" };\n");
        text.Append(random.Next(2) == 0 ? "struct inner { u32 a; u8 filler; u64 b; } TARGET_TYPE;\n" : "struct inner { u64 b; u32 filler[3]; u32 a; } TARGET_TYPE;\n");
        text.Append("struct thing {\n");
        bool isNested = false;
        for (int i = 0; i < order.Length; i++)
        {
            if (random.Next(5) == 0)
            {
                text.Append(isNested ? "};\n" : random.Next(3) == 0 ? "union {\n" : "struct {\n");
                isNested = !isNested;
            }

            if (random.Next(3) == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{Types[random.Next(6)]} filler{i};\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{order[i].Type} {order[i].Name}{order[i].Suffix};\n");
        }

        text.Append(isNested ? "};\n" : string.Empty).Append("} TARGET_TYPE;\nchar licence[] SEC(\"license\") = \"GPL\";\n");
        text.Append("SEC(\"raw_tp/x\") int f(u64 *context) {\nstruct thing *thing = (void *)context[0];\nvolatile u64 v = type_size(struct thing) + type_exists(struct thing);\n");
        text.Append("v += enum_value(enum shade, LIGHT) + enum_value_exists(enum shade, DARK);\n");
        foreach ((string name, string type, string suffix) in members)
        {
            if (suffix.StartsWith(" :", StringComparison.Ordinal))
            {
                // Into which bytes a bitfield is read is the compiler's choice, and some it does not take: they only move the others.
                continue;
            }

            text.Append(CultureInfo.InvariantCulture, $"v += field_exists(thing->{name});\n");
            text.Append(CultureInfo.InvariantCulture, $"v += field_offset(thing->{name}); v += field_size(thing->{name});\n");
            if (type[0] is 'u' or 's' && type.Length <= 3 && suffix.Length == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"v += field_signed(thing->{name}); v += thing->{name};\n");
            }
            else if (suffix.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"v += (u64)thing->{name}[0];\n");
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"v += (u64)thing->{name}{(type == "struct inner" ? ".b + thing->" + name + ".a" : type == "struct inner *" ? "->a" : string.Empty)};\n");
            }
        }

        return text.Append("return v;\n}\n").ToString();
    }

    private static BtfFile TypesOf(ElfFile file) => BtfFile.Parse(file.ReadSection(file.FindSection(".BTF")!.Value).ToArray(), file.Path);

    private static Instruction[] Adapt(ElfFile file, BtfFile target)
    {
        var plan = ObjectPlan.Make(file, new BpfObjectOptions(), () => target);
        Assert.Empty(plan.Object.Code.SelectMany(section => section.Poisoned.Values));
        return Assert.Single(plan.Programs).Code.Code;
    }

    private static string Text(Instruction[] code) => BpfCode.Of(code).ToString();
}
