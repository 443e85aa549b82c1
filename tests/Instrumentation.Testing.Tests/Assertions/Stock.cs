using System.Runtime.CompilerServices;

namespace Instrumentation.Testing.Tests.Assertions;

/// <summary>Code with every kind of member that assertions name.</summary>
internal sealed class Stock
{
    private readonly Dictionary<string, int> _pieces = [];

    public Stock(string place) => Place = place;

    public enum Reason
    {
        Sale,
        Loss,
    }

    public string Place { get; set; }

    public int this[string product]
    {
        get => _pieces.GetValueOrDefault(product);
        set => _pieces[product] = value;
    }

    public static int Sum(params int[] pieces) => pieces.Sum();

    public static string Join(string separator, params object[] parts) => string.Join(separator, parts);

    public static long Double(long number) => number * 2;

    public static void Load(List<int> pieces) => pieces.Add(pieces.Count);

    public static void Mark(HashSet<string> products, Dictionary<string, int> pieces) => GC.KeepAlive((products, pieces));

    public static bool TryTake(string product, ref int left, out int taken)
    {
        taken = Math.Min(left, product.Length);
        left -= taken;
        return taken > 0;
    }

    public static int Count(ReadOnlySpan<char> text) => text.Length;

    public static void Note(Parcel parcel, int number) => GC.KeepAlive((parcel, number));

    public static T Echo<T>(T value) => value;

    public static T? Make<T>() => default;

    public static void Register<T>() => GC.KeepAlive(typeof(T));

    public static void Write(string text) => GC.KeepAlive(text);

    public static int Depth(int left) => left == 0 ? 0 : 1 + Depth(left - 1);

    public static void Book(Reason reason, char shelf, int? pieces) => GC.KeepAlive((reason, shelf, pieces));

    public static async Task<int> CountAsync(TaskCompletionSource<int> counted) => await counted.Task.ConfigureAwait(false);

    public static async Task FailAsync(string message)
    {
        await Task.Yield();
        throw new InvalidOperationException(message);
    }

    public void Add(string product, int pieces)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pieces);
        this[product] += pieces;
    }

    public int Twofold(int number) => number * 2;

    public int Audit(int key) => Secret(key) + 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Secret(int key) => key * Place.Length;

    public sealed class Parcel(int weight)
    {
        public int Weight => weight;
    }
}
