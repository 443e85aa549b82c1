namespace Instrumentation.Ebpf.Btf;

/// <summary>The BTF that the kernel wants beside a map whose values it looks into: those of task storage, and those that hold a timer.</summary>
/// <param name="Bytes">The BTF, to be loaded.</param>
/// <param name="KeyTypeId">The number of the key's type: int.</param>
/// <param name="ValueTypeId">The number of the value's type: a structure.</param>
internal sealed record BtfForMap(byte[] Bytes, uint KeyTypeId, uint ValueTypeId)
{
    /// <summary>The size of struct bpf_timer in bytes.</summary>
    public const int TimerSize = 16;

    /// <summary>Describes a map.</summary>
    /// <param name="valueSize">The size of a value in bytes.</param>
    /// <param name="hasTimer">Whether a value begins with a timer: then it has at least <see cref="TimerSize"/> bytes.</param>
    /// <returns>The BTF.</returns>
    public static BtfForMap Create(int valueSize, bool hasTimer = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(valueSize, hasTimer ? TimerSize : 1);
        var builder = new BtfBuilder();
        uint key = builder.AddInt("int", sizeof(int), isSigned: true);
        uint data = builder.AddInt("unsigned char", 1);
        uint word = builder.AddInt("unsigned long", sizeof(ulong));
        var members = new List<BtfNewMember>();
        int first = hasTimer ? TimerSize : 0;
        if (hasTimer)
        {
            uint words = builder.AddArray(word, key, TimerSize / sizeof(ulong));
            members.Add(new BtfNewMember("timer", builder.AddStruct("bpf_timer", TimerSize, new BtfNewMember("__opaque", words, 0)), 0));
        }

        if (valueSize > first)
        {
            members.Add(new BtfNewMember("data", builder.AddArray(data, key, (uint)(valueSize - first)), (uint)first * 8));
        }

        uint value = builder.AddStruct("value", (uint)valueSize, [.. members]);
        return new BtfForMap(builder.Build(), key, value);
    }
}
