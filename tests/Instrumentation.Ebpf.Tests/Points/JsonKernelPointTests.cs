namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>Kernel points as JSON.</summary>
public sealed class JsonKernelPointTests
{
    /// <summary>Specs and their points as text.</summary>
    public static TheoryData<ProbeSpec, string> Points => new()
    {
        { Probe.Syscall("openat"), """{"syscall":"openat"}""" },
        { Probe.Syscall("openat").ThisProcess(), """{"syscall":"openat","process":"this"}""" },
        { Probe.Function("libc.so.6", "malloc*").Process(42), """{"function":"malloc*","library":"libc.so.6","process":42}""" },
        { Probe.Function("/x/liba.so", "f+0x14"), """{"function":"f+0x14","library":"/x/liba.so"}""" },
        { Probe.Usdt("libstdc++.so.6", "libstdcxx", "throw").ThisProcess(), """{"usdt":"libstdcxx:throw","library":"libstdc++.so.6","process":"this"}""" },
        { Probe.Tracepoint("sched", "sched_switch"), """{"tracepoint":"sched:sched_switch"}""" },
        { Probe.RawTracepoint("sched_switch").Process(7), """{"rawTracepoint":"sched_switch","process":7}""" },
        { Probe.KernelFunction("tcp_connect").ThisProcess(), """{"kernelFunction":"tcp_connect","process":"this"}""" },
        { Probe.OffCpu(), """{"offCpu":true,"process":"this"}""" },
        { Probe.OffCpu().EveryProcess(), """{"offCpu":true}""" },
        { Probe.Sample(99).ThisProcess(), """{"sample":99,"process":"this"}""" },
    };

    [Theory]
    [MemberData(nameof(Points))]
    public void Points_AreWrittenAndReadBack(ProbeSpec spec, string point)
    {
        string json = $$"""{"point":{{point}},"on":["call"]}""";
        Assert.Equal(json, ProbeSpecJson.Write(spec));
        Assert.Equal(spec, ProbeSpecJson.Read(json));
    }

    [Theory]
    [InlineData("""{"syscall":""}""", "$.point.syscall")]
    [InlineData("""{"syscall":1}""", "$.point.syscall")]
    [InlineData("""{"syscall":"openat","library":"libc"}""", "$.point")]
    [InlineData("""{"syscall":"openat","process":"other"}""", "$.point.process")]
    [InlineData("""{"syscall":"openat","process":0}""", "$.point.process")]
    [InlineData("""{"syscall":"openat","process":1.5}""", "$.point.process")]
    [InlineData("""{"function":"malloc"}""", "$.point")]
    [InlineData("""{"function":"a b","library":"libc"}""", "$.point.function")]
    [InlineData("""{"function":"a*+4","library":"libc"}""", "$.point.function")]
    [InlineData("""{"usdt":"throw","library":"libc"}""", "$.point.usdt")]
    [InlineData("""{"tracepoint":"sched:"}""", "$.point.tracepoint")]
    [InlineData("""{"offCpu":false}""", "$.point.offCpu")]
    [InlineData("""{"sample":-1}""", "$.point.sample")]
    public void Points_ThatMeanNothing_AreRefusedAtTheirPlace(string point, string path)
    {
        ProbeJsonException error = Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Read($$"""{"point":{{point}},"on":["call"]}"""));
        Assert.StartsWith(path, error.Path, StringComparison.Ordinal);
    }
}
