using Instrumentation.Ebpf.Points.Tracepoints;

namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>The reading of formats, from text as kernels write it.</summary>
public sealed class TracepointFormatTests
{
    private const string Text = """
        name: made_up
        ID: 314
        format:
        	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
        	field:int common_pid;	offset:4;	size:4;	signed:1;

        	field:char prev_comm[16];	offset:8;	size:16;	signed:0;
        	field:pid_t prev_pid;	offset:24;	size:4;	signed:1;
        	field:__data_loc char[] filename;	offset:28;	size:4;	signed:0;
        	field:__rel_loc u8[] bytes;	offset:32;	size:4;	signed:0;
        	field:const char * name;	offset:40;	size:8;	signed:0;
        	field:unsigned long args[6];	offset:48;	size:48;	signed:0;
        	field:char comm[TASK_COMM_LEN];	offset:96;	size:16;	signed:1;
        	field:void *ptr;	offset:112;	size:8;	signed:0;
        	field:struct in6_addr address;	offset:120;	size:16;	signed:0;
        	field:int (*call)(void *);	offset:136;	size:8;	signed:0;
        	field:int broken;	offset:x;	size:4;	signed:1;

        print fmt: "prev_comm=%s", REC->prev_comm
        """;

    [Fact]
    public void Format_OfAllKindsOfFields_IsRead()
    {
        TracepointFormat? format = TracepointFormat.Parse(Text);
        Assert.NotNull(format);
        Assert.Equal(314, format.Id);
        Assert.Equal(
            [
                new("prev_comm", "char", TracepointFieldKind.Array, 8, 16, false, 16),
                new("prev_pid", "pid_t", TracepointFieldKind.Number, 24, 4, true),
                new("filename", "char", TracepointFieldKind.Located, 28, 4, false),
                new("bytes", "u8", TracepointFieldKind.LocatedBehind, 32, 4, false),
                new("name", "const char *", TracepointFieldKind.Number, 40, 8, false),
                new("args", "unsigned long", TracepointFieldKind.Array, 48, 48, false, 6),
                new("comm", "char", TracepointFieldKind.Array, 96, 16, true),
                new("ptr", "void *", TracepointFieldKind.Number, 112, 8, false),
                new TracepointField("address", "struct in6_addr", TracepointFieldKind.Array, 120, 16, false),
            ],
            format.Fields);
        Assert.Equal([true, false, true, false, false, false, true, false, false], format.Fields.Select(static field => field.IsText));
        Assert.Equal(8, format.Fields[5].ElementSize);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ID: x")]
    [InlineData("format:\n\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;")]
    public void Text_WithoutANumber_IsNoFormat(string text) => Assert.Null(TracepointFormat.Parse(text));
}
