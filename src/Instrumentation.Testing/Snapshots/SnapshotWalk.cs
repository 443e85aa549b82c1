using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Testing.Snapshots;

/// <summary>The making of one snapshot: objects are copied as they are met, and then the references in the copies are led to copies, nearest first and without recursion.</summary>
internal sealed class SnapshotWalk
{
    // Up to here a look at all is faster than a table, and leaves the objects' headers alone.
    private const int Linear = 16;

    private static readonly Func<object, object> Clone = typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<object, object>>();

    private SnapshotLimits _limits = SnapshotLimits.Default;
    private (object Original, object Copy, SnapshotPlan Plan)[] _met = new (object, object, SnapshotPlan)[Linear];
    private int[] _table = [];
    private int _count;
    private int _bytes;

    /// <summary>References that were left at the originals because of the limits.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Starts a snapshot.</summary>
    /// <param name="limits">How much is copied.</param>
    public void Begin(SnapshotLimits limits)
    {
        _limits = limits;
        _bytes = limits.ArrayBytes;
        LeftOut = 0;
    }

    /// <summary>The copy of an object; its references are led to copies later.</summary>
    /// <param name="original">The object, or null.</param>
    /// <returns>The copy, or the object itself when it is kept.</returns>
    public object? Copy(object? original)
    {
        if (original is null or string)
        {
            return original;
        }

        SnapshotPlan plan = SnapshotPlan.Of(original.GetType());
        if (plan.IsKept)
        {
            return original;
        }

        int slot = -1;
        if (_count <= Linear)
        {
            for (int i = 0; i < _count; i++)
            {
                if (ReferenceEquals(_met[i].Original, original))
                {
                    return _met[i].Copy;
                }
            }
        }
        else if (_table[slot = SlotOf(original)] is > 0 and int index)
        {
            return _met[index - 1].Copy;
        }

        if (_count >= _limits.Objects || (plan.ElementSize > 0 && !Affords((Array)original, plan.ElementSize)))
        {
            LeftOut++;
            return original;
        }

        object copy = Clone(original);
        Add(original, copy, plan, slot);
        return copy;
    }

    /// <summary>Leads the references in all copies to copies.</summary>
    public void Finish()
    {
        // More are met meanwhile.
        for (int i = 0; i < _count; i++)
        {
            _met[i].Plan.Redirect?.Invoke(_met[i].Copy, this);
        }
    }

    /// <summary>Lets go of all objects.</summary>
    public void Clear()
    {
        if (_met.Length > SnapshotLimits.Default.Objects + Linear)
        {
            (_met, _table) = (new (object, object, SnapshotPlan)[Linear], []);
        }

        Array.Clear(_met, 0, Math.Min(_count, _met.Length));
        if (_count > Linear)
        {
            Array.Clear(_table);
        }

        _count = 0;
    }

    private bool Affords(Array array, int elementSize)
    {
        long bytes = array.LongLength * elementSize;
        if (bytes > _bytes)
        {
            return false;
        }

        _bytes -= (int)bytes;
        return true;
    }

    private void Add(object original, object copy, SnapshotPlan plan, int slot)
    {
        if (_count == _met.Length)
        {
            Array.Resize(ref _met, Math.Max(2 * _count, 64));
        }

        _met[_count++] = (original, copy, plan);
        if (slot >= 0 && 2 * _count <= _table.Length)
        {
            _table[slot] = _count;
        }
        else if (_count > Linear)
        {
            FillTable();
        }
    }

    private void FillTable()
    {
        if (2 * _count > _table.Length)
        {
            _table = new int[Math.Max(128, 2 * _table.Length)];
        }

        for (int i = 0; i < _count; i++)
        {
            _table[SlotOf(_met[i].Original)] = i + 1;
        }
    }

    // Where an object is in the table, or where it would be.
    private int SlotOf(object original)
    {
        int mask = _table.Length - 1;
        int slot = RuntimeHelpers.GetHashCode(original) & mask;
        while (_table[slot] is > 0 and int index && !ReferenceEquals(_met[index - 1].Original, original))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }
}
