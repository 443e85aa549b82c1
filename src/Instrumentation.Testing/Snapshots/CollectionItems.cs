using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Reflection;

namespace Instrumentation.Testing.Snapshots;

/// <summary>
/// What is in a collection of .NET, read without a call of the application's code: what others enumerate in a way of their own is not enumerated, and neither are iterators. A collection
/// that is changed meanwhile, or that was copied while it was, gives what there is.
/// </summary>
/// <param name="Items">The first items; keys and values when it is a map.</param>
/// <param name="Count">How many there are; -1 for more than were counted.</param>
/// <param name="IsMap">Whether the items are pairs of key and value.</param>
/// <param name="IsOrdered">Whether the order of the items is the collection's own, and not that of hash codes.</param>
internal sealed record CollectionItems(IReadOnlyList<(object? Key, object? Value)> Items, int Count, bool IsMap, bool IsOrdered)
{
    /// <summary>Items that are read at most.</summary>
    private const int Maximum = 1000;

    private static readonly HashSet<Type> Lists =
    [
        typeof(List<>), typeof(Queue<>), typeof(Stack<>), typeof(LinkedList<>), typeof(HashSet<>), typeof(SortedSet<>), typeof(ConcurrentQueue<>), typeof(ConcurrentStack<>),
        typeof(ImmutableList<>), typeof(ImmutableQueue<>), typeof(ImmutableStack<>), typeof(ImmutableSortedSet<>), typeof(ImmutableHashSet<>), typeof(FrozenSet<>),
        typeof(Dictionary<,>.KeyCollection), typeof(Dictionary<,>.ValueCollection), typeof(ArrayList), typeof(Queue), typeof(Stack), typeof(BitArray),
    ];

    private static readonly HashSet<Type> Maps =
    [
        typeof(Dictionary<,>), typeof(SortedDictionary<,>), typeof(SortedList<,>), typeof(OrderedDictionary<,>), typeof(ConcurrentDictionary<,>),
        typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>), typeof(FrozenDictionary<,>), typeof(Hashtable), typeof(SortedList),
    ];

    private static readonly HashSet<Type> ByHash =
    [
        typeof(ConcurrentDictionary<,>), typeof(ImmutableHashSet<>), typeof(FrozenSet<>), typeof(ImmutableDictionary<,>), typeof(FrozenDictionary<,>), typeof(Hashtable),
    ];

    private static readonly Dictionary<Type, string> Wrappers = new()
    {
        [typeof(Collection<>)] = "items",
        [typeof(ReadOnlyCollection<>)] = "list",
        [typeof(ReadOnlyDictionary<,>)] = "m_dictionary",
        [typeof(ImmutableArray<>)] = "array",
    };

    /// <summary>What a collection wraps: the array of an immutable one, the list of a read-only one.</summary>
    /// <param name="value">The collection.</param>
    /// <returns>The inner collection; null when it is no wrapper.</returns>
    public static object? WrappedBy(object value)
    {
        for (Type? type = value.GetType(); type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && Wrappers.TryGetValue(type.GetGenericTypeDefinition(), out string? field))
            {
                return InstanceFields.Read(value, field);
            }
        }

        return null;
    }

    /// <summary>Reads a collection.</summary>
    /// <param name="value">The collection.</param>
    /// <returns>What is in it; null when it is none that is known.</returns>
    public static CollectionItems? Of(object value)
    {
        Type? type = value.GetType();
        for (; type is not null; type = type.BaseType)
        {
            Type known = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
            bool isMap = Maps.Contains(known);
            if (!isMap && !Lists.Contains(known))
            {
                continue;
            }

            // What derives from it may enumerate anew; this calls the framework's own method. A view of a sorted set asks the comparer, which may be the application's.
            MethodInfo? enumerate = type.GetMethod("GetEnumerator", BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly, []);
            bool isOverridable = enumerate is { IsVirtual: true, IsFinal: false };
            if (type != value.GetType() && (isOverridable || (known == typeof(SortedSet<>) && FrameworkTypes.Contains(value.GetType()))))
            {
                return null;
            }

            return enumerate is null ? null : Read(value, enumerate, isMap, !ByHash.Contains(known));
        }

        return null;
    }

    private static CollectionItems Read(object value, MethodInfo enumerate, bool isMap, bool isOrdered)
    {
        List<(object? Key, object? Value)> items = [];
        int count;
        try
        {
            IEnumerator enumerator = (IEnumerator)enumerate.Invoke(value, null)!;
            while (items.Count < Maximum && enumerator.MoveNext())
            {
                items.Add(PairOf(enumerator.Current, isMap));
            }

            count = items.Count < Maximum ? items.Count : enumerator.MoveNext() ? CountOf(value, enumerate.DeclaringType!) : Maximum;
        }
        catch (Exception)
        {
            // It is changed meanwhile, or was torn when it was copied.
            count = -1;
        }

        return new CollectionItems(items, count, isMap, isOrdered);
    }

    // Counting takes all locks of a concurrent collection.
    private static int CountOf(object value, Type declaring) =>
        declaring.Namespace != "System.Collections.Concurrent" && declaring.GetProperty("Count", typeof(int))?.GetMethod is { } count && (!count.IsVirtual || count.IsFinal || declaring == value.GetType())
            ? (int)count.Invoke(value, null)!
            : -1;

    private static (object? Key, object? Value) PairOf(object? item, bool isMap) => !isMap || item is null
        ? (null, item)
        : item is DictionaryEntry entry ? (entry.Key, entry.Value) : (InstanceFields.Read(item, "key"), InstanceFields.Read(item, "value"));
}
