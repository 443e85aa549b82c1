using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ConstrainedExecution;
using System.Text;

namespace Instrumentation.Testing.Snapshots;

/// <summary>
/// What is copied: objects of the application, arrays, and the collections of .NET. Kept are what cannot change (all fields read-only and of such types), what stands for something outside
/// of its memory (finalizers, disposables, tasks, threads, reflection), code (delegates, comparers, iterators), every other object of .NET, and what collections find by its hash code:
/// keys and elements of hash sets, which a copy could not be found by.
/// </summary>
internal static class SnapshotRules
{
    // The types of .NET that hold what the application puts into them, and nothing else.
    private static readonly HashSet<Type> Containers =
    [
        typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>), typeof(Queue<>), typeof(Stack<>), typeof(LinkedList<>), typeof(LinkedListNode<>), typeof(PriorityQueue<,>),
        typeof(SortedDictionary<,>), typeof(SortedSet<>), typeof(SortedList<,>), typeof(OrderedDictionary<,>), typeof(ConcurrentDictionary<,>), typeof(ConcurrentStack<>),
        typeof(Collection<>), typeof(ObservableCollection<>), typeof(ReadOnlyCollection<>), typeof(ReadOnlyDictionary<,>), typeof(ImmutableArray<>),
        typeof(ArrayList), typeof(Hashtable), typeof(Queue), typeof(Stack), typeof(SortedList), typeof(BitArray), typeof(DictionaryEntry),
        typeof(NameValueCollection), typeof(NameObjectCollectionBase), typeof(StringCollection), typeof(StringDictionary), typeof(ListDictionary), typeof(HybridDictionary),
        typeof(StringBuilder), typeof(StrongBox<>), typeof(KeyValuePair<,>), typeof(Nullable<>), typeof(Memory<>), typeof(ReadOnlyMemory<>), typeof(ArraySegment<>),
        typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>), typeof(Tuple<,,,>), typeof(Tuple<,,,,>), typeof(Tuple<,,,,,>), typeof(Tuple<,,,,,,>), typeof(Tuple<,,,,,,,>),
        typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>), typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>),
        typeof(ValueTuple<,,,,,,,>),
    ];

    // What stands for more than its memory, whoever declares it.
    private static readonly Type[] KeptKinds =
    [
        typeof(Delegate), typeof(MemberInfo), typeof(Assembly), typeof(Module), typeof(ParameterInfo), typeof(Task), typeof(Exception), typeof(MarshalByRefObject),
        typeof(CriticalFinalizerObject), typeof(IDisposable), typeof(IAsyncDisposable), typeof(SynchronizationContext), typeof(TaskScheduler), typeof(IServiceProvider),
        typeof(IEqualityComparer), typeof(IComparer), typeof(IEnumerator), typeof(IQueryable), typeof(IAsyncStateMachine),
    ];

    private static readonly HashSet<Type> KeptInterfaces = [typeof(IEqualityComparer<>), typeof(IComparer<>), typeof(IAsyncEnumerator<>)];

    /// <summary>Whether objects of a type are kept as they are.</summary>
    /// <param name="type">The type of an object.</param>
    /// <returns>True when they are not copied.</returns>
    public static bool IsKept(Type type)
    {
        if (type.IsArray)
        {
            return false;
        }

        return type.IsValueType
            ? !MayLeadToCopies(type)
            : type == typeof(string) || type == typeof(object) || type.IsCOMObject || IsKeptKind(type) || (FrameworkTypes.Contains(type) && !IsContainer(type)) || HasFinalizer(type) || IsImmutable(type, 0);
    }

    /// <summary>Whether what is in a place of a type may have to be copied, or may hold such.</summary>
    /// <param name="type">The type of a field or element.</param>
    /// <returns>False when nothing there ever is.</returns>
    public static bool MayLeadToCopies(Type type) => MayLeadToCopies(type, 0);

    /// <summary>Whether a field is to be looked into: one that is no key of a hash table.</summary>
    /// <param name="part">The field.</param>
    /// <returns>False for keys.</returns>
    public static bool IsFollowed(FieldInfo part)
    {
        Type declaring = part.DeclaringType!;
        if (!FrameworkTypes.Contains(declaring))
        {
            return true;
        }

        bool isKey = part.Name is "key" or "_key" or "Key" && (declaring.IsNested || declaring.Name == "KeyValuePair`2");
        bool isElementOfSet = part.Name == "Value" && declaring.IsNested && declaring.DeclaringType == typeof(HashSet<>);
        return !isKey && !isElementOfSet;
    }

    private static bool MayLeadToCopies(Type type, int depth)
    {
        if (type.IsPrimitive || type.IsEnum || type.IsPointer || type.IsFunctionPointer || type.IsByRefLike || type == typeof(string))
        {
            return false;
        }

        if (type.IsValueType)
        {
            return (!FrameworkTypes.Contains(type) || IsContainer(type)) && Array.Exists(InstanceFields.Of(type), part => IsFollowed(part) && MayLeadToCopies(part.FieldType, depth));
        }

        if (type.IsArray || type == typeof(object))
        {
            return true;
        }

        return !IsKeptKind(type) && !(type.IsSealed && ((FrameworkTypes.Contains(type) && !IsContainer(type)) || IsImmutable(type, depth + 1)));
    }

    // Types that refer to each other are not followed for ever; that more is copied then does no harm.
    private static bool IsImmutable(Type type, int depth) =>
        depth < 4 && Array.TrueForAll(InstanceFields.Of(type), part => part.IsInitOnly && !MayLeadToCopies(part.FieldType, depth));

    private static bool IsKeptKind(Type type) =>
        Array.Exists(KeptKinds, kind => kind.IsAssignableFrom(type))
        || (type.IsGenericType && KeptInterfaces.Contains(type.GetGenericTypeDefinition()))
        || Array.Exists(type.GetInterfaces(), static one => one.IsGenericType && KeptInterfaces.Contains(one.GetGenericTypeDefinition()));

    // What is nested in a container is what it consists of; what derives from it is inside of another.
    private static bool IsContainer(Type type)
    {
        for (Type? basis = type; basis is not null; basis = basis.BaseType)
        {
            for (Type? outer = basis; outer is not null; outer = outer.DeclaringType)
            {
                if (Containers.Contains(outer.IsGenericType ? outer.GetGenericTypeDefinition() : outer))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool HasFinalizer(Type type) =>
        type.GetMethod("Finalize", BindingFlags.Instance | BindingFlags.NonPublic, [])?.DeclaringType is { } declaring && declaring != typeof(object);
}
