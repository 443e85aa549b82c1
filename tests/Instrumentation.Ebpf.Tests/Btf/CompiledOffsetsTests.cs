using System.Globalization;
using System.Text;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Btf;

/// <summary>
/// The C compiler and the resolver agree where members are: the kernel's types are written as a header by bpftool, and paths through some
/// hundred structures are compiled as offsetof and sizeof.
/// </summary>
public sealed class CompiledOffsetsTests
{
    private const int Structures = 600;
    private const int Depth = 4;

    [Fact]
    public void Paths_AreWhereTheCompilerPutsThem()
    {
        BtfFile kernel = KernelBtf.Open();
        List<(string Structure, string Path)> paths = Choose(kernel);
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["vmlinux.h"], Tool.Run("bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c"));
        var source = new StringBuilder("#include \"vmlinux.h\"\nconst unsigned long places[][3] = {\n");
        foreach ((string structure, string path) in paths)
        {
            source.Append(CultureInfo.InvariantCulture, $"{{ __builtin_offsetof(struct {structure}, {path}), sizeof(((struct {structure} *)0)->{path}), sizeof(struct {structure}) }},\n");
        }

        source.Append("};\nextern int printf(const char *, ...);\nint main(void) { for (int i = 0; i < ").Append(paths.Count).Append("; i++) printf(\"%lu %lu %lu\\n\", places[i][0], places[i][1], places[i][2]); }\n");
        File.WriteAllText(directory["x.c"], source.ToString());
        Tool.Run("gcc", "-w", "-O0", "-fno-builtin", "-o", directory["x"], directory["x.c"]);
        string[] theirs = Tool.Run(directory["x"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(paths.Count, theirs.Length);
        Assert.True(paths.Count > 3_000, $"{paths.Count} paths");

        // A header cannot force every alignment that the kernel's source forces: what lies in a structure that the compiler makes of another
        // size than the kernel's cannot be compared.
        var other = new List<string>();
        for (int i = 0; i < theirs.Length; i++)
        {
            (string structure, string path) = paths[i];
            BtfType root = kernel.Find(structure, BtfKind.Struct)!.Value;
            BtfAccess access = BtfResolver.Resolve(root, path);
            long[] numbers = [.. theirs[i].Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
            string full = $"{structure}.{path}";
            if (numbers[2] != root.ByteSize() || (access.Value.Kind == BtfValueKind.Composite && numbers[1] != access.Value.Size) || other.Exists(known => full.StartsWith(known, StringComparison.Ordinal)))
            {
                other.Add(full);
                continue;
            }

            Assert.Equal($"{full} {numbers[0]} {numbers[1]}", $"{full} {Assert.Single(access.Steps).Offset} {access.Value.Size}");
        }

        Assert.True(other.Count < paths.Count / 20, $"{other.Count} of {paths.Count} paths lie in structures of other sizes: {string.Join(", ", other.Take(20))}");
        TestContext.Current.SendDiagnosticMessage($"{paths.Count - other.Count} of {paths.Count} paths compared");
    }

    // Paths without pointers, as offsetof has them, through structures inside of structures, arrays and what is anonymous.
    private static List<(string Structure, string Path)> Choose(BtfFile kernel)
    {
        var random = new Random(11);
        var paths = new List<(string, string)>();
        string[] names = [.. Enumerable.Range(1, (int)kernel.TypeCount - 1).Select(id => kernel.GetType((uint)id)).Where(type => type.Kind == BtfKind.Struct && type.Count > 0 && type.Name.Length > 0).Select(type => type.Name).Distinct()];
        foreach (string name in names.OrderBy(_ => random.Next()).Take(Structures).Prepend("task_struct"))
        {
            // Of a name that two structures have, the header has only one under it.
            if (kernel.FindAll(name).Count(type => type.Kind == BtfKind.Struct) != 1)
            {
                continue;
            }

            foreach ((BtfType type, int index, _) in BtfMembers.All(kernel.Find(name, BtfKind.Struct)!.Value))
            {
                Add(type.GetMember(index), string.Empty, Depth);
            }

            void Add(BtfMember member, string prefix, int depth)
            {
                BtfType bare = member.Type.Peel();
                if (member.BitSize != 0)
                {
                    return;
                }

                string path = prefix + member.Name;
                while (bare is { Kind: BtfKind.Array, Length: > 0 })
                {
                    path += string.Create(CultureInfo.InvariantCulture, $"[{random.Next((int)bare.Length)}]");
                    bare = bare.Target.Peel();
                }

                if (bare.Kind == BtfKind.Array)
                {
                    return;
                }

                paths.Add((name, path));
                (BtfType Type, int Index, uint)[] inner = bare.IsComposite && depth > 0 ? [.. BtfMembers.All(bare)] : [];
                if (inner.Length > 0)
                {
                    (BtfType type, int index, _) = inner[random.Next(inner.Length)];
                    Add(type.GetMember(index), path + ".", depth - 1);
                }
            }
        }

        return paths;
    }
}
