using System.Text.Json;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Btf;

/// <summary>The reader and the kernel's own tool see the same in every type of the running kernel.</summary>
public sealed class BpftoolTests
{
    private const string Kernel = "/sys/kernel/btf/vmlinux";

    [Fact]
    public void EveryTypeOfTheKernel_IsAsBpftoolSeesIt()
    {
        BtfFile file = KernelBtf.Open();
        using var document = JsonDocument.Parse(Tool.Run("bpftool", "-j", "btf", "dump", "file", Kernel, "format", "raw"));
        int types = 0, members = 0;
        foreach (JsonElement theirs in document.RootElement.GetProperty("types").EnumerateArray())
        {
            BtfType ours = file.GetType(theirs.GetProperty("id").GetUInt32());
            string kind = theirs.GetProperty("kind").GetString()!;
            string name = theirs.GetProperty("name").GetString()!;
            Assert.Equal(kind, KindName(ours.Kind));
            Assert.Equal(name == "(anon)" ? string.Empty : name, ours.Name);
            if (theirs.TryGetProperty("type_id", out JsonElement target))
            {
                Assert.Equal(target.GetUInt32(), ours.Target.Id);
            }

            if (theirs.TryGetProperty("ret_type_id", out JsonElement result))
            {
                Assert.Equal(result.GetUInt32(), ours.Target.Id);
            }

            if (theirs.TryGetProperty("size", out JsonElement size))
            {
                Assert.Equal(size.GetUInt32(), ours.RecordSize);
            }

            members += Compare(kind, theirs, ours);
            types++;
        }

        Assert.Equal((uint)types + 1, file.TypeCount);
        Assert.True(types > 50_000, $"{types} types");
        Assert.True(members > 100_000, $"{members} parts");
    }

    private static int Compare(string kind, JsonElement theirs, BtfType ours)
    {
        int count = 0;
        switch (kind)
        {
            case "INT":
                Assert.Equal(theirs.GetProperty("nr_bits").GetInt32(), ours.IntBits);
                string encoding = theirs.GetProperty("encoding").GetString()!;
                Assert.Equal(encoding == "SIGNED", ours.IsSigned);
                Assert.Equal(encoding == "BOOL", ours.IsBoolean);
                break;
            case "ARRAY":
                Assert.Equal(theirs.GetProperty("nr_elems").GetUInt32(), ours.Length);
                break;
            case "STRUCT" or "UNION":
                foreach (JsonElement member in theirs.GetProperty("members").EnumerateArray())
                {
                    BtfMember mine = ours.GetMember(count++);
                    Assert.Equal(Named(member), mine.Name);
                    Assert.Equal(member.GetProperty("type_id").GetUInt32(), mine.Type.Id);
                    Assert.Equal(member.GetProperty("bits_offset").GetUInt32(), mine.BitOffset);
                    Assert.Equal(member.TryGetProperty("bitfield_size", out JsonElement bits) ? bits.GetInt32() : 0, mine.BitSize);
                }

                Assert.Equal(count, ours.Count);
                break;
            case "ENUM" or "ENUM64":
                Assert.Equal(theirs.GetProperty("encoding").GetString() == "SIGNED", ours.IsSigned);
                foreach (JsonElement value in theirs.GetProperty("values").EnumerateArray())
                {
                    BtfEnumValue mine = ours.GetEnumValue(count++);
                    JsonElement number = value.GetProperty("val");
                    Assert.Equal(Named(value), mine.Name);
                    long theirNumber = number.TryGetInt64(out long signed) ? signed : unchecked((long)number.GetUInt64());

                    // bpftool of Debian 12 writes unsigned values of 32 bits with a sign in JSON.
                    Assert.Equal(kind == "ENUM" && !ours.IsSigned ? unchecked((uint)theirNumber) : theirNumber, mine.Value);
                }

                Assert.Equal(count, ours.Count);
                break;
            case "FUNC_PROTO":
                foreach (JsonElement parameter in theirs.GetProperty("params").EnumerateArray())
                {
                    BtfParameter mine = ours.GetParameter(count++);
                    Assert.Equal(Named(parameter), mine.Name);
                    Assert.Equal(parameter.GetProperty("type_id").GetUInt32(), mine.Type.Id);
                }

                Assert.Equal(count, ours.Count);
                break;
            case "DATASEC":
                foreach (JsonElement variable in theirs.GetProperty("vars").EnumerateArray())
                {
                    BtfSectionVariable mine = ours.GetVariable(count++);
                    Assert.Equal(variable.GetProperty("type_id").GetUInt32(), mine.Type.Id);
                    Assert.Equal(variable.GetProperty("offset").GetUInt32(), mine.Offset);
                    Assert.Equal(variable.GetProperty("size").GetUInt32(), mine.Size);
                }

                Assert.Equal(count, ours.Count);
                break;
        }

        return count;
    }

    private static string Named(JsonElement element) => element.GetProperty("name").GetString() is { } name && name != "(anon)" ? name : string.Empty;

    private static string KindName(BtfKind kind) => kind switch
    {
        BtfKind.Pointer => "PTR",
        BtfKind.Forward => "FWD",
        BtfKind.Function => "FUNC",
        BtfKind.FunctionPrototype => "FUNC_PROTO",
        BtfKind.Variable => "VAR",
        BtfKind.DataSection => "DATASEC",
        BtfKind.DeclarationTag => "DECL_TAG",
        BtfKind.TypeTag => "TYPE_TAG",
        _ => kind.ToString().ToUpperInvariant(),
    };
}
