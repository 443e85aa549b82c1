using System.Runtime.CompilerServices;

namespace Probed;

/// <summary>A generic type with generic methods, over references and values.</summary>
public sealed class Shelf<T>(T first)
{
    private readonly List<T> _items = [first];

    public int Count => _items.Count;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public TResult Swap<TResult>(T item, Func<T, TResult> change)
    {
        _items.Add(item);
        return change(item);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static KeyValuePair<T, TOther> Pair<TOther>(T item, TOther other) => new(item, other);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public T Last(T otherwise) => _items.Count > 1 ? _items[^1] : otherwise;
}

/// <summary>A generic struct whose instance methods see <c>this</c> by address.</summary>
public struct Slot<T>
{
    public T Value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public T Exchange(T value)
    {
        T old = Value;
        Value = value;
        return old;
    }
}

/// <summary>Generic methods of a plain type.</summary>
public static class GenericCalls
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T Echo<T>(T value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Describe<TLeft, TRight>(TLeft left, TRight right)
        where TLeft : notnull
        where TRight : notnull => $"{typeof(TLeft).Name}:{left} {typeof(TRight).Name}:{right}";
}
