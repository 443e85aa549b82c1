namespace Instrumentation.Managed.Tests.Expressions;

public enum Colour : byte
{
    Red,
    Green = 3,
    Blue = 255,
}

public struct Inner
{
    public short Small;
    public string? Label;
    public Chain? Link;
    public TimeSpan Wait;
    public nint Native;
    public int? Maybe;
}

public struct Outer
{
    public Inner In;
    public uint Word;

    public int Auto { get; set; }

    public readonly int Sum => Auto + (int)Word;

    public int Counting => ++Auto;
}

public interface ILinked
{
    Chain? Following { get; }

    int Weight { get; }
}

/// <summary>An object with a member of every kind that expressions read.</summary>
public class Chain : ILinked
{
    public Chain? Next;
    public object? Any;
    public string? Text;
    public bool Flag;
    public sbyte I1;
    public byte U1;
    public short I2;
    public ushort U2;
    public char Letter;
    public int I4;
    public uint U4;
    public long I8;
    public ulong U8;
    public nint Native;
    public nuint Unsigned;
    public float Single;
    public double Double;
    public Colour Colour;
    public TimeSpan Wait;
    public CodeAddress Address;
    public DateTime When;
    public int? Maybe;
    public TimeSpan? MaybeWait;
    public int[]? Numbers;
    public Outer Deep;
    public readonly int Fixed = 17;
    private readonly int _behind = 23;

    public int Auto { get; set; }

    public TimeSpan AutoWait { get; set; }

    public int Behind => _behind;

    public int Computed => Text!.Length * 2;

    public TimeSpan ComputedWait => TimeSpan.FromTicks(I8 & 0xFFFF);

    public nint ComputedNative => (nint)(I8 ^ 5);

    public Outer ComputedStruct => new() { Word = U4, Auto = I4 };

    public int Lazy { get => field == 0 ? -1 : field; set; }

    public virtual int Virtual => I4;

    public virtual int VirtualAuto { get; set; }

    Chain? ILinked.Following => Next;

    public int Weight => I4 - 1;
}

/// <summary>A subtype with nothing below it.</summary>
public sealed class Last : Chain
{
    public int Own = 5;

    public override int Virtual => Own;

    public override int VirtualAuto { get; set; }

    public new string? Text;
}

/// <summary>A subtype that hides its base's private field by one of the same name.</summary>
public class Shadow : Chain
{
    internal readonly string _behind = "shadow";
}
