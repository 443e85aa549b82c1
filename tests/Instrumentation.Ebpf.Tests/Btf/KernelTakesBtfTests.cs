using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Btf;

/// <summary>The kernel takes what the builder writes, and works with it.</summary>
public sealed class KernelTakesBtfTests
{
    [Fact]
    public void TypesOfEveryKind_AreTaken()
    {
        Require.Bpf();
        using BtfHandle loaded = BtfLoader.Load(BtfBuilderTests.BuildAll());

        Assert.False(loaded.IsInvalid);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(100)]
    public void TaskStorage_IsCreated(int size)
    {
        Require.Bpf();
        var types = BtfForMap.Create(size);
        using BtfHandle btf = BtfLoader.Load(types.Bytes);
        using var map = new BpfMap(new MapDescription(MapType.TaskStorage, sizeof(int), size, 0)
        {
            Btf = btf,
            KeyTypeId = types.KeyTypeId,
            ValueTypeId = types.ValueTypeId,
            Flags = MapFlags.NoPreallocation,
        });

        Assert.False(map.Handle.IsInvalid);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(40)]
    public void MapWithTimers_IsCreated(int size)
    {
        Require.Bpf();
        var types = BtfForMap.Create(size, hasTimer: true);
        using BtfHandle btf = BtfLoader.Load(types.Bytes);
        using var map = new BpfMap(new MapDescription(MapType.Array, sizeof(int), size, 1) { Btf = btf, KeyTypeId = types.KeyTypeId, ValueTypeId = types.ValueTypeId });

        Assert.False(map.Handle.IsInvalid);
    }
}
