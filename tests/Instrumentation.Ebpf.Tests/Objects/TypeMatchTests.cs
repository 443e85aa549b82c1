using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Objects.Relocation;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Objects;

/// <summary>Whether a type of an object fits one of the target, as type_matches and type_exists ask; the types come from the compiler.</summary>
public sealed class TypeMatchTests
{
    [Theory]
    [InlineData("struct t { int a; char *b; };", "struct t { long c; char *b; int a; };", true)]
    [InlineData("struct t { int a; };", "struct t { int b; long c; };", false)]
    [InlineData("struct t { unsigned a; };", "struct t { int a; };", false)]
    [InlineData("struct t { u64 a; };", "struct t { u32 a; };", false)]
    [InlineData("struct q { int z; }; struct t { struct q *p; };", "struct q { long other; }; struct t { struct q *p; };", true)]
    [InlineData("struct q { int z; }; struct t { struct q p; };", "struct q { long other; }; struct t { struct q p; };", false)]
    [InlineData("struct q; struct t { struct q *p; };", "struct q { long other; }; struct t { struct q *p; };", true)]
    [InlineData("struct q; struct t { struct q *p; };", "struct r { long other; }; struct t { struct r *p; };", false)]
    [InlineData("union q; struct t { union q *p; };", "struct q { long other; }; struct t { struct q *p; };", false)]
    [InlineData("struct t { int a[3]; };", "struct t { int a[3]; int b; };", true)]
    [InlineData("struct t { int a[3]; };", "struct t { int a[4]; };", false)]
    [InlineData("enum e { A = 1 }; struct t { enum e a; };", "enum e { B, A }; struct t { enum e a; };", true)]
    [InlineData("enum e { A, C }; struct t { enum e a; };", "enum e { B, A }; struct t { enum e a; };", false)]
    [InlineData("struct t { int (*f)(int, char *); };", "struct t { int (*f)(int, char *); };", true)]
    [InlineData("struct t { int (*f)(int); };", "struct t { int (*f)(int, char *); };", false)]
    public void Matches_AsItsMembersDo(string local, string target, bool expected)
    {
        int budget = 1000;

        Assert.Equal(expected, CoreTypes.Match(Compile(local), Compile(target), ref budget));
        Assert.InRange(budget, 900, 999);
    }

    [Fact]
    public void Existence_AsksForTheKindAlone_AndABudgetEndsIt()
    {
        BtfType local = Compile("struct t { int a; };"), target = Compile("struct t { long b; };"), union = Compile("union t { long b; };");
        int budget = 1000, none = 1;

        Assert.True(CoreTypes.AreCompatible(local, target, ref budget));
        Assert.False(CoreTypes.AreCompatible(local, union, ref budget));
        Assert.False(CoreTypes.Match(local, local, ref none));
    }

    private static BtfType Compile(string declaration)
    {
        using var directory = new TemporaryDirectory();
        string kind = declaration.Contains("struct t", StringComparison.Ordinal) ? "struct" : "union";
        using var elf = ElfFile.Open(Clang.Source(directory, $"#include \"bpf.h\"\n{declaration}\n{kind} t variable;\n"));
        var types = BtfFile.Parse(elf.ReadSection(elf.FindSection(".BTF")!.Value).ToArray(), elf.Path);
        return types.Find("t", kind == "struct" ? BtfKind.Struct : BtfKind.Union)!.Value;
    }
}
