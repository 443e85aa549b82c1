using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Maps;

public sealed class MapTests
{
    [Fact]
    public void HashMap_WithRandomWrites_IsADictionary()
    {
        Require.Bpf();
        using BpfHashMap<ulong, int> map = new(1000);
        Dictionary<ulong, int> model = [];
        Random random = new(5);
        for (int at = 0; at < 5000; at++)
        {
            ulong key = (ulong)random.Next(600) << 40;
            int value = random.Next();
            switch (random.Next(6))
            {
                case 0:
                    Assert.Equal(model.TryAdd(key, value), map.Set(key, value, UpdateMode.Insert));
                    break;
                case 1:
                    Assert.Equal(model.ContainsKey(key), map.Set(key, value, UpdateMode.Replace));
                    if (model.ContainsKey(key))
                    {
                        model[key] = value;
                    }

                    break;
                case 2:
                    Assert.Equal(model.Remove(key), map.Remove(key));
                    break;
                case 3:
                    bool taken = model.Remove(key, out int expected);
                    Assert.Equal(taken, map.TryTake(key, out int was));
                    Assert.Equal(expected, was);
                    break;
                default:
                    model[key] = value;
                    Assert.True(map.Set(key, value));
                    break;
            }

            Assert.Equal(model.TryGetValue(key, out int wanted), map.TryGet(key, out int found));
            Assert.Equal(wanted, found);
        }

        Assert.Equal(model.OrderBy(static pair => pair.Key), map.ReadAll().OrderBy(static pair => pair.Key));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(20_000)]
    public void ReadAll_InBatchesAndOneByOne_GivesTheSame(int count)
    {
        Require.Bpf();
        using BpfHashMap<int, long> map = new(count);
        for (int key = 0; key < count; key++)
        {
            map.Set(key * 7, key);
        }

        (List<int> keys, List<byte> values) one = MapReading.OneByOne<int>(map, 8, delete: false);
        Assert.NotNull(MapReading.InBatches<int>(map, 8, delete: false));
        List<KeyValuePair<int, long>> all = map.ReadAll();

        Assert.Equal(count, all.Count);
        Assert.Equal(Enumerable.Range(0, count).Select(static key => new KeyValuePair<int, long>(key * 7, key)), all.OrderBy(static pair => pair.Key));
        Assert.Equal(all.Select(static pair => pair.Key).Order(), one.keys.Order());
        Assert.Equal(count * 8, one.values.Count);
        Assert.Equal(count, map.ReadAll(delete: true).Count);
        Assert.Empty(map.ReadAll());
    }

    [Fact]
    public void HashMap_ThatIsFull_RefusesAKeyWithATypedError()
    {
        Require.Bpf();
        using BpfHashMap<int, int> map = new(2, name: "full");
        map.Set(1, 1);
        map.Set(2, 2);

        KernelCallException error = Assert.Throws<KernelCallException>(() => map.Set(3, 3));

        Assert.Equal("E2BIG", error.ErrorName);
        Assert.Equal("bpf(MapUpdateElement)", error.Operation);
        Assert.Contains("'full'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LruHashMap_ThatIsFull_ForgetsAndTakes()
    {
        Require.Bpf();
        using BpfHashMap<int, int> map = new(128, leastRecentlyUsed: true);
        for (int key = 0; key < 1000; key++)
        {
            Assert.True(map.Set(key, key));
        }

        Assert.True(map.TryGet(999, out int value));
        Assert.Equal(999, value);
        Assert.InRange(map.ReadAll().Count, 1, 128);
    }

    [Fact]
    public void Array_IsZeroAndThenWhatWasWritten()
    {
        Require.Bpf();
        using BpfArray<(int, short)> map = new(300);
        map[7] = (70, 700);

        Assert.Equal((70, 700), map[7]);
        (int, short)[] all = map.ReadAll();
        Assert.Equal((70, (short)700), all[7]);
        Assert.Equal(299, all.Count(static value => value == default));
        Assert.Throws<ArgumentOutOfRangeException>(() => map[300]);
        Assert.Throws<ArgumentOutOfRangeException>(() => map[-1] = default);
    }

    [Fact]
    public void MappedArray_IsTheMemoryThatProgramsSee()
    {
        Require.Bpf();
        using BpfMappedArray<long> map = new(1000);
        using BpfProgram program = CountingProgram(map.Handle, MemorySize.Bytes8);
        map[5] = 41;
        map[999] = 1;
        program.Run();

        Assert.Equal(42, map.Values[5]);
        Assert.Equal(1000, map.Values.Length);
        Assert.Throws<ArgumentException>(static () => new BpfMappedArray<int>(1));
    }

    [Fact]
    public void PerCpuHashMap_CountsOnEachProcessor()
    {
        Require.Bpf();
        using BpfPerCpuHashMap<uint, uint> map = new(16);
        map.Set(5, new uint[PossibleCpus.Count]);
        using BpfProgram program = CountingProgram(map.Handle, MemorySize.Bytes4);
        int last = Environment.ProcessorCount - 1;
        for (int at = 0; at < 10; at++)
        {
            program.TestRun([], processor: at < 3 ? 0 : last);
        }

        Span<byte> room = stackalloc byte[PerCpuValues<uint>.ByteCount];
        Assert.True(map.TryGet(5, room, out PerCpuValues<uint> values));
        uint sum = 0;
        for (int processor = 0; processor < values.Count; processor++)
        {
            sum += values[processor];
        }

        Assert.Equal(10u, sum);
        Assert.Equal(last == 0 ? 10u : 3u, values[0]);
        Assert.False(map.TryGet(6, room, out _));
        int visited = 0;
        map.ReadAll((key, all) => visited += key == 5 ? (int)all.ToArray().Sum(static value => value) : 1000, delete: true);
        Assert.Equal(10, visited);
        map.ReadAll(static (_, _) => Assert.Fail("all was deleted"));
    }

    [Fact]
    public void PerCpuArray_CountsOnEachProcessor()
    {
        Require.Bpf();
        using BpfPerCpuArray<ulong> map = new(8);
        using BpfProgram program = CountingProgram(map.Handle, MemorySize.Bytes8);
        for (int at = 0; at < 10; at++)
        {
            program.TestRun([], processor: at % Environment.ProcessorCount);
        }

        Span<byte> room = stackalloc byte[PerCpuValues<ulong>.ByteCount];
        ulong[] values = map.Get(5, room).ToArray();
        Assert.Equal(10ul, values.Aggregate(static (left, right) => left + right));
        Assert.Equal((ulong)((10 + Environment.ProcessorCount - 1) / Environment.ProcessorCount), values[0]);
        int elements = 0;
        map.ReadAll((_, _) => elements++);
        Assert.Equal(8, elements);
        map.Set(5, new ulong[values.Length]);
        Assert.Equal(0ul, map.Get(5, room)[0]);
        Assert.Throws<ArgumentException>(() => map.Get(5, new byte[7]));
    }

    [Fact]
    public void Freeze_OfAMap_MakesWritesFail()
    {
        Require.Bpf();
        using BpfArray<int> map = new(1);
        map.Freeze();

        Assert.Equal("EPERM", Assert.Throws<KernelCallException>(() => map[0] = 1).ErrorName);
        Assert.Equal(0, map[0]);
    }

    [Fact]
    public void ProgramArray_IsFollowedByATailCall()
    {
        Require.Bpf();
        using BpfProgramArray programs = new(2);
        using BpfProgram target = TestPrograms.Load(static code =>
        {
            code.Move(Register.R0, 7);
            code.Exit();
        });
        using BpfProgram caller = TestPrograms.Load(code =>
        {
            code.LoadMap(Register.R2, programs.Handle);
            code.Move(Register.R3, 1);
            code.Call(BpfHelper.TailCall);
            code.Move(Register.R0, 1);
            code.Exit();
        });

        Assert.Equal(1u, caller.Run());
        programs.Set(1, target);
        Assert.Equal(7u, caller.Run());
        Assert.True(programs.Remove(1));
        Assert.False(programs.Remove(1));
        Assert.Equal(1u, caller.Run());
    }

    [Fact]
    public void StackTraceMap_HasTheKernelStackOfARun()
    {
        Require.Bpf();
        using BpfStackTraceMap stacks = new(64);
        using BpfProgram program = TestPrograms.Load(code =>
        {
            code.LoadMap(Register.R2, stacks.Handle);
            code.Move(Register.R3, 0);
            code.Call(BpfHelper.GetStackId);
            code.Exit();
        });
        int id = (int)program.Run();

        Assert.True(id >= 0, $"{id}");
        ulong[] frames = stacks.Get(id);
        Assert.NotEmpty(frames);
        Assert.All(frames, static frame => Assert.True(frame > 1UL << 63));
        Assert.True(stacks.Remove(id));
        Assert.Empty(stacks.Get(id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ReadAll_WhileOthersWrite_GivesWhatStaysOnceAndEnds(bool inBatches)
    {
        Require.Bpf();
        using BpfHashMap<int, long> map = new(20_000);
        for (int key = 0; key < 2000; key++)
        {
            map.Set(key, key);
        }

        using CancellationTokenSource end = new();
        Thread writer = new(() =>
        {
            Random random = new(3);
            while (!end.IsCancellationRequested)
            {
                map.Set(5000 + random.Next(3000), 1);
                map.Remove(5000 + random.Next(3000));
            }
        });
        writer.Start();
        try
        {
            for (int round = 0; round < 20; round++)
            {
                (List<int> keys, List<byte> values) = (inBatches ? MapReading.InBatches<int>(map, 8, delete: false) : MapReading.OneByOne<int>(map, 8, delete: false))!.Value;
                Assert.Equal(Enumerable.Range(0, 2000), keys.Where(static key => key < 2000).Order());
                Assert.Equal(keys.Count * 8, values.Count);
            }
        }
        finally
        {
            end.Cancel();
            writer.Join();
        }
    }

    [Fact]
    public void RawMap_WithSizesKnownAtRunTime_ReadsAndWrites()
    {
        Require.Bpf();
        using BpfRawMap map = new(new MapDescription(MapType.Hash, 5, 3, 10));
        byte[] value = new byte[3];

        Assert.True(map.Set([1, 2, 3, 4, 5], [7, 8, 9]));
        Assert.True(map.TryGet([1, 2, 3, 4, 5], value));
        Assert.Equal([7, 8, 9], value);
        Assert.False(map.TryGet([1, 2, 3, 4, 6], value));
        Assert.Throws<ArgumentException>(() => map.TryGet([1], value));
        Assert.Throws<ArgumentException>(() => map.Set([1, 2, 3, 4, 5], [7]));
        Assert.Equal([[1, 2, 3, 4, 5]], map.Keys());
        Assert.True(map.Remove([1, 2, 3, 4, 5]));
        Assert.Empty(map.Keys());
    }

    [Theory]
    [InlineData("0", 1)]
    [InlineData("0-1\n", 2)]
    [InlineData("0-3,8,10-11", 7)]
    public void PossibleCpus_OfAList_AreCounted(string list, int count) => Assert.Equal(count, PossibleCpus.Parse(list));

    [Theory]
    [InlineData("")]
    [InlineData("3-1")]
    [InlineData("1-2-3")]
    public void PossibleCpus_OfNonsense_IsAnError(string list) => Assert.Throws<FormatException>(() => PossibleCpus.Parse(list));

    private static BpfProgram CountingProgram(Instrumentation.Ebpf.Interop.MapHandle map, MemorySize size) => TestPrograms.Load(code =>
    {
        Label none = code.NewLabel("none");
        code.StoreConstant(Register.R10, -4, 5, MemorySize.Bytes4);
        code.LoadMap(Register.R1, map);
        code.Move(Register.R2, Register.R10);
        code.Alu(AluOperation.Add, Register.R2, -4);
        code.Call(BpfHelper.MapLookupElement);
        code.JumpIf(JumpCondition.Equal, Register.R0, 0, none);
        code.Load(Register.R1, Register.R0, 0, size);
        code.Alu(AluOperation.Add, Register.R1, 1);
        code.Store(Register.R0, 0, Register.R1, size);
        code.Mark(none);
        code.Move(Register.R0, 0);
        code.Exit();
    });
}
