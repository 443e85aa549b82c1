using System.Runtime.InteropServices;
using System.Text;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Interop;

/// <summary>Our structs and numbers against the kernel's headers, by the C compiler. The headers of Debian 12 are those of Linux 6.1: what is newer is not in here.</summary>
public sealed class KernelHeaderTests
{
    private static readonly (string Ours, long Value, string Theirs)[] Facts =
    [
        .. Offsets<MapCreateAttributes>("union bpf_attr", (nameof(MapCreateAttributes.MapType), "map_type"), ("KeySize", "key_size"), ("ValueSize", "value_size"), ("MaxEntries", "max_entries"), ("Flags", "map_flags"), ("InnerMap", "inner_map_fd"), ("Name", "map_name"), ("Btf", "btf_fd"), ("BtfKeyType", "btf_key_type_id"), ("BtfValueType", "btf_value_type_id"), ("Extra", "map_extra")),
        .. Offsets<MapElementAttributes>("union bpf_attr", ("Map", "map_fd"), ("Key", "key"), ("Value", "value"), ("Flags", "flags")),
        .. Offsets<MapBatchAttributes>("union bpf_attr", ("InBatch", "batch.in_batch"), ("OutBatch", "batch.out_batch"), ("Keys", "batch.keys"), ("Values", "batch.values"), ("Count", "batch.count"), ("Map", "batch.map_fd"), ("ElementFlags", "batch.elem_flags"), ("Flags", "batch.flags")),
        .. Offsets<ProgramLoadAttributes>("union bpf_attr", ("ProgramType", "prog_type"), ("InstructionCount", "insn_cnt"), ("Instructions", "insns"), ("License", "license"), ("LogLevel", "log_level"), ("LogSize", "log_size"), ("Log", "log_buf"), ("Flags", "prog_flags"), ("Name", "prog_name"), ("ExpectedAttachType", "expected_attach_type"), ("ProgramBtf", "prog_btf_fd"), ("FunctionRecordSize", "func_info_rec_size"), ("Functions", "func_info"), ("FunctionCount", "func_info_cnt"), ("LineRecordSize", "line_info_rec_size"), ("Lines", "line_info"), ("LineCount", "line_info_cnt"), ("AttachBtfId", "attach_btf_id"), ("AttachBtfObject", "attach_btf_obj_fd"), ("DescriptorArray", "fd_array")),
        .. Offsets<TestRunAttributes>("union bpf_attr", ("Program", "test.prog_fd"), ("ReturnValue", "test.retval"), ("DataSizeIn", "test.data_size_in"), ("DataSizeOut", "test.data_size_out"), ("DataIn", "test.data_in"), ("DataOut", "test.data_out"), ("Repeat", "test.repeat"), ("Duration", "test.duration"), ("ContextSizeIn", "test.ctx_size_in"), ("ContextSizeOut", "test.ctx_size_out"), ("ContextIn", "test.ctx_in"), ("ContextOut", "test.ctx_out"), ("Flags", "test.flags"), ("Processor", "test.cpu")),
        .. Offsets<LinkCreateAttributes>("union bpf_attr", ("Program", "link_create.prog_fd"), ("Target", "link_create.target_fd"), ("AttachType", "link_create.attach_type"), ("Flags", "link_create.flags"), ("PerfEventCookie", "link_create.perf_event.bpf_cookie"), ("TracingTargetId", "link_create.tracing.target_btf_id"), ("TracingCookie", "link_create.tracing.cookie"), ("KprobeFlags", "link_create.kprobe_multi.flags"), ("KprobeCount", "link_create.kprobe_multi.cnt"), ("KprobeSymbols", "link_create.kprobe_multi.syms"), ("KprobeAddresses", "link_create.kprobe_multi.addrs"), ("KprobeCookies", "link_create.kprobe_multi.cookies")),
        .. Offsets<RawTracepointAttributes>("union bpf_attr", ("Name", "raw_tracepoint.name"), ("Program", "raw_tracepoint.prog_fd")),
        .. Offsets<ObjectIdAttributes>("union bpf_attr", ("Id", "start_id"), ("NextId", "next_id"), ("Flags", "open_flags")),
        .. Offsets<ObjectInfoAttributes>("union bpf_attr", ("Descriptor", "info.bpf_fd"), ("Length", "info.info_len"), ("Info", "info.info")),
        .. Offsets<BtfLoadAttributes>("union bpf_attr", ("Btf", "btf"), ("Log", "btf_log_buf"), ("Size", "btf_size"), ("LogSize", "btf_log_size"), ("LogLevel", "btf_log_level")),
        .. Offsets<PerfEventAttributes>("struct perf_event_attr", ("Type", "type"), ("Size", "size"), ("Config", "config"), ("SamplePeriod", "sample_period"), ("SampleType", "sample_type"), ("WakeupEvents", "wakeup_events"), ("BreakpointType", "bp_type"), ("Config1", "config1"), ("Config2", "config2")),
        .. Offsets<FunctionInfo>("struct bpf_func_info", ("Slot", "insn_off"), ("TypeId", "type_id")),
        .. Offsets<LineInfo>("struct bpf_line_info", ("Slot", "insn_off"), ("FileName", "file_name_off"), ("Line", "line_off"), ("LineAndColumn", "line_col")),
        Number(PerfEventAttributes.KnownSize, "PERF_ATTR_SIZE_VER5"),
        Number((long)SystemCallNumber.Bpf, "SYS_bpf"),
        Number((long)SystemCallNumber.PerfEventOpen, "SYS_perf_event_open"),
        Number((long)SystemCallNumber.GetThreadId, "SYS_gettid"),
        Number((long)SystemCallNumber.ProcessDescriptorOpen, "SYS_pidfd_open"),
        Number((long)BpfCommand.ProgramTestRun, "BPF_PROG_TEST_RUN"),
        Number((long)BpfCommand.MapGetDescriptorById, "BPF_MAP_GET_FD_BY_ID"),
        Number((long)BpfCommand.ObjectGetInfo, "BPF_OBJ_GET_INFO_BY_FD"),
        Number((long)BpfCommand.RawTracepointOpen, "BPF_RAW_TRACEPOINT_OPEN"),
        Number((long)BpfCommand.MapLookupAndDeleteElement, "BPF_MAP_LOOKUP_AND_DELETE_ELEM"),
        Number((long)BpfCommand.MapLookupAndDeleteBatch, "BPF_MAP_LOOKUP_AND_DELETE_BATCH"),
        Number((long)BpfCommand.LinkCreate, "BPF_LINK_CREATE"),
        Number((long)BpfCommand.EnableStatistics, "BPF_ENABLE_STATS"),
        Number((long)BpfCommand.ProgramBindMap, "BPF_PROG_BIND_MAP"),
        Number((long)MapType.StackTrace, "BPF_MAP_TYPE_STACK_TRACE"),
        Number((long)MapType.LruPerCpuHash, "BPF_MAP_TYPE_LRU_PERCPU_HASH"),
        Number((long)MapType.RingBuffer, "BPF_MAP_TYPE_RINGBUF"),
        Number((long)MapType.TaskStorage, "BPF_MAP_TYPE_TASK_STORAGE"),
        Number((long)MapType.UserRingBuffer, "BPF_MAP_TYPE_USER_RINGBUF"),
        Number((long)MapFlags.Mappable, "BPF_F_MMAPABLE"),
        Number((long)ProgramType.PerfEvent, "BPF_PROG_TYPE_PERF_EVENT"),
        Number((long)ProgramType.RawTracepoint, "BPF_PROG_TYPE_RAW_TRACEPOINT"),
        Number((long)ProgramType.Tracing, "BPF_PROG_TYPE_TRACING"),
        Number((long)ProgramFlags.Sleepable, "BPF_F_SLEEPABLE"),
        Number((long)AttachType.TraceRawTracepoint, "BPF_TRACE_RAW_TP"),
        Number((long)AttachType.TraceFunctionExit, "BPF_TRACE_FEXIT"),
        Number((long)AttachType.TraceIterator, "BPF_TRACE_ITER"),
        Number((long)AttachType.PerfEvent, "BPF_PERF_EVENT"),
        Number((long)AttachType.TraceKprobeMulti, "BPF_TRACE_KPROBE_MULTI"),
        Number((long)WatchAccess.Write, "HW_BREAKPOINT_W"),
        Number((long)WatchAccess.Execute, "HW_BREAKPOINT_X"),
        .. Enum.GetValues<BpfHelper>().Where(static helper => (int)helper < 210).Select(static helper => Number((long)helper, $"BPF_FUNC_{HelperNames.Of((int)helper)["bpf_".Length..]}")),
    ];

    [Fact]
    public void StructsAndNumbers_AreThoseOfTheKernelsHeaders()
    {
        using TemporaryDirectory directory = new();
        StringBuilder source = new("#include <linux/bpf.h>\n#include <linux/perf_event.h>\n#include <linux/hw_breakpoint.h>\n#include <sys/syscall.h>\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n");
        foreach ((_, _, string theirs) in Facts)
        {
            source.Append("printf(\"%lld\\n\", (long long)(").Append(theirs).Append("));\n");
        }

        File.WriteAllText(directory["facts.c"], source.Append("return 0; }\n").ToString());
        Tool.Run("gcc", "-o", directory["facts"], directory["facts.c"]);
        long[] theirValues = [.. Tool.Run(directory["facts"]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];

        Assert.Equal(Facts.Length, theirValues.Length);
        Assert.All(Facts.Zip(theirValues), static pair => Assert.Equal((pair.First.Ours, pair.Second), (pair.First.Ours, pair.First.Value)));
    }

    private static IEnumerable<(string Ours, long Value, string Theirs)> Offsets<TStruct>(string type, params (string Ours, string Theirs)[] fields)
        where TStruct : unmanaged => fields.Select(field => (
            $"{typeof(TStruct).Name}.{field.Ours}", (long)Marshal.OffsetOf<TStruct>(FieldName<TStruct>(field.Ours)), $"offsetof({type}, {field.Theirs})"));

    // Records keep a property's value in a field with a name of the compiler's.
    private static string FieldName<TStruct>(string name) => typeof(TStruct).GetField(name) is null ? $"<{name}>k__BackingField" : name;

    private static (string Ours, long Value, string Theirs) Number(long value, string theirs) => (theirs, value, theirs);
}
