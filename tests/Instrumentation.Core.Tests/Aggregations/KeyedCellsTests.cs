using Instrumentation.Aggregations;

namespace Instrumentation.Core.Tests.Aggregations;

public sealed unsafe class KeyedCellsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(1024)]
    [InlineData(65536)]
    public void Size_OfACapacity_IsAPowerOfTwoAtMostThreeQuartersFull(int capacity)
    {
        int size = KeyedCells.Size(capacity);
        Assert.Equal(0, size & (size - 1));
        Assert.True(capacity * 4L <= size * 3L);
        Assert.True(size < capacity * 4L);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(64, 64)]
    [InlineData(64, 300)]
    [InlineData(1000, 3000)]
    public void Increment_RandomKeys_AgreesWithADictionary(int capacity, int distinct)
    {
        long[] words = new long[KeyedCells.Bytes(capacity) / sizeof(long)];
        Dictionary<long, long> model = [];
        long other = 0;
        Random random = new(capacity + distinct);
        long[] keys = [.. Enumerable.Range(0, distinct).Select(i => i % 3 == 0 ? i : i % 3 == 1 ? random.NextInt64() : (long)i << 48)];
        fixed (long* cells = words)
        {
            for (int i = 0; i < 50_000; i++)
            {
                long key = keys[random.Next(distinct)];
                KeyedCells.Increment((byte*)cells, key, capacity);
                if (model.ContainsKey(key) || model.Count < capacity)
                {
                    model[key] = model.GetValueOrDefault(key) + 1;
                }
                else
                {
                    other++;
                }
            }
        }

        Dictionary<long, long> found = [];
        for (int i = KeyedCells.Pairs; i < words.Length; i += 2)
        {
            if (words[i + 1] != 0)
            {
                found.Add(words[i], words[i + 1]);
            }
        }

        Assert.Equal(model.OrderBy(static row => row.Key), found.OrderBy(static row => row.Key));
        Assert.Equal(other, words[KeyedCells.Other]);
        Assert.Equal(model.Count, words[KeyedCells.Used]);
    }
}
