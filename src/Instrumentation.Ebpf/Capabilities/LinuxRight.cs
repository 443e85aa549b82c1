namespace Instrumentation.Ebpf.Capabilities;

/// <summary>The rights of capabilities(7) that matter here, by their bits.</summary>
internal enum LinuxRight
{
    /// <summary>CAP_SYS_ADMIN.</summary>
    SystemAdministration = 21,

    /// <summary>CAP_PERFMON.</summary>
    PerformanceMonitoring = 38,

    /// <summary>CAP_BPF.</summary>
    Bpf = 39,
}
