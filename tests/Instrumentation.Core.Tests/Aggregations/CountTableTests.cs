using Instrumentation.Aggregations;

namespace Instrumentation.Core.Tests.Aggregations;

public sealed class CountTableTests
{
    [Fact]
    public void Rows_OfATable_ComeWithTheMostHitsFirst()
    {
        CountTable<string> table = new([new("a", 2), new("b", 5), new("c", 1)], other: 4);
        Assert.Equal(["b", "a", "c"], table.Rows.Select(static row => row.Key));
        Assert.Equal(12, table.Total);
        Assert.Equal(5, table["b"]);
        Assert.Equal(0, table["z"]);
    }

    [Fact]
    public void ToString_OfATable_ShowsSharesAndWhatIsLeft()
    {
        CountTable<DayOfWeek> table = new([new(DayOfWeek.Monday, 600), new(DayOfWeek.Sunday, 1400)], other: 2000);
        Assert.Equal(
            [
                "Sunday        1,400   35.0 %",
                "Monday          600   15.0 %",
                "(other keys)  2,000   50.0 %",
                "total         4,000  100.0 %",
            ],
            table.ToString().Split(Environment.NewLine));
        Assert.Equal("no hits", new CountTable<int>([], 0).ToString());
    }

    [Fact]
    public void ByName_AddressesOfOneMethod_AreOneRow()
    {
        // Without a resolver every address has a name of its own; 0 is "(unknown)".
        CountTable<CodeAddress> table = new([new(new CodeAddress(0), 3), new(new CodeAddress(16), 4)], 0);
        Assert.Equal(["0x10", "(unknown)"], table.ByName.Select(static row => row.Key));

        CountTable<SameName> same = new([new(new SameName(1), 3), new(new SameName(2), 4), new(new SameName(3), 5)], 0);
        Assert.Equal([KeyValuePair.Create("odd", 8L), KeyValuePair.Create("even", 4L)], same.ByName);
        Assert.Equal(3, same.Rows.Count);
    }

    [Fact]
    public void Decode_KeysOfAllKinds_ComeBack()
    {
        Assert.Equal(DayOfWeek.Friday, KeyedReading.Decode<DayOfWeek>((long)DayOfWeek.Friday));
        Assert.True(KeyedReading.Decode<bool>(1));
        Assert.False(KeyedReading.Decode<bool>(0));
        Assert.Equal('x', KeyedReading.Decode<char>('x'));
        Assert.Equal(-5, KeyedReading.Decode<int>(-5));
        Assert.Equal(-5, KeyedReading.Decode<sbyte>(-5));
        Assert.Equal((short)-5, KeyedReading.Decode<short>(-5));
        Assert.Equal(-5L, KeyedReading.Decode<long>(-5));
        Assert.Equal(ulong.MaxValue, KeyedReading.Decode<ulong>(-1));
        Assert.Equal(uint.MaxValue, KeyedReading.Decode<uint>(uint.MaxValue));
        Assert.Equal(new CodeAddress(0xdeadbeef), KeyedReading.Decode<CodeAddress>(0xdeadbeef));
        Assert.Throws<SpecException>(() => KeyedReading.Decode<Version>(1));
        Assert.Throws<SpecException>(() => KeyedReading.Decode<decimal>(1));
    }

    private readonly record struct SameName(long Number)
    {
        public override string ToString() => Number % 2 == 0 ? "even" : "odd";
    }
}
