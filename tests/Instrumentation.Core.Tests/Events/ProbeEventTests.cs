using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Events;

public sealed class ProbeEventTests
{
    private static readonly (string Name, object? Value, Type Type)[] Samples =
    [
        ("Int", -5, typeof(int)),
        ("Text", "grüße", typeof(string)),
        ("Null", null, typeof(string)),
        ("Empty", "", typeof(string)),
        ("Long", long.MinValue, typeof(long)),
        ("ULong", ulong.MaxValue, typeof(ulong)),
        ("Byte", byte.MaxValue, typeof(byte)),
        ("SByte", sbyte.MinValue, typeof(sbyte)),
        ("Short", short.MinValue, typeof(short)),
        ("UShort", ushort.MaxValue, typeof(ushort)),
        ("UInt", uint.MaxValue, typeof(uint)),
        ("Char", 'ß', typeof(char)),
        ("Bool", true, typeof(bool)),
        ("Float", 1.5f, typeof(float)),
        ("Double", double.NaN, typeof(double)),
        ("NInt", (nint)(-7), typeof(nint)),
        ("NUInt", (nuint)7, typeof(nuint)),
        ("Day", DayOfWeek.Friday, typeof(DayOfWeek)),
        ("Time", TimeSpan.FromMilliseconds(1.5), typeof(TimeSpan)),
        ("Code", new CodeAddress(0xabc), typeof(CodeAddress)),
        ("Last", "end", typeof(string)),
    ];

    [Fact]
    public void Fields_OfAllKinds_ComeBackAsTheirTypes()
    {
        ProbeEvent item = WithSamples();
        Assert.Equal(Samples.Select(static sample => KeyValuePair.Create(sample.Name, sample.Value)), item.Fields);
        Assert.All(Samples, sample => Assert.Equal(sample.Value, item.Fields[sample.Name]));
        Assert.All(Samples, sample => Assert.Equal(sample.Type, item.Fields[sample.Name]?.GetType() ?? typeof(string)));
        Assert.Equal(Samples.Length, item.Fields.Count);
        Assert.Equal("Text", item.Fields[1].Key);
    }

    [Fact]
    public void Fields_UnknownNameOrType_AreRefusedWithTheNamesThatExist()
    {
        ProbeEvent item = WithSamples();
        Assert.False(item.Fields.TryGet("int", out _));
        Assert.False(item.Fields.TryGet<long>("Int", out _));
        Assert.True(item.Fields.TryGet("Int", out int number));
        Assert.Equal(-5, number);
        KeyNotFoundException exception = Assert.Throws<KeyNotFoundException>(() => item.Fields["int"]);
        Assert.Contains("Int, Text, Null", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => item.Fields[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => item.Fields[Samples.Length]);
        Assert.Empty(default(ProbeFields));
    }

    [Fact]
    public void Fields_OfATruncatedRecord_AreDefaultsAndNeverReadOutside()
    {
        (CaptureShape shape, byte[] bytes) = SampleRecord();
        for (int length = 0; length < bytes.Length; length++)
        {
            ProbeEvent item = FakeEvents.Of("cut", default, shape, bytes[..length]);
            Assert.Equal(Samples.Length, item.Fields.ToList().Count);
        }

        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(bytes);
            Assert.Equal(Samples.Length, FakeEvents.Of("noise", default, shape, bytes).Fields.ToList().Count);
        }
    }

    [Fact]
    public void Header_OfAFailedAsyncCall_IsReadable()
    {
        ProbeEvent item = FakeEvents.Of(
            "a",
            new EventRecordHeader
            {
                Timestamp = 5_000_000_000,
                Duration = 1_234_567,
                ThreadId = 42,
                Edge = ProbeEdge.Call,
                Flags = EventFlags.Failed | EventFlags.Suspended | EventFlags.Truncated,
                CallId = 99,
                Faults = 2,
            },
            FakeCapture.Fields(("X", typeof(int)), ("Y", typeof(int))),
            FakeFields.Of(1, 0));
        Assert.Equal(5_000_000_000, item.Timestamp);
        Assert.Equal(5_000_000_000 - 1_234_567, item.Start);
        Assert.Equal(TimeSpan.FromTicks(12345), item.Duration);
        Assert.Equal((42, 99, ProbeEdge.Call), (item.ThreadId, item.CallId, item.Edge));
        Assert.Equal((true, false, true, true), (item.Failed, item.Cancelled, item.Suspended, item.Truncated));
        Assert.Equal(["Y"], item.Faults);
    }

    [Fact]
    public void ToString_OfAnEvent_IsOneReadableLine()
    {
        ProbeSite site = ProbeSite.Register("Shop.Orders::Place", "Shop");
        ProbeEvent item = FakeEvents.Of(
            "slow orders",
            new EventRecordHeader { Timestamp = 12_345_678_901, Duration = 1_234_567, ThreadId = 42, Edge = ProbeEdge.Call, Flags = EventFlags.Failed },
            FakeCapture.Fields(("Quantity", typeof(int)), ("Item", typeof(string)), ("Wait", typeof(TimeSpan))),
            FakeFields.Of(3, "two\nlines", TimeSpan.FromMicroseconds(15)),
            site);
        string line = "12.345678 [42] Shop.Orders::Place Call (slow orders) 1.23 ms failed Quantity=3 Item=\"two\\nlines\" Wait=15.0 us";
        Assert.Equal(line, item.ToString());
        Assert.Equal(line, new ProbeEvent<int>(item, static _ => 1).ToString());
    }

    [Fact]
    public void ToString_OfAPlainInstant_NamesThePointOnce() => Assert.Equal(
        "0.000001 [7] a Entry",
        FakeEvents.Of("a", new EventRecordHeader { Timestamp = 1000, ThreadId = 7, Edge = ProbeEdge.Entry }).ToString());

    private static ProbeEvent WithSamples()
    {
        (CaptureShape shape, byte[] bytes) = SampleRecord();
        return FakeEvents.Of("samples", default, shape, bytes);
    }

    private static (CaptureShape Shape, byte[] Bytes) SampleRecord() => (
        FakeCapture.Fields([.. Samples.Select(static sample => (sample.Name, sample.Type))]),
        FakeFields.Of([.. Samples.Select(static sample => sample.Value)]));
}
