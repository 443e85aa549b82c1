using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;

namespace Instrumentation.Ebpf.Capabilities;

/// <summary>Tries whether maps with a value a thread exist; they want BTF of their keys and values.</summary>
internal static class TaskStorageTrial
{
    /// <summary>Tries it.</summary>
    /// <returns>The finding.</returns>
    public static Finding Ask()
    {
        BtfBuilder builder = new();
        uint key = builder.AddInt("int", sizeof(int), isSigned: true);
        uint value = builder.AddInt("long", sizeof(long), isSigned: true);
        try
        {
            using BtfHandle btf = BtfLoader.Load(builder.Build());
            MapDescription description = new(MapType.TaskStorage, sizeof(int), sizeof(long), 0)
            {
                Name = "trial",
                Flags = MapFlags.NoPreallocation,
                Btf = btf,
                KeyTypeId = key,
                ValueTypeId = value,
            };
            int answer = BpfMap.TryCreate(description);
            using MapHandle handle = new(answer);
            return Finding.OfTrial(answer);
        }
        catch (KernelCallException refused)
        {
            return Finding.OfTrial(-refused.ErrorNumber);
        }
    }
}
