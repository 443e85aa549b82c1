namespace Instrumentation.Ebpf.Capabilities;

/// <summary>Tries whether maps with a value a thread exist.</summary>
internal static class TaskStorageTrial
{
    /// <summary>Tries it.</summary>
    /// <returns>The finding.</returns>
    public static Finding Ask() => Finding.Unknown;
}
