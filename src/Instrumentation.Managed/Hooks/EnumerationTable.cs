using System.Runtime;
using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Hooks;

/// <summary>
/// The enumerations that have begun and not ended, by enumerator and probe. An enumerator is held weakly, and what its enumeration will need lives no longer
/// than it: an enumeration that is abandoned leaves nothing behind. A steady load allocates nothing. Locks are held for some tens of instructions that
/// call nothing of the program's, and there is one for every 64th of the enumerators.
/// </summary>
internal static class EnumerationTable
{
    private const int StripeBits = 6;

    private static readonly Stripe[] Stripes = CreateStripes();

    /// <summary>The entries that the table has room for.</summary>
    public static int Capacity => Stripes.Sum(static stripe => stripe.Capacity);

    /// <summary>Keeps what an enumeration will need when it ends; replaces what a probe kept for the same enumerator before.</summary>
    /// <param name="enumerator">The enumerator.</param>
    /// <param name="call">What is kept. Without memory it is dropped, and the enumeration is not reported.</param>
    public static void Add(object enumerator, PendingCall call)
    {
        int hash = RuntimeHelpers.GetHashCode(enumerator);
        Stripes[hash & (Stripes.Length - 1)].Add(enumerator, hash >>> StripeBits, call);
    }

    /// <summary>Takes out what was kept.</summary>
    /// <param name="enumerator">The enumerator.</param>
    /// <param name="ticket">The probe's ticket.</param>
    /// <returns>What was kept; null when the enumeration began without the probe, or has ended.</returns>
    public static PendingCall? Take(object enumerator, int ticket)
    {
        int hash = RuntimeHelpers.GetHashCode(enumerator);
        return Stripes[hash & (Stripes.Length - 1)].Take(enumerator, hash >>> StripeBits, ticket);
    }

    /// <summary>Takes out all that is kept for a probe.</summary>
    /// <param name="ticket">The probe's ticket.</param>
    public static void Forget(int ticket)
    {
        foreach (Stripe stripe in Stripes)
        {
            stripe.RemoveAll(ticket);
        }
    }

    private static Stripe[] CreateStripes()
    {
        Stripe[] stripes = new Stripe[1 << StripeBits];
        for (int i = 0; i < stripes.Length; i++)
        {
            stripes[i] = new Stripe();
        }

        return stripes;
    }

    private struct Entry
    {
        public DependentHandle Handle;
        public int Hash;
        public int Ticket;
        public int Next;
    }

    /// <summary>A part of the table, with a lock of its own: a hash table with chains of entries by index, and a chain of free entries.</summary>
    private sealed class Stripe
    {
        private const int End = -1;
        private const int Smallest = 8;

        private int[] _buckets = NewBuckets(Smallest);
        private Entry[] _entries = new Entry[Smallest];
        private int _free = End;
        private int _used;
        private int _locked;

        public int Capacity => Volatile.Read(ref _entries).Length;

        public void Add(object enumerator, int hash, PendingCall call)
        {
            Enter();
            try
            {
                Free(Find(enumerator, hash, call.Ticket));
                if (_free == End && _used == _entries.Length)
                {
                    MakeRoom();
                }

                DependentHandle handle = new(enumerator, call);
                int index = _free == End ? _used++ : _free;
                ref Entry entry = ref _entries[index];
                _free = index == _free ? entry.Next : _free;
                ref int bucket = ref _buckets[hash & (_buckets.Length - 1)];
                entry = new Entry { Handle = handle, Hash = hash, Ticket = call.Ticket, Next = bucket };
                bucket = index;
            }
            catch (OutOfMemoryException)
            {
                // The program must not see that a probe found no memory.
            }
            finally
            {
                Leave();
            }
        }

        public PendingCall? Take(object enumerator, int hash, int ticket)
        {
            Enter();
            try
            {
                int index = Find(enumerator, hash, ticket);
                PendingCall? call = index == End ? null : (PendingCall?)_entries[index].Handle.Dependent;
                Free(index);
                return call;
            }
            finally
            {
                Leave();
            }
        }

        public void RemoveAll(int ticket)
        {
            Enter();
            try
            {
                for (int i = 0; i < _used; i++)
                {
                    Free(_entries[i].Handle.IsAllocated && _entries[i].Ticket == ticket ? i : End);
                }
            }
            finally
            {
                Leave();
            }
        }

        private static int[] NewBuckets(int count)
        {
            int[] buckets = new int[count];
            Array.Fill(buckets, End);
            return buckets;
        }

        private int Find(object enumerator, int hash, int ticket)
        {
            int index = _buckets[hash & (_buckets.Length - 1)];
            while (index != End)
            {
                ref Entry entry = ref _entries[index];
                if (entry.Hash == hash && entry.Ticket == ticket && entry.Handle.Target == enumerator)
                {
                    break;
                }

                index = entry.Next;
            }

            return index;
        }

        private void Free(int index)
        {
            if (index == End)
            {
                return;
            }

            ref Entry entry = ref _entries[index];
            ref int link = ref _buckets[entry.Hash & (_buckets.Length - 1)];
            while (link != index)
            {
                link = ref _entries[link].Next;
            }

            link = entry.Next;
            entry.Handle.Dispose();
            entry = new Entry { Next = _free };
            _free = index;
        }

        // First the enumerators that are gone; where they were few, twice the room, so that looking for them stays a small part of the work.
        private void MakeRoom()
        {
            int freed = 0;
            for (int i = 0; i < _used; i++)
            {
                if (_entries[i].Handle.Target is null)
                {
                    Free(i);
                    freed++;
                }
            }

            if (freed < _entries.Length / 4)
            {
                Entry[] entries = new Entry[_entries.Length * 2];
                int[] buckets = NewBuckets(entries.Length);
                _entries.CopyTo(entries, 0);
                for (int i = 0; i < _used; i++)
                {
                    if (entries[i].Handle.IsAllocated)
                    {
                        ref int bucket = ref buckets[entries[i].Hash & (buckets.Length - 1)];
                        entries[i].Next = bucket;
                        bucket = i;
                    }
                }

                _buckets = buckets;
                Volatile.Write(ref _entries, entries);
            }
        }

        private void Enter()
        {
            SpinWait wait = default;
            while (Interlocked.CompareExchange(ref _locked, 1, 0) != 0)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }

        private void Leave() => Volatile.Write(ref _locked, 0);
    }
}
