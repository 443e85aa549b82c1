using Instrumentation.Ebpf.Btf;

namespace Instrumentation.Ebpf.Tests.Btf;

/// <summary>What the builder writes, the reader reads.</summary>
public sealed class BtfBuilderTests
{
    [Fact]
    public void EveryKind_ComesBackAsItWasAdded()
    {
        var file = BtfFile.Parse(BuildAll(), "built");

        Assert.Equal("int", Type("int", BtfKind.Int).Name);
        Assert.True(Type("int", BtfKind.Int).IsSigned);
        Assert.True(Type("char", BtfKind.Int).IsCharacter);
        Assert.True(Type("_Bool", BtfKind.Int).IsBoolean);
        Assert.Equal(8, Type("double", BtfKind.Float).ByteSize());
        BtfType outer = Type("outer", BtfKind.Struct);
        Assert.Equal(64, outer.ByteSize());
        Assert.Equal("struct outer *", outer.GetMember(0).Type.ToString());
        Assert.Equal("char[4][8]", outer.GetMember(1).Type.ToString());
        Assert.Equal(32, outer.GetMember(1).Type.ByteSize());
        Assert.Equal((5, 3), ((int)outer.GetMember(3).BitOffset - (44 * 8), outer.GetMember(3).BitSize));
        Assert.Equal(BtfKind.Union, outer.GetMember(4).Type.Kind);
        Assert.Equal("int (*)(const void *, ...)", outer.GetMember(5).Type.ToString());
        Assert.Equal(-1, BtfEnums.ValueOf(Type("small", BtfKind.Enum), "MINUS"));
        Assert.Equal(1L << 40, BtfEnums.ValueOf(Type("wide", BtfKind.Enum64), "WIDE"));
        Assert.Equal(-1L, BtfEnums.ValueOf(Type("wide", BtfKind.Enum64), "ALL"));
        Assert.False(Type("wide", BtfKind.Enum64).IsSigned);
        Assert.Equal(outer, Type("outer", BtfKind.Forward).Complete());
        Assert.Equal("int callback(unsigned int index, void *context)", BtfText.Function(Type("callback", BtfKind.Function)));
        Assert.Equal(1, Type("callback", BtfKind.Function).Linkage);
        Assert.Equal(1, Type("counter", BtfKind.Variable).Linkage);
        Assert.Equal("volatile int", Type("counter", BtfKind.Variable).Target.ToString());
        Assert.Equal(new BtfSectionVariable(Type("counter", BtfKind.Variable), 16, 4), Type(".data", BtfKind.DataSection).GetVariable(0));
        Assert.Equal("int", Type("user", BtfKind.TypeTag).Peel().Name);
        Assert.Equal(1, Type("mark", BtfKind.DeclarationTag).ComponentIndex);
        Assert.Equal("int *restrict", Type("alias", BtfKind.Typedef).Target.ToString());

        BtfType Type(string name, BtfKind kind) => Assert.NotNull(file.Find(name, kind));
    }

    [Fact]
    public void TheSameCalls_GiveTheSameBytes() => Assert.Equal(BuildAll(), BuildAll());

    [Fact]
    public void PathsThroughBuiltTypes_AreWhereTheyWerePut()
    {
        BtfType outer = BtfFile.Parse(BuildAll(), "built").Find("outer", BtfKind.Struct)!.Value;

        Assert.Equal([new BtfStep(0, true), new BtfStep(40, false)], BtfResolver.Resolve(outer, "next->number").Steps);
        Assert.Equal([new BtfStep(8 + (2 * 8) + 5, false)], BtfResolver.Resolve(outer, "text[2][5]").Steps);
        Assert.Equal([new BtfStep(48, false)], BtfResolver.Resolve(outer, "in_union").Steps);
        Assert.Equal([new BtfStep(0, true), new BtfStep((3 * 64) + 40, false)], BtfResolver.Resolve(outer, "next[3].number").Steps);
        Assert.Equal([new BtfStep(0, true), new BtfStep(3 * 64, true), new BtfStep(40, false)], BtfResolver.Resolve(outer, "next[3].next->number").Steps);
        BtfAccess field = BtfResolver.Resolve(outer, "bits");
        Assert.Equal((44L, 5, 3, 1L, 56), (field.Steps[0].Offset, field.BitOffset, field.BitSize, field.LoadSize, field.LeftShift));
    }

    [Fact]
    public void PathsThroughPointersOfTheProcess_SaySo()
    {
        var builder = new BtfBuilder();
        uint number = builder.AddInt("int", 4, isSigned: true);
        uint node = builder.AddStruct("node", 16, new BtfNewMember("next", builder.NextId + 1, 0), new BtfNewMember("number", number, 64));
        uint plain = builder.AddPointer(node);
        builder.AddStruct("holder", 16, new BtfNewMember("mine", plain, 0), new BtfNewMember("theirs", builder.AddPointer(builder.AddTypeTag("user", builder.AddQualifier(BtfKind.Const, node))), 64));
        BtfType holder = BtfFile.Parse(builder.Build(), "built").Find("holder", BtfKind.Struct)!.Value;

        Assert.Equal([new BtfStep(0, true), new BtfStep(0, true), new BtfStep(8, false)], BtfResolver.Resolve(holder, "mine->next->number").Steps);
        Assert.Equal([new BtfStep(8, true), new BtfStep(0, true, true), new BtfStep(8, false, true)], BtfResolver.Resolve(holder, "theirs->next->number").Steps);
        Assert.Equal([new BtfStep(8, false, true)], BtfResolver.Resolve(holder.GetMember(1).Type, "number").Steps);
    }

    [Fact]
    public void Split_AddsToItsBase()
    {
        var kernel = BtfFile.Parse(BuildAll(), "kernel");
        var builder = new BtfBuilder(kernel);
        uint pointer = builder.AddPointer(kernel.Find("outer", BtfKind.Struct)!.Value.Id);
        builder.AddStruct("of_module", 16, new BtfNewMember("outer", pointer, 0), new BtfNewMember("own", builder.NextId + 1, 64));
        builder.AddTypedef("int_of_module", kernel.Find("int", BtfKind.Int)!.Value.Id);
        var module = BtfFile.Parse(builder.Build(), "module", kernel);

        Assert.Equal(kernel.TypeCount, module.FirstId);
        BtfType type = module.Find("of_module", BtfKind.Struct)!.Value;
        Assert.Equal([new BtfStep(0, true), new BtfStep(0, true), new BtfStep(40, false)], BtfResolver.Resolve(type, "outer->next->number").Steps);
        Assert.Equal("int_of_module", type.GetMember(1).Type.ToString());
        Assert.Equal("int", module.Find("int", BtfKind.Int)!.Value.Name);
        Assert.Null(kernel.Find("of_module", BtfKind.Struct));
        Assert.Equal(["outer"], module.Nearest("oter", BtfKind.Struct));
        Assert.Contains(module.FindAll("outer"), found => found.Kind == BtfKind.Struct);
    }

    [Fact]
    public void TypesWithoutEnd_AreErrors_NotHangs()
    {
        var builder = new BtfBuilder();
        uint loop = builder.AddTypedef("loop", builder.NextId);
        uint array = builder.AddArray(builder.NextId, loop, 2);
        uint self = builder.AddStruct("self", 8, new BtfNewMember(string.Empty, builder.NextId, 0));
        uint beyond = builder.AddPointer(1000);
        var file = BtfFile.Parse(builder.Build(), "built");

        Assert.Throws<BadFileException>(() => file.GetType(loop).Peel());
        Assert.Throws<BadFileException>(() => file.GetType(array).ByteSize());
        Assert.False(BtfMembers.TryFind(file.GetType(self), "x", out _));
        Assert.Contains("refers to type 1000", Assert.Throws<BadFileException>(() => file.GetType(beyond).Target).Message, StringComparison.Ordinal);
        Assert.Contains("...", file.GetType(beyond).ToString(), StringComparison.Ordinal);
    }

    /// <summary>Builds types of every kind.</summary>
    /// <returns>Their bytes.</returns>
    internal static byte[] BuildAll()
    {
        var builder = new BtfBuilder();
        uint number = builder.AddInt("int", 4, isSigned: true);
        uint unsigned = builder.AddInt("unsigned int", 4);
        uint character = builder.AddCharacter();
        builder.AddBoolean();
        builder.AddFloat("double", 8);
        uint row = builder.AddArray(character, unsigned, 8);
        uint rows = builder.AddArray(row, unsigned, 4);
        uint next = builder.AddPointer(builder.NextId + 1);
        builder.AddForward("outer");
        uint union = builder.AddUnion(string.Empty, 8, new BtfNewMember("in_union", number, 0), new BtfNewMember("next_in_union", next, 0));
        uint prototype = builder.AddPrototype(number, new BtfNewParameter(string.Empty, builder.NextId + 2), new BtfNewParameter(string.Empty, 0));
        uint constant = builder.AddQualifier(BtfKind.Const, 0);
        builder.AddPointer(constant);
        uint function = builder.AddPointer(prototype);
        uint outer = builder.AddStruct(
            "outer",
            64,
            new BtfNewMember("next", builder.NextId + 1, 0),
            new BtfNewMember("text", rows, 8 * 8),
            new BtfNewMember("number", number, 40 * 8),
            new BtfNewMember("bits", unsigned, (44 * 8) + 5, 3),
            new BtfNewMember(string.Empty, union, 48 * 8),
            new BtfNewMember("call", function, 56 * 8));
        builder.AddPointer(outer);
        builder.AddEnum("small", isSigned: true, new BtfEnumValue("MINUS", -1), new BtfEnumValue("ONE", 1));
        builder.AddEnum("wide", isSigned: false, new BtfEnumValue("WIDE", 1L << 40), new BtfEnumValue("ALL", -1));
        uint callback = builder.AddPrototype(number, new BtfNewParameter("index", unsigned), new BtfNewParameter("context", builder.AddPointer(0)));
        uint called = builder.AddFunction("callback", callback, isGlobal: true);
        uint changing = builder.AddQualifier(BtfKind.Volatile, number);
        uint counter = builder.AddVariable("counter", changing);
        builder.AddSection(".data", 32, new BtfNewSectionVariable(counter, 16, 4));
        builder.AddTypeTag("user", number);
        builder.AddDeclarationTag("mark", called, 1);
        uint restricted = builder.AddQualifier(BtfKind.Restrict, builder.AddPointer(number));
        builder.AddTypedef("alias", restricted);
        return builder.Build();
    }
}
